"""Say in words what Entra's refusals ask of people.

Decides which code belongs to the owner, to an administrator, or to whoever set the bridge up. Source:
learn.microsoft.com/entra/identity-platform/reference-error-codes, which says that codes may change: the
OAuth error decides what happens, these only explain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_AADSTS = re.compile(r"AADSTS(\d{4,8})")

_SIGN_IN_AGAIN = "Please connect the account again."
_MORE_PROOF = "Microsoft wants a second proof of identity: please connect the account again and confirm it."
_POLICY = (
    "The company's sign-in rules (conditional access) do not allow this: ask the administrator to allow the "
    "calendar bridge, then connect the account again."
)
_ADMIN = (
    "An administrator of the company must approve the calendar bridge first; then connect the account again."
)
_CLIENT_KEY = "The bridge's client secret is {}: create a new one in Entra and put it into the configuration."

SENTENCES: dict[int, str] = {
    50173: "The password was changed or access was withdrawn. " + _SIGN_IN_AGAIN,
    700082: "The account was not used for too long. " + _SIGN_IN_AGAIN,
    70008: "The permission has expired. " + _SIGN_IN_AGAIN,
    70043: "The company lets sign-ins last only for a while. " + _SIGN_IN_AGAIN,
    700084: "The permission has expired. " + _SIGN_IN_AGAIN,
    70000: "The permission is no longer valid. " + _SIGN_IN_AGAIN,
    50132: "The password was changed or access was withdrawn. " + _SIGN_IN_AGAIN,
    50133: "The password was changed. " + _SIGN_IN_AGAIN,
    54005: "This sign-in was used already. Please start it again.",
    501481: "This sign-in was begun in another place. Please start it again.",
    50076: _MORE_PROOF,
    50078: _MORE_PROOF,
    50079: "The account must set up a second proof of identity first; then connect it again.",
    50074: _MORE_PROOF,
    53000: _POLICY,
    53001: _POLICY,
    53002: _POLICY,
    53003: _POLICY,
    53004: "The account must set up a second proof of identity first; then connect it again.",
    65001: "The bridge has no permission for this account. " + _SIGN_IN_AGAIN,
    65004: "The permission was declined. Connect the account again and accept it.",
    65005: "The registered application lacks the permission Calendars.ReadWrite: add it in Entra.",
    90094: _ADMIN,
    90095: _ADMIN,
    90093: _ADMIN,
    50020: "This account is of another company or kind than the bridge is set up for (`tenant`).",
    50034: "There is no such account in this company.",
    50057: "The account is disabled. Ask the company's administrator.",
    50053: "The account is locked after too many attempts. Wait a while, then connect it again.",
    50055: "The password has expired. Set a new one, then connect the account again.",
    50105: "The account is not assigned to the bridge: an administrator must add it under Enterprise "
    "applications.",
    50011: "The redirect address is not registered: add the bridge's callback address to the application in "
    "Entra.",
    50194: 'The application is for one tenant only: set `tenant` to its id instead of "common".',
    90002: "There is no such tenant: check `tenant` in the configuration.",
    900023: "There is no such tenant: check `tenant` in the configuration.",
    700016: "Entra does not know this application in this tenant: check `client_id` and `tenant`.",
    7000215: _CLIENT_KEY.format("wrong (perhaps its id was used instead of its value)"),
    7000222: _CLIENT_KEY.format("expired"),
    7000218: _CLIENT_KEY.format("missing"),
    7000112: "The application is disabled in this tenant. Ask the company's administrator.",
    50196: "Microsoft was asked too often. It is asked again later.",
    90033: "Microsoft's sign-in is not available at the moment.",
}

LOOP = 50196
LATER = frozenset({LOOP, 90033})


def codes(answer: Mapping[str, Any]) -> Iterator[int]:
    """Return the AADSTS numbers in an answer, the most telling first."""
    listed = answer.get("error_codes")
    for code in listed if isinstance(listed, list) else ():
        if isinstance(code, int):
            yield code
    for code in _AADSTS.findall(str(answer.get("error_description", ""))):
        yield int(code)


def sentence(answer: Mapping[str, Any]) -> str:
    """Return what somebody must do, and Entra's number for who wants to look it up."""
    found = list(dict.fromkeys(codes(answer)))
    for code in found:
        if code in SENTENCES:
            return f"{SENTENCES[code]} (AADSTS{code})"
    number = f" (AADSTS{found[0]})" if found else ""
    return f"Microsoft refused the sign-in: {_word(answer.get('error'))}{number}"


def _word(error: Any) -> str:
    """Return an OAuth error word, nothing else that might stand there."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else "unknown reason"
