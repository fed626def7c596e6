"""Reads telephone numbers as people say and agents write them down: "null 1 7 6, doppel drei", "oh two oh".

A number is never guessed: it is right when it is valid and nothing else that is valid was as likely meant,
and no word between digits is passed over unknown. Else it is kept as it was said.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from bridge.attendee.request import CallerRequest, described
from bridge.attendee.text import clean, digits_of, spelled

_NAMES = (
    "phonenumber", "phone", "telephone", "telephonenumber", "tel", "mobile", "mobilenumber", "mobilephone",
    "cell", "cellphone", "callernumber", "contactphone", "telefonnummer", "telefon", "rufnummer",
    "handynummer", "handy", "mobilnummer", "mobil", "mobiltelefon",
)  # fmt: skip

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LONGEST_NATIONAL = 11  # metadata of countries with open plans, such as Germany's, allows what nobody has
_LONGEST_SAID = 120  # every digit as a word, and a label in front

# Of every language the bridge speaks: no word of one means another digit in the other.
_GERMAN = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(digit) for words in (_GERMAN, _ENGLISH) for digit, word in enumerate(words)}
_DIGITS |= {"zwo": "2", "fuenf": "5", "oh": "0", "o": "0", "nought": "0", "naught": "0"}
_TIMES = {
    "doppel": 2, "doppelt": 2, "doppelte": 2, "zweimal": 2, "double": 2, "twice": 2,
    "dreifach": 3, "dreifache": 3, "dreimal": 3, "triple": 3, "treble": 3, "thrice": 3,
}  # fmt: skip
_PASSED_OVER = frozenset(
    {"und", "die", "dann", "strich", "bindestrich", "schrägstrich", "pause", "leerzeichen"}
    | {"and", "the", "then", "dash", "hyphen", "slash", "space"}
)
_PUNCTUATION = frozenset("-./()[],'’_‐‑‒–—―·")

_TOKEN = re.compile(r"[^\W\d_]+|\d+|\S")


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
    sources = (request.record, request.looked_up, request.contact_details)
    members = chain.from_iterable(map(described, sources))
    for value in chain.from_iterable(spelled(each, _NAMES) for each in members):
        if number := read_phone(value, country):
            return Phone(number)
        if not said and _names_a_digit(value):
            said = clean(value)
    return Phone(as_said=said)


def takes_sms(e164: str) -> bool:
    """Tell whether a valid number may be a mobile one; in some countries numbers do not say."""
    return phonenumbers.number_type(phonenumbers.parse(e164)) in _MOBILE


def read_phone(value: object, country: str | None) -> str | None:
    """Return a valid number as E.164; without a country only one that names its own."""
    digits = _said_digits(value)
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
        return _valid(digits, country) or (None if digits.startswith("0") else _valid(f"+{digits}"))
    if digits.startswith(str(code)) and (own := _valid(f"+{digits}")):
        return own
    # Without the 0 in front nobody could dial it here: a number of another country, or mutilated.
    abroad, here = _valid(f"+{digits}"), _valid(f"+{code}{digits}")
    if abroad:
        return abroad if here is None or len(digits) > _LONGEST_NATIONAL else None
    return here if here and phonenumbers.number_type(phonenumbers.parse(here)) in _MOBILE else None


def _valid(digits: str, country: str | None = None) -> str | None:
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if is_valid else None


def _said_digits(value: object) -> str:
    """Return the digits of a text or number, after a `+` where one was said; "" when in doubt."""
    if isinstance(value, int) and not isinstance(value, bool):
        return digits_of(value)
    if not isinstance(value, str) or len(value) > _LONGEST_SAID:
        return ""
    reading = _Reading()
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", value).casefold()):
        rest = token.removeprefix("doppel")
        # "doppelnull" is "doppel" and "null".
        for part in ("doppel", rest) if rest != token and rest in _DIGITS else (token,):
            reading.take(part)
    return reading.digits()


def _names_a_digit(value: object) -> bool:
    """Tell whether a text holds a digit, spoken or written."""
    if not isinstance(value, str):
        return isinstance(value, int) and not isinstance(value, bool)
    words = _TOKEN.findall(value[:_LONGEST_SAID].casefold())
    return any(word.isdecimal() or (word in _DIGITS and word != "o") for word in words)


class _Reading:
    """What was understood so far."""

    def __init__(self) -> None:
        self._plus = ""
        self._digits = ""
        self._times = 1
        self._is_after_a_word = self._is_unclear = False

    def take(self, token: str) -> None:
        """Take the next word, run of digits or sign."""
        digits = _DIGITS.get(token) or (token if token.isdecimal() else "")
        if digits:
            plain = "".join(str(unicodedata.decimal(digit)) for digit in digits)
            self._is_unclear |= self._is_after_a_word or (self._times > 1 and len(plain) > 1)
            self._digits += plain * self._times
            self._times = 1
        elif token in _TIMES:
            self._is_unclear |= self._times > 1
            self._times = _TIMES[token]
        elif token in ("+", "plus"):
            self._is_unclear |= bool(self._digits)  # a second number
            self._plus = "+"
        elif token not in _PASSED_OVER and token not in _PUNCTUATION and self._digits:
            self._is_after_a_word = True  # a remark may follow the number, but no digit may follow the remark

    def digits(self) -> str:
        """Return the whole, "" when a part of it is unclear."""
        if self._is_unclear or self._times > 1 or not self._digits:
            return ""
        return self._plus + self._digits
