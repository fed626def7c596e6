"""Says when a schedule is open: time off, then overrides, then public holidays, then the week.

It decides from the schedule alone and never looks at what is busy.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bridge.model import EventType, Schedule, WallRange
from bridge.scheduling.days import FIRST, LAST, at_wall, date_of
from providers.base import Interval
from providers.intervals import clip, merge


@lru_cache(maxsize=2**15)
def open_intervals(schedule: Schedule, day: date) -> tuple[Interval, ...]:
    """Return the open hours of one local day of the schedule's zone."""
    if not FIRST.year <= day.year < LAST.year:
        return ()
    zone = schedule.timezone
    return merge(
        Interval(at_wall(zone, day, wall.start), at_wall(zone, day, wall.end, as_end=True))
        for wall in _wall_ranges(schedule, day)
    )


def open_between(schedule: Schedule, window: Interval) -> tuple[Interval, ...]:
    """Return the open hours inside the window, those that meet at midnight as one."""
    zone = schedule.timezone
    # A clock set back past midnight lets a day's hours reach into the next.
    first = date_of(zone, window.start).toordinal() - 1
    last = date_of(zone, window.end).toordinal()
    days = map(date.fromordinal, range(first, last + 1))
    return clip(merge(hours for day in days for hours in open_intervals(schedule, day)), window)


@lru_cache(maxsize=2**10)
def own_schedule(event_type: EventType) -> Schedule | None:
    """Return the open hours that the event type itself has, in its own zone."""
    if event_type.open_hours is None:
        return None
    return Schedule(timezone=event_type.timezone, week=event_type.open_hours)


def is_known_region(region: str) -> bool:
    """Tell whether the public holidays of a country, or country and region, are known."""
    from holidays import list_supported_countries

    country, dash, part = region.partition("-")
    regions = list_supported_countries().get(country)
    return regions is not None and (not dash or part in regions)


def _wall_ranges(schedule: Schedule, day: date) -> tuple[WallRange, ...]:
    if any(away.first <= day <= away.last for away in schedule.time_off):
        return ()
    if day in schedule.overrides:
        return schedule.overrides[day]
    if schedule.public_holidays and day in _public_holidays(schedule.public_holidays, day.year):
        return ()
    return schedule.week.get(day.weekday(), ())


@lru_cache(maxsize=2**10)
def _public_holidays(region: str, year: int) -> frozenset[date]:
    from holidays import country_holidays  # a tenth of a second that most installations can save

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))
