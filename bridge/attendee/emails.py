"""Reads e-mail addresses. What is not plainly one counts as absent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.attendee.request import CallerRequest
from bridge.attendee.spelling import spelled

EMAIL_NAMES = ("email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "contactemail")

_LONGEST_EMAIL, _LONGEST_LOCAL_PART = 254, 64

# An address is put into headers and invitations as it stands: nothing that could end a header passes.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL})")


def email_of(request: CallerRequest) -> str | None:
    """Return the first readable address: `cal_email`, the record, `contact_details`, telli's contact API."""
    for value in _emails(request):
        if email := read_email(value):
            return email
    return None


def read_email(value: object) -> str | None:
    """Return an address as it may be written to, its domain in ASCII and small letters."""
    if not isinstance(value, str) or len(value) > 2 * _LONGEST_EMAIL:
        return None
    local, _, domain = value.strip(" ").removeprefix("mailto:").rpartition("@")
    try:
        match = _EMAIL.fullmatch(f"{local}@{_ascii_domain(domain)}")
    except UnicodeError:
        return None
    if match is None or len(match["local"]) > _LONGEST_LOCAL_PART or len(match[0]) > _LONGEST_EMAIL:
        return None
    return match[0]


def _emails(request: CallerRequest) -> Iterator[object]:
    yield request.contact_details.get("cal_email")
    for source in request.descriptions():
        yield from spelled(source, EMAIL_NAMES)


def _ascii_domain(domain: str) -> str:
    return domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii").lower()
