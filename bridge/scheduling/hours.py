"""Says when a schedule is open: set days, then time off, overrides, public holidays, and else the week.

It decides from the schedule alone and never looks at what is busy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bridge.model import EventType, Host, Schedule, WallRange
from bridge.scheduling.days import FIRST, LAST, at_wall, date_of
from providers.base import Interval
from providers.intervals import clip, merge


class HoursFrom(StrEnum):
    """What decides about the hours of a day: the first of these that says something."""

    SET_DAY = "set_day"
    TIME_OFF = "time_off"
    OVERRIDE = "date_overrides"
    HOLIDAY = "public_holidays"
    WEEK = "open_hours"


SetDays = tuple[tuple[date, tuple[WallRange, ...]], ...]


_MIDNIGHT = 24 * 60


@lru_cache(maxsize=2**12)
def with_set_days(host: Host, days: SetDays) -> Host:
    """Return a host with days set by hand; the same object for the same days, since hours are kept by it."""
    return replace(host, schedule=replace(host.schedule, set_days=dict(days)))


@lru_cache(maxsize=2**15)
def open_intervals(schedule: Schedule, day: date, place: str | None = None) -> tuple[Interval, ...]:
    """Return the open hours of one local day of the schedule's zone, all of them or those at one place."""
    if not FIRST.year <= day.year < LAST.year:
        return ()
    zone = schedule.timezone
    return merge(
        Interval(at_wall(zone, day, wall.start), at_wall(zone, day, wall.end, as_end=True))
        for wall in hours_of(schedule, day)[1]
        if place is None or wall.place == place
    )


def open_between(schedule: Schedule, window: Interval, place: str | None = None) -> tuple[Interval, ...]:
    """Return the open hours inside the window, at one place or all; those that meet as one."""
    zone = schedule.timezone
    # A clock set back past midnight lets a day's hours reach into the next.
    first = date_of(zone, window.start).toordinal() - 1
    last = date_of(zone, window.end).toordinal()
    days = map(date.fromordinal, range(first, last + 1))
    return clip(merge(hours for day in days for hours in open_intervals(schedule, day, place)), window)


@lru_cache(maxsize=2**10)
def places_of(schedule: Schedule) -> tuple[str, ...]:
    """Return where the schedule's hours are, each place once; empty is the one of hours that name none."""
    days = (*schedule.week.values(), *schedule.overrides.values(), *schedule.set_days.values())
    return tuple(dict.fromkeys(wall.place for day in days for wall in day)) or ("",)


def place_at(schedule: Schedule, time: Interval) -> str:
    """Return the place whose hours hold the whole time; empty where none is known."""
    for place in places_of(schedule):
        if time in open_between(schedule, time, place):
            return place
    return ""


@lru_cache(maxsize=2**10)
def own_schedule(event_type: EventType) -> Schedule | None:
    """Return the open hours that the event type itself has, in its own zone."""
    if event_type.open_hours is None:
        return None
    return Schedule(timezone=event_type.timezone, week=event_type.open_hours)


def hours_of(schedule: Schedule, day: date) -> tuple[HoursFrom, tuple[WallRange, ...]]:
    """Return the hours of a day by the wall clock, and what decides about them."""
    if day in schedule.set_days:
        return HoursFrom.SET_DAY, _placed(schedule, day, schedule.set_days[day])
    if any(away.first <= day <= away.last for away in schedule.time_off):
        return HoursFrom.TIME_OFF, ()
    if day in schedule.overrides:
        return HoursFrom.OVERRIDE, schedule.overrides[day]
    if schedule.public_holidays and day in public_holidays(schedule.public_holidays, day.year):
        return HoursFrom.HOLIDAY, ()
    return HoursFrom.WEEK, schedule.week.get(day.weekday(), ())


def _placed(schedule: Schedule, day: date, hours: tuple[WallRange, ...]) -> tuple[WallRange, ...]:
    """Return hours that were set by hand, which name no place, where that weekday's hours are by then.

    What lies outside those is where the next ones are, at the end of the day where the last were.
    """
    places = places_of(schedule)
    usual = schedule.week.get(day.weekday(), ()) or (WallRange(0, _MIDNIGHT, places[0]),)
    if places == ("",):
        return hours
    edges = [0, *(wall.end for wall in usual[:-1]), _MIDNIGHT]
    return tuple(
        WallRange(max(wall.start, start), min(wall.end, end), place)
        for wall in hours
        for (start, end), place in zip(pairwise(edges), (each.place for each in usual), strict=True)
        if max(wall.start, start) < min(wall.end, end)
    )


def is_known_region(region: str) -> bool:
    """Tell whether the public holidays of a country, or country and region, are known."""
    from holidays import list_supported_countries

    country, dash, part = region.partition("-")
    regions = list_supported_countries().get(country)
    return regions is not None and (not dash or part in regions)


@lru_cache(maxsize=2**6)
def holiday_regions(country: str) -> Mapping[str, str]:
    """Return the regions of a country by their codes, such as DE-BE, with what people call them."""
    from holidays import country_holidays

    if not is_known_region(country):
        return {}
    known = country_holidays(country)
    called = {code: name for name, code in getattr(known, "subdivisions_aliases", {}).items()}
    parts = {f"{country}-{part}": called.get(part, part) for part in known.subdivisions}
    return {country: country, **dict(sorted(parts.items(), key=lambda part: part[1]))}


def special_days(schedule: Schedule, first: date, last: date) -> list[date]:
    """Return the days, both ends included, of which something else than the week may be said."""
    years = range(first.year, last.year + 1) if schedule.public_holidays else ()
    holidays = [day for year in years for day in public_holidays(schedule.public_holidays or "", year)]
    off = [
        date.fromordinal(day)
        for away in schedule.time_off
        for day in range(max(away.first, first).toordinal(), min(away.last, last).toordinal() + 1)
    ]
    named = {*schedule.set_days, *schedule.overrides, *holidays, *off}
    return sorted(day for day in named if first <= day <= last)


@lru_cache(maxsize=2**10)
def public_holidays(region: str, year: int, language: str | None = None) -> Mapping[date, str]:
    """Return the names of a region's public holidays, in this language where they are known in it."""
    from holidays import country_holidays  # a tenth of a second that most installations can save

    country, _, part = region.partition("-")
    return dict(country_holidays(country, subdiv=part or None, years=year, language=language))
