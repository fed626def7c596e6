"""Zones: by Windows' names as Exchange lists them, and as a free/busy request describes its own."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tests.vendors.exchange.soap import Element, Failed, child, t, text_of

IANA = dict(WINDOWS_TO_OLSON)
WINDOWS = {iana: windows for windows, iana in reversed(IANA.items())} | {"UTC": "UTC"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST = 5
_YEAR = 2026  # one year's rules stand for all


def iana(windows: str | None) -> str:
    """Return a zone's name elsewhere. Failed: Windows has none of that name."""
    if windows not in IANA and windows != "UTC":
        raise Failed("ErrorCalendarInvalidTimeZone", f"There is no time zone {windows}.")
    return IANA.get(windows or "", "UTC")


def definition(windows: str, *, whole: bool) -> Element:
    """Return a zone as Exchange defines it, with its periods and changes if wanted."""
    zone = ZoneInfo(iana(windows))
    found = t("TimeZoneDefinition", Id=windows, Name=f"({windows})")
    if not whole:
        return found
    changes = _changes(zone)
    plain = datetime(_YEAR, 1, 1, tzinfo=zone)
    offsets = {"Standard": plain.utcoffset()}
    if changes:
        offsets = {_period(each): each.utcoffset() for each in changes}
    found.append(
        t("Periods", *[t("Period", Bias=_bias(each), Name=name, Id=name) for name, each in offsets.items()])
    )
    inside = [_change(each) for each in changes] or [t("Transition", _target("Period", "Standard"))]
    found.append(t("TransitionsGroups", t("TransitionsGroup", *inside, Id="0")))
    found.append(t("Transitions", t("Transition", _target("Group", "0"))))
    return found


@functools.lru_cache(maxsize=256)
def _changes(zone: ZoneInfo) -> list[datetime]:
    """Return the moments at which a zone's offset changes, with the new one."""
    days = [datetime(_YEAR, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(366)]
    found = []
    for before, after in pairwise(day.astimezone(zone) for day in days):
        if before.utcoffset() != after.utcoffset():
            hours = (before.astimezone(UTC) + timedelta(hours=number) for number in range(1, 25))
            local = (hour.astimezone(zone) for hour in hours)
            found.append(next(hour for hour in local if hour.utcoffset() == after.utcoffset()))
    return found


def _period(moment: datetime) -> str:
    return "Daylight" if moment.dst() else "Standard"


def _bias(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta()).total_seconds() // 60)
    return f"{'-' if minutes > 0 else ''}PT{abs(minutes)}M"


def _target(kind: str, name: str) -> Element:
    return t("To", name, Kind=kind)


def _change(moment: datetime) -> Element:
    before = (moment - timedelta(seconds=1)).astimezone(UTC).astimezone(moment.tzinfo)
    earlier = moment.astimezone(UTC) + (before.utcoffset() or timedelta())  # on the clock that is changed
    is_last = (earlier + timedelta(days=7)).month != earlier.month
    return t(
        "RecurringDayTransition",
        _target("Period", _period(moment)),
        t("TimeOffset", f"PT{earlier.hour}H"),
        t("Month", earlier.month),
        t("DayOfWeek", _DAYS[earlier.weekday()]),
        t("Occurrence", -1 if is_last else (earlier.day - 1) // 7 + 1),
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a half of the year begins, on the clock of the other half; its bias in minutes."""

    bias: int
    month: int
    week: int
    day: int
    hours: timedelta

    def begins(self, year: int) -> datetime:
        first = datetime(year, self.month, 1, tzinfo=UTC)
        moment = first + timedelta(days=(self.day - first.weekday()) % 7 + 7 * (self.week - 1))
        while moment.month != self.month:
            moment -= timedelta(days=7)
        return moment + self.hours


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone of a free/busy request: it describes it, and answers are on its clock without saying so."""

    bias: int
    standard: _Rule
    daylight: _Rule

    @classmethod
    def of(cls, zone: Element) -> Clock:
        """Return the clock that a request describes."""
        rules = []
        for name in ("StandardTime", "DaylightTime"):
            hours, minutes, seconds = map(int, (text_of(zone, name, "Time") or "").split(":"))
            bias, order, month = (
                int(text_of(zone, name, each) or 0) for each in ("Bias", "DayOrder", "Month")
            )
            day = _DAYS.index(text_of(zone, name, "DayOfWeek") or "Sunday")
            since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
            rules.append(_Rule(bias, month, min(order, _LAST), day, since))
        return cls(int(text_of(zone, "Bias") or 0), *rules)

    def shown(self, moment: datetime) -> str:
        """Return a moment on this clock."""
        return (moment - self._behind(moment)).replace(tzinfo=None).isoformat()

    def instant(self, text: str) -> datetime:
        """Return the moment that a text means, on this clock unless it says otherwise."""
        stamp = datetime.fromisoformat(text)
        if stamp.tzinfo is not None:
            return stamp.astimezone(UTC)
        wall = stamp.replace(tzinfo=UTC)
        return wall + self._behind(wall + timedelta(minutes=self.bias))

    def _behind(self, moment: datetime) -> timedelta:
        """Return how far the clock is behind UTC."""
        summer, winter = (timedelta(minutes=self.bias + each.bias) for each in (self.daylight, self.standard))
        if summer == winter:
            return winter
        begins = self.daylight.begins(moment.year) + winter
        ends = self.standard.begins(moment.year) + summer
        is_summer = begins <= moment < ends if begins < ends else not ends <= moment < begins
        return summer if is_summer else winter


def zone_in(element: Element, name: str) -> str | None:
    """Return the zone that an entry's element names, None where it names none."""
    found = child(element, name)
    return None if found is None else iana(found.get("Id"))
