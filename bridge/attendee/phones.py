"""Reads telephone numbers: right, or as they were said. A number is never guessed.

A number is right when it is valid and nothing else that is valid was as likely meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from bridge.attendee.digits import names_a_digit, said_digits
from bridge.attendee.request import CallerRequest, described
from bridge.attendee.spelling import spelled
from bridge.attendee.text import clean

PHONE_NAMES = (
    "phonenumber", "phone", "telephone", "telephonenumber", "tel", "mobile", "mobilenumber", "mobilephone",
    "cell", "cellphone", "callernumber", "contactphone", "telefonnummer", "telefon", "rufnummer",
    "handynummer", "handy", "mobilnummer", "mobil", "mobiltelefon",
)  # fmt: skip

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LONGEST_NATIONAL = 11  # metadata of countries with open plans, such as Germany's, allows what nobody has


@dataclass(frozen=True, slots=True)
class Phone:
    """A caller's number as E.164, or else the text that was said."""

    e164: str | None = None
    as_said: str = ""


def phone_of(request: CallerRequest, country: str | None) -> Phone:
    """Return the first number that can be read, else the first that was said.

    What telli itself knows of the contact comes before what was taken down in the call.
    """
    said = ""
    for value in _numbers(request):
        if number := read_phone(value, country):
            return Phone(number)
        if not said and names_a_digit(value):
            said = clean(value)
    return Phone(as_said=said)


def read_phone(value: object, country: str | None) -> str | None:
    """Return a valid number as E.164; without a country only one that names its own."""
    digits = said_digits(value)
    if not digits:
        return None
    if digits.startswith(("+", "00")):
        return _valid("+" + digits.removeprefix("+").removeprefix("00"))
    if country is None:
        return None
    return _by_country(digits, country) or (_valid(f"+{digits[3:]}") if digits.startswith("011") else None)


def _by_country(digits: str, country: str) -> str | None:
    """Read a number that may be national, or international without its plus."""
    code = phonenumbers.country_code_for_region(country)
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.national_prefix != "0" or digits.startswith("0"):
        return _parsed(digits, country) or (None if digits.startswith("0") else _valid(f"+{digits}"))
    if digits.startswith(str(code)) and (own := _valid(f"+{digits}")):
        return own
    # Without the 0 in front nobody could dial it here: a number of another country, or mutilated.
    abroad, here = _valid(f"+{digits}"), _valid(f"+{code}{digits}")
    if abroad:
        return abroad if here is None or len(digits) > _LONGEST_NATIONAL else None
    return here if here and phonenumbers.number_type(phonenumbers.parse(here)) in _MOBILE else None


def _valid(international: str) -> str | None:
    return _parsed(international, None)


def _parsed(digits: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if is_valid else None


def _numbers(request: CallerRequest) -> Iterator[object]:
    for source in (request.record, request.looked_up, request.contact_details):
        for members in described(source):
            yield from spelled(members, PHONE_NAMES)
