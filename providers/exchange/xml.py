"""EWS's answers taken apart: parts that are done, parts that are refused, and what an element says.

Keeps nothing of a refusal but its code. Whatever an answer lacks is unexpected, never nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element  # nosec B405

from providers.answers import understood
from providers.http import Call

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
_ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"

_DONE = "NoError"
_WORD = re.compile(r"[A-Za-z]{1,80}")  # whatever else stands in a code's place is text, and may hold names


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Exchange will not do, by its code, and for how many seconds it wants to be left alone."""

    code: str
    retry_after: float | None = None

    def __str__(self) -> str:
        """Return the code, fit for logs."""
        return self.code or "a refusal without a code"


def parts_of(root: Element) -> list[Element | Refusal] | Refusal | None:
    """Return the parts of an answer, or the refusal of the whole; None where it is no such answer."""
    body = root.find(f"{SOAP}Body") if root.tag == f"{SOAP}Envelope" else None
    if body is None or len(body) != 1:
        return None
    if body[0].tag == f"{SOAP}Fault":
        return _fault(body[0])
    listed = body[0].find(f"{M}ResponseMessages")
    if listed is not None:
        return [_part(each, each) for each in listed]
    if (seen := body[0].find(f"{M}FreeBusyResponseArray")) is not None:
        return [_part(each, each.find(f"{M}ResponseMessage")) for each in seen]
    alone = body[0].find(f"{M}ResponseMessage")
    return [_part(alone, alone)] if alone is not None else None


def _part(whole: Element, message: Element | None) -> Element | Refusal:
    if message is None:
        return Refusal("")
    # A warning is a part that is not whole: what it leaves out is unknown.
    if message.get("ResponseClass") == "Success" and message.findtext(f"{M}ResponseCode") == _DONE:
        return whole
    values = message.iterfind(f"{M}MessageXml/{TYPES}Value")
    return Refusal(_code(message.findtext(f"{M}ResponseCode")), _wait(values))


def _fault(fault: Element) -> Refusal:
    code = (
        fault.findtext(f"detail/{_ERRORS}ResponseCode")
        or (fault.findtext("faultcode") or "").rpartition(":")[2]
    )
    return Refusal(_code(code), _wait(fault.iterfind(f"detail/{TYPES}MessageXml/{TYPES}Value")))


def _code(text: str | None) -> str:
    return text if text and _WORD.fullmatch(text.strip()) else ""


def _wait(values: Iterable[Element]) -> float | None:
    for each in values:
        if each.get("Name") == "BackOffMilliseconds" and (each.text or "").isdecimal():
            return int(each.text or 0) / 1000
    return None


def child(call: Call, holder: Element, *names: str) -> Element:
    """Return the element that a path of names leads to. UnexpectedResponse: it is not there."""
    found = holder.find("/".join(names))
    if found is None:
        raise call.unexpected(names[-1].rpartition("}")[2])
    return found


def text(call: Call, holder: Element, name: str) -> str:
    """Return the text of an element of the types. UnexpectedResponse: there is none."""
    found = holder.findtext(f"{TYPES}{name}")
    if not found:
        raise call.unexpected(name)
    return found.strip()


def is_true(
    call: Call, holder: Element, name: str, *, space: str = TYPES, otherwise: bool | None = None
) -> bool:
    """Return a yes or no, `otherwise` where it is not there. UnexpectedResponse: it is neither."""
    return _yes(call, name, holder.findtext(f"{space}{name}"), otherwise)


def attribute_is_true(call: Call, holder: Element, name: str) -> bool:
    """Return a yes or no that stands in an attribute. UnexpectedResponse: it does not."""
    return _yes(call, name, holder.get(name), None)


def _yes(call: Call, name: str, found: str | None, otherwise: bool | None) -> bool:
    if found is None and otherwise is not None:
        return otherwise
    if found is None or found.strip() not in {"true", "false", "1", "0"}:
        raise call.unexpected(name)
    return found.strip() in {"true", "1"}


def moment(call: Call, holder: Element, name: str, *, is_utc: bool = False) -> datetime:
    """Return an instant; `is_utc`: one told without its zone is in UTC. UnexpectedResponse: it is none."""
    stamp = understood(call, name, lambda: datetime.fromisoformat(text(call, holder, name)))
    if stamp.tzinfo is None:
        if not is_utc:
            raise call.unexpected(name)
        return stamp.replace(tzinfo=UTC)
    return understood(call, name, lambda: stamp.astimezone(UTC))
