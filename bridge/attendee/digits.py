"""Reads telephone numbers as people say and agents write them down: "null 1 7 6, doppel drei", "oh two oh".

What it cannot read for certain it does not read: no word between digits is passed over unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bridge.attendee.text import digits_of

_LONGEST = 120  # every digit as a word, and a label in front

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


def said_digits(value: object) -> str:
    """Return the digits of a text or number, after a `+` where one was said; "" when in doubt."""
    if isinstance(value, int) and not isinstance(value, bool):
        return digits_of(value)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    reading = _Reading()
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", value).casefold()):
        for part in _parts(token):
            reading.take(part)
    return reading.digits()


def names_a_digit(value: object) -> bool:
    """Tell whether a text holds a digit, spoken or written."""
    if not isinstance(value, str):
        return isinstance(value, int) and not isinstance(value, bool)
    words = _TOKEN.findall(value[:_LONGEST].casefold())
    return any(word.isdecimal() or (word in _DIGITS and word != "o") for word in words)


def _parts(token: str) -> Iterator[str]:
    """Yield "doppel" and "null" for "doppelnull"."""
    rest = token.removeprefix("doppel")
    if rest != token and rest in _DIGITS:
        yield "doppel"
        yield rest
    else:
        yield token


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
            self._append(digits)
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

    def _append(self, digits: str) -> None:
        plain = "".join(str(unicodedata.decimal(digit)) for digit in digits)
        self._is_unclear |= self._is_after_a_word or (self._times > 1 and len(plain) > 1)
        self._digits += plain * self._times
        self._times = 1
