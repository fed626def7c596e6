"""Reads calendars' names, and checks that what they need is configured."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from bridge.config.text import plain, slug
from bridge.config.wording import listed, suggestion
from bridge.model import CalendarName

PROVIDERS = ("google", "microsoft", "local")
_ALSO_CALLED = {"outlook": "microsoft", "office365": "microsoft", "gmail": "google", "embedded": "local"}


def calendar(value: object) -> CalendarName:
    """Return a calendar's name, of a provider the bridge knows."""
    text = plain(value).strip()
    provider, colon, _ = text.partition(":")
    if colon and provider not in PROVIDERS:
        meant = _ALSO_CALLED.get(provider.lower(), provider)
        raise ValueError(f"begins with no provider: {listed(PROVIDERS)}{suggestion(meant, PROVIDERS)}")
    try:
        name = CalendarName.parse(text)
    except ValueError as error:
        raise ValueError(f"is no calendar's name: {error}") from None
    _check_parts(name)
    return name


def missing_section(name: CalendarName, vendors: frozenset[str]) -> str | None:
    """Return the sentence for a calendar whose vendor isn't configured; None when it is."""
    if name.provider == "local" or name.provider in vendors:
        return None
    return f'"{name}" needs a [{name.provider}] section, which is missing'


def not_for_bookings(name: CalendarName) -> str | None:
    """Return the sentence for a calendar that can only be looked at; None when it takes bookings."""
    if name.schedule_of is None:
        return None
    return f'"{name}" only shows when somebody is busy; bookings need a calendar that can be written to'


def _check_parts(name: CalendarName) -> None:
    if name.provider == "local":
        slug(name.calendar)
    elif "@" not in name.account:
        text = f'names the account "{name.account}", but an account is an address such as anna@example.com'
        raise ValueError(text)
    if name.calendar.startswith("schedule:") and (name.provider != "microsoft" or not name.schedule_of):
        raise ValueError('is no calendar\'s name: write "microsoft:<account>/schedule:<address>"')


Calendar = Annotated[CalendarName, PlainValidator(calendar)]
