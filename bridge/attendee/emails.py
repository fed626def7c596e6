"""Reads e-mail addresses. What only looks like one is told apart from what is none at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from email_validator import EmailNotValidError, validate_email

from bridge.attendee.mail_domains import is_slip
from bridge.attendee.request import CallerRequest
from bridge.attendee.text import bare, clean, spelled

_NAMES = ("email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "contactemail")

_LONGEST = 254
_LONGEST_HEARD = 100
# What agents write where nobody gave an address: it is absent, and no reason to ask.
_NOTHING_SAID = frozenset({
    "", "none", "null", "no", "na", "nil", "undefined", "unknown", "notprovided", "notgiven", "notavailable",
    "noemail", "keine", "keiner", "kein", "keineemail", "nein", "unbekannt", "nichtangegeben", "nichtbekannt",
    "nichtvorhanden", "keineangabe", "leer", "empty", "true", "false",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Email:
    """A caller's address, and what was said before it and is doubtful."""

    address: str | None = None
    as_said: str = ""


def email_of(request: CallerRequest) -> Email:
    """Return the first address that is beyond doubt: `cal_email`, the record, `contact_details`, telli's API.

    What was said and cannot be an address, or is one slip away from a large provider, is doubtful.
    """
    doubtful = ""
    described = chain.from_iterable(spelled(source, _NAMES) for source in request.descriptions())
    for value in chain((request.contact_details.get("cal_email"),), described):
        address = read_email(value)
        if address and not is_slip(address.rpartition("@")[2]):
            return Email(address, doubtful)
        if not doubtful and isinstance(value, str) and bare(value[:_LONGEST]) not in _NOTHING_SAID:
            doubtful = clean(value, _LONGEST_HEARD)
    return Email(as_said=doubtful)


def read_email(value: object) -> str | None:
    """Return an address as it may be written to, its domain in ASCII and small letters.

    It is put into headers and invitations as it stands: nothing that could end a header is one.
    """
    if not isinstance(value, str) or len(value) > 2 * _LONGEST:
        return None
    text = value.strip(" ").removeprefix("mailto:")
    try:
        read = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    return read.ascii_email if read.ascii_email and len(read.ascii_email) <= _LONGEST else None
