"""Says days and the hours of a day as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_interval, format_skeleton

from bridge.model import WallRange
from bridge.speech.language import Language

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
_WHOLE_DAY = (WallRange(0, 24 * 60),)
_DATE = "yMMMEd"


def days_in_words(language: Language, first: date, last: date) -> str:
    """Return days in a row, or the one day, with their years."""
    if first == last:
        return str(format_skeleton(_DATE, first, locale=language.locale))
    return str(format_interval(first, last, _DATE, locale=language.locale))


def short_day(language: Language, day: date) -> str:
    """Return the weekday and the day of the month: "Tue 24"."""
    return str(format_skeleton("Ed", day, locale=language.locale))


def hours_in_words(language: Language, hours: Sequence[WallRange]) -> str:
    """Return from when to when a day is open, or that it is closed."""
    if not hours:
        return language.translate("closed")
    if tuple(hours) == _WHOLE_DAY:
        return language.translate("open all day")
    return language.listed([_stretch(language, each) for each in hours])


def _stretch(language: Language, hours: WallRange) -> str:
    place = f" ({hours.place})" if hours.place else ""
    return f"{_clock(language, hours.start)} – {_clock(language, hours.end)}{place}"


def _clock(language: Language, minute: int) -> str:
    return language.clock(_MIDNIGHT + timedelta(minutes=minute), UTC)
