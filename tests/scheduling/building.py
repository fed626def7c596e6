"""Short words for the values that the examples are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from bridge.config.values.open_hours import wall_range
from bridge.model import (
    Assignment,
    CalendarName,
    DateRange,
    EventType,
    Host,
    Member,
    Schedule,
    Team,
    WallRange,
    WayEnd,
    Week,
)
from bridge.scheduling.slots import HostTime
from bridge.scheduling.team import bookable_days
from providers.base import Interval
from providers.intervals import merge

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SANTIAGO = ZoneInfo("America/Santiago")
HAVANA = ZoneInfo("America/Havana")
APIA = ZoneInfo("Pacific/Apia")
UTC_ZONE = ZoneInfo("UTC")

MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    """Return the instant of a text such as `2026-11-23 09:00`, read as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> datetime:
    """Return the instant at which the zone's clock shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def span(start: str, end: str, zone: ZoneInfo = BERLIN) -> Interval:
    """Return the time between two local times; the end may leave out its date."""
    return Interval(local(start, zone), local(end if len(end) > 5 else f"{start[:10]} {end}", zone))


def wall(*texts: str) -> tuple[WallRange, ...]:
    """Return the stretches of a day written `09:00-17:00`, or `09:00-17:00 @ practice`."""
    return tuple(map(wall_range, texts))


def daily(*texts: str) -> Week:
    """Return the same hours for each day of the week."""
    return {day: wall(*texts) for day in range(7)}


def weekdays(*texts: str) -> Week:
    """Return the same hours from Monday to Friday."""
    return {day: wall(*texts) for day in range(5)}


ALWAYS = daily("00:00-24:00")


def schedule(
    week: Week | None = None,
    zone: ZoneInfo = BERLIN,
    *,
    overrides: Mapping[date, tuple[WallRange, ...]] | None = None,
    holidays: str | None = None,
    off: tuple[DateRange, ...] = (),
    set_days: Mapping[date, tuple[WallRange, ...]] | None = None,
) -> Schedule:
    """Return a schedule, by default open on weekdays from 9 to 17."""
    return Schedule(
        timezone=zone,
        week=weekdays("09:00-17:00") if week is None else week,
        overrides=overrides or {},
        public_holidays=holidays,
        time_off=off,
        set_days=set_days or {},
    )


def host(name: str = "anna", hours: Schedule | None = None) -> Host:
    """Return a host with one embedded calendar."""
    calendar = CalendarName("local", "", name)
    return Host(
        name, name.title(), f"{name}@example.com", hours or schedule(), (calendar,), booking_calendar=calendar
    )


def free(
    name: str = "anna",
    hours: Schedule | None = None,
    *,
    busy: tuple[Interval, ...] | None = (),
    claims: tuple[Interval, ...] = (),
    booked: tuple[datetime, ...] = (),
    ways: tuple[WayEnd, ...] = (),
) -> HostTime:
    """Return what is known of a host's time, by default that nothing is in it; `busy` is merged."""
    return HostTime(host(name, hours), None if busy is None else merge(busy), claims, booked, ways=ways)


def minutes(count: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=count)


def event_type(length: int = 30, *, team: Team | None = None, **rules: Any) -> EventType:
    """Return an event type of so many minutes, its starts that far apart, without notice."""
    chosen: dict[str, Any] = {
        "timezone": BERLIN,
        "duration": minutes(length),
        "start_increment": minutes(length),
        "minimum_notice": timedelta(0),
        **rules,
    }
    return EventType(id="visit", title="Visit", team=team or round_robin("anna"), **chosen)


def round_robin(*names: str, assignment: Assignment = Assignment.LEAST_RECENTLY_BOOKED) -> Team:
    """Return a team of which one host attends."""
    return Team(groups=(tuple(Member(name) for name in names),), assignment=assignment)


def bookable_starts(
    event_type: EventType, times: Mapping[str, HostTime], now: datetime
) -> Iterator[datetime]:
    """Return every bookable start of the grid; later days are looked at only when asked for."""
    return chain.from_iterable(bookable_days(event_type, times, now))


def clock(starts: list[datetime] | tuple[datetime, ...], zone: ZoneInfo = BERLIN) -> list[str]:
    """Return what the zone's clock shows at each instant, as `23 09:00` with the day of the month."""
    return [f"{start.astimezone(zone):%d %H:%M}" for start in starts]
