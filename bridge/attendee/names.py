"""Reads the caller's name from its many spellings, English and German."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.attendee.request import CallerRequest
from bridge.attendee.spelling import spelled
from bridge.attendee.text import clean

FULL_NAMES = (
    "fullname", "name", "displayname", "contactname", "callername", "customername", "attendeename",
    "vollstaendigername", "vollständigername", "vorundnachname", "vornamenachname",
)  # fmt: skip
GIVEN_NAMES = ("firstname", "givenname", "forename", "vorname")
FAMILY_NAMES = ("lastname", "familyname", "surname", "nachname", "familienname", "zuname")


def name_of(request: CallerRequest) -> str:
    """Return the caller's full name, or what is known of it, or ""."""
    known = [_Name(source) for source in request.descriptions()]
    for name in known:
        if name.is_full:
            return name.text
    given = next((name.given for name in known if name.given), "")
    family = next((name.family for name in known if name.family), "")
    return f"{given} {family}".strip()


class _Name:
    """What one source calls the caller."""

    def __init__(self, source: Mapping[str, object]) -> None:
        whole = _first(source, FULL_NAMES)
        self.given = _first(source, GIVEN_NAMES)
        self.family = _first(source, FAMILY_NAMES)
        if whole and self.given and not self.family and self.given.casefold() not in whole.casefold():
            self.family, whole = whole, ""  # a German form's "Name" beside "Vorname" is the family name
        parts = f"{self.given} {self.family}" if self.given and self.family else ""
        self.text = clean(parts or whole)
        self.is_full = bool(self.text)


def _first(source: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next(
        (text for value in spelled(source, names) if isinstance(value, str) and (text := clean(value))), ""
    )
