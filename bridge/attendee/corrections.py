"""Puts together what a caller said before and what they say now: what was said last holds."""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

from bridge.model import Attendee

_TITLES = frozenset({"herr", "frau", "mr", "mrs", "ms", "miss", "dr", "prof", "herrn", "familie"})
_SHORTENED = 3  # letters more, and a name may be the long form of another: Max, Maximilian; not Jan, Jana

# Ways to write one sound, in the names of the languages spoken here: Stephan and Stefan, Jürgen and Juergen.
_SOUNDS = (
    ("ae", "e"), ("oe", "o"), ("ue", "u"), ("ph", "f"), ("th", "t"), ("dt", "t"), ("ck", "k"), ("ch", "k"),
    ("c", "k"), ("y", "i"), ("v", "f"), ("z", "s"), ("ie", "i"),
)  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def corrected(known: Attendee, said: Attendee) -> Attendee:
    """Return the caller as last described; what was not said again stays."""
    answers = {answer[0]: answer for answer in (*known.answers, *said.answers)}
    has_email = bool(said.email or said.email_as_said)
    has_phone = bool(said.phone or said.phone_as_said)
    return Attendee(
        name=known.name if _words(said.name) <= _words(known.name) else said.name,
        email=said.email if has_email else known.email,
        email_as_said=said.email_as_said if has_email else known.email_as_said,
        phone=said.phone if has_phone else known.phone,
        phone_as_said=said.phone_as_said if has_phone else known.phone_as_said,
        answers=tuple(answers.values()),
    )


def is_somebody_else(known: str, said: str) -> bool:
    """Tell whether a name shows another person: another first name, that is no spelling of the one known.

    A mother who books for two children is one contact. What names only the family contradicts nobody.
    """
    before, after = _first_name(known), _first_name(said)
    if not before or not after or before in _words(said) or after in _words(known):
        return False
    return not _is_spelling(_sound(before), _sound(after))


def share_a_name(known: str, said: str) -> bool:
    """Tell whether a name said has a word in common with the one known, however it is spelled."""
    ours, theirs = ({_sound(word) for word in _words(name) - _TITLES} for name in (known, said))
    return bool(ours & theirs)


def _is_spelling(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    is_short_form = longer.startswith(shorter) and len(longer) - len(shorter) >= _SHORTENED
    return one == other or is_short_form


def _first_name(name: str) -> str:
    words = name.replace(".", " ").casefold().split()
    named = [word for word in words if word not in _TITLES]
    is_family_alone = len(named) == 1 and len(words) > 1  # "Frau Weber"
    return named[0] if named and not is_family_alone else ""


def _words(name: str) -> set[str]:
    return set(name.casefold().split())


def _sound(name: str) -> str:
    """Return how a name sounds, roughly: no accents, one letter for each sound, none doubled."""
    plain = unicodedata.normalize("NFD", name.translate(_UMLAUTS))
    text = "".join(letter for letter in plain if letter.isalpha() or letter == "-")
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    text = re.sub(r"(?<=[aeiou])h(?![aeiou])", "", text)  # it only makes a vowel long: Kathrin has none left
    return "".join(a for a, b in zip_longest(text, text[1:]) if a != b)
