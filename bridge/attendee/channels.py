"""Reads e-mail addresses and telephone numbers. What is not plainly one counts as absent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from bridge.attendee.request import CallerRequest
from bridge.attendee.spelling import spelled
from bridge.attendee.text import digits_of

EMAIL_NAMES = ("email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "contactemail")
PHONE_NAMES = (
    "phonenumber", "phone", "telephone", "telephonenumber", "tel", "mobile", "mobilenumber", "mobilephone",
    "cell", "cellphone", "callernumber", "contactphone", "telefonnummer", "telefon", "rufnummer",
    "handynummer", "handy", "mobilnummer", "mobil", "mobiltelefon",
)  # fmt: skip

_LONGEST_EMAIL, _LONGEST_LOCAL_PART = 254, 64
_LONGEST_PHONE = 60

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


def phone_of(request: CallerRequest, region: str) -> str | None:
    """Return the first readable number as E.164, from the same places."""
    for source in request.descriptions():
        for value in spelled(source, PHONE_NAMES):
            if phone := read_phone(value, region):
                return phone
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


def read_phone(value: object, region: str) -> str | None:
    """Return a number as E.164. Its length must be possible; whether it is in service is not asked."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = digits_of(value)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_PHONE:
        return None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # also what can only be dialled within a town
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _emails(request: CallerRequest) -> Iterator[object]:
    yield request.contact_details.get("cal_email")
    for source in request.descriptions():
        yield from spelled(source, EMAIL_NAMES)


def _ascii_domain(domain: str) -> str:
    return domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii").lower()
