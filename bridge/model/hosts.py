"""Calendars, open hours and the hosts who keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from bridge.said import Unfit
from providers.busy_policy import BusyPolicy


@dataclass(frozen=True, slots=True, order=True)
class CalendarName:
    """A calendar as the configuration names it: `provider:account/calendar`, or `provider:calendar`.

    `account` is empty where a provider's calendars belong to nobody's account. What the parts may be is
    the vendor's to judge.
    """

    provider: str
    account: str
    calendar: str

    def __str__(self) -> str:
        account = f"{self.account}/" if self.account else ""
        return f"{self.provider}:{account}{self.calendar}"

    @classmethod
    def parse(cls, text: str) -> CalendarName:
        """Read a calendar name. ValueError says what is wrong with it."""
        provider, colon, rest = text.partition(":")
        account, slash, calendar = rest.partition("/") if "/" in rest else ("", "", rest)
        if not colon or not calendar or bool(slash) != bool(account):
            raise Unfit('a calendar is named "<provider>:<account>/<calendar>" or "<provider>:<calendar>"')
        return cls(provider, account.lower(), calendar)


@dataclass(frozen=True, slots=True, order=True)
class WallRange:
    """A stretch of one day by the wall clock, in minutes from midnight; `end` may be 1440.

    `place` is where the host is in these hours, empty where nothing is said.
    """

    start: int
    end: int
    place: str = ""


# Monday is 0. Ranges of a day are sorted and do not overlap.
Week = Mapping[int, tuple[WallRange, ...]]


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """A range of days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, eq=False)
class Schedule:
    """When a host is open, by the wall clock of `timezone`.

    `set_days`, of the page Days off, replace a day and whatever else is said of it. Then `time_off` wins over
    everything, then `overrides` replace a day, then `public_holidays` (of a region like "DE-BE") close days,
    then the week holds.
    """

    timezone: ZoneInfo
    week: Week
    overrides: Mapping[date, tuple[WallRange, ...]] = field(default_factory=dict)
    public_holidays: str | None = None
    time_off: tuple[DateRange, ...] = ()
    set_days: Mapping[date, tuple[WallRange, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Host:
    """Somebody whose time is offered. `id` is the name of its TOML table, `name` what people read.

    `link` is where this host meets people online.
    """

    id: str
    name: str
    email: str
    schedule: Schedule
    busy_calendars: tuple[CalendarName, ...]
    booking_calendar: CalendarName
    phone: str | None = None
    link: str = ""
    busy_policy: BusyPolicy = BusyPolicy()
    weight: int = 100
    priority: int = 2
    notify: tuple[str, ...] = ()

    @cached_property
    def calendars(self) -> tuple[CalendarName, ...]:
        """Return every calendar that must be known: checked ones, then the destination, once each."""
        return tuple(dict.fromkeys((*self.busy_calendars, self.booking_calendar)))


@dataclass(frozen=True, eq=False)
class Resource(Host):
    """A room or device that an appointment takes: always open, its one calendar its only busy time.

    Asked about, chosen and claimed as hosts are, but nobody: it attends nothing and organises nothing. By
    `email` its own vendor's events invite it, if there is one; all others are entered, where its calendar
    `takes_entries`.
    """

    takes_entries: bool = True

    def is_invited_from(self, calendar: CalendarName) -> bool:
        """Tell whether an event in this calendar invites it."""
        return bool(self.email) and calendar.provider == self.booking_calendar.provider
