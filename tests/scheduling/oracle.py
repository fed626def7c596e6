"""The rules once more, told minute by minute as plainly as can be, to compare the engine with.

Everything here goes by looking at the clock of every minute; nothing is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bridge.model import EventType, Schedule
from bridge.scheduling.slots import HostTime
from providers.base import Interval
from tests.scheduling.building import MINUTE

_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def _clock_of(zone: ZoneInfo, day: date) -> tuple[tuple[datetime, date, int], ...]:
    """Return each minute around a day with what the zone's clock shows then."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    shown = []
    for number in range(54 * 60):
        instant = begin + number * MINUTE
        there = instant.astimezone(zone)
        shown.append((instant, there.date(), there.hour * 60 + there.minute))
    return tuple(shown)


def open_minutes(hours: Schedule, day: date, place: str | None = None) -> set[datetime]:
    """Return the open minutes of the week's hours on a local day, or of those at a place.

    There are no overrides and no time off. A stretch begins with the first minute of the day whose clock
    shows its start or later. It ends where the clock shows its end for the last time, or else after the
    last minute that shows less.
    """
    clock = [(instant, minute) for instant, shown, minute in _clock_of(hours.timezone, day) if shown == day]
    opened: set[datetime] = set()
    for stretch in hours.week.get(day.weekday(), ()):
        if place is not None and stretch.place != place:
            continue
        begins = [instant for instant, minute in clock if minute >= stretch.start][:1]
        less = [instant + MINUTE for instant, minute in clock if minute < stretch.end][-1:]
        ends = [instant for instant, minute in clock if minute == stretch.end][-1:] or less
        opened |= {instant for instant, _ in clock if begins and ends and begins[0] <= instant < ends[0]}
    return opened


def allowed_minutes(event_type: EventType, time: HostTime | None, now: datetime) -> dict[datetime, str]:
    """Return the minutes from which a slot breaks no rule but, perhaps, the step, and where the host is."""
    if time is None or time.busy is None:
        return {}
    zone = event_type.timezone
    today = now.astimezone(zone).date()
    first = max(today, event_type.start_on or today)
    last = first + event_type.horizon_days * _DAY
    minutes = [
        instant
        for number in range((last - first).days + 1)
        for instant, shown, _ in _clock_of(zone, first + number * _DAY)
        if shown == first + number * _DAY
    ]
    reach = [first + number * _DAY for number in range(-2, (last - first).days + 4)]
    own = Schedule(zone, event_type.open_hours or {})
    allowed = set().union(*(open_minutes(own, day) for day in reach))
    hours = time.host.schedule
    place_of: dict[datetime, str] = {}
    at: dict[str, set[datetime]] = {}
    for place in dict.fromkeys(stretch.place for each in hours.week.values() for stretch in each):
        at[place] = set().union(*(open_minutes(hours, day, place) for day in reach))
        opened = at[place] if event_type.open_hours is None else at[place] & allowed
        for start in _with_room(opened, event_type.duration // MINUTE):
            place_of.setdefault(start, place)
    stays = {place: _stays(time, opened) for place, opened in at.items()}
    return {
        start: place_of[start]
        for start in minutes
        if start >= now + event_type.minimum_notice
        and start in place_of
        and _is_free(event_type, time, start)
        and _within_limits(event_type, time, start)
        and _can_get_there(event_type, time, stays, start, place_of[start])
    }


def _stays(time: HostTime, opened: set[datetime]) -> list[Interval]:
    """Return what calendars say is busy within the open minutes of a place, minute by minute."""
    runs: list[Interval] = []
    for minute in sorted(opened):
        if runs and runs[-1].end == minute:
            runs[-1] = Interval(runs[-1].start, minute + MINUTE)
        else:
            runs.append(Interval(minute, minute + MINUTE))
    parts = [(max(start, run.start), min(end, run.end)) for start, end in time.busy or () for run in runs]
    return [Interval(start, end) for start, end in parts if start < end]


def _can_get_there(
    event_type: EventType, time: HostTime, stays: Mapping[str, list[Interval]], start: datetime, place: str
) -> bool:
    """Tell whether the host reaches this place in time, and from here whatever comes next."""
    begin = start - event_type.buffer_before
    end = start + event_type.duration + event_type.buffer_after
    for ends, length in event_type.places.travel.items():
        if place not in ends:
            continue
        (other,) = ends - {place}
        elsewhere = [Interval(each.start - length, each.end + length) for each in stays.get(other, [])]
        elsewhere += [
            Interval(each.interval.start - length / 2, each.interval.end + length / 2)
            for each in time.ways
            if each.place == other and each.way == ".".join(sorted(ends))
        ]
        if any(each.start < end and begin < each.end for each in elsewhere):
            return False
    return True


def _with_room(opened: set[datetime], length: int) -> set[datetime]:
    """Return the minutes from which on so many are open without a pause."""
    found: set[datetime] = set()
    run, after = 0, None
    for minute in sorted(opened, reverse=True):
        run = run + 1 if after is not None and after - minute == MINUTE else 1
        if run >= length:
            found.add(minute)
        after = minute
    return found


def _is_free(event_type: EventType, time: HostTime, start: datetime) -> bool:
    begin = start - event_type.buffer_before
    end = start + event_type.duration + event_type.buffer_after
    taken = [*(time.busy or ()), *time.claims]
    return not any(since < until and since < end and begin < until for since, until in taken)


def _within_limits(event_type: EventType, time: HostTime, start: datetime) -> bool:
    day = start.astimezone(event_type.timezone).date()
    days = [booked.astimezone(event_type.timezone).date() for booked in time.booked]
    in_week = [each for each in days if each.isocalendar()[:2] == day.isocalendar()[:2]]
    per_day, per_week = event_type.max_bookings_per_day, event_type.max_bookings_per_week
    return not ((per_day and days.count(day) >= per_day) or (per_week and len(in_week) >= per_week))


def is_on_step(event_type: EventType, start: datetime) -> bool:
    """Tell whether the clock shows a start on the step."""
    increment = event_type.start_increment // MINUTE
    step = max(each for each in (60, 30, 20, 15, 10, 5, 1) if increment % each == 0)
    there = start.astimezone(event_type.timezone)
    return (there.minute - event_type.start_offset // MINUTE) % step == 0 and not there.second


def grid(event_type: EventType, allowed: Iterable[datetime]) -> set[datetime]:
    """Return the starts laid over each unbroken run of allowed minutes."""
    laid: set[datetime] = set()
    before, following = None, None
    for minute in sorted(allowed):
        if before is None or minute - before > MINUTE:
            following = minute
        if following is not None and minute >= following and is_on_step(event_type, minute):
            laid.add(minute)
            following = minute + event_type.start_increment
        before = minute
    return laid


def team_starts(event_type: EventType, times: Mapping[str, HostTime], now: datetime) -> list[datetime]:
    """Return every bookable start of the grid of a team."""
    allowed = {host: allowed_minutes(event_type, times.get(host), now) for host in event_type.team.asked}
    team = event_type.team
    parts = [(host,) for host in team.fixed] + [tuple(each.host for each in group) for group in team.groups]
    must_meet = event_type.is_in_person and len(parts) > 1

    def can_be(host: str, start: datetime, place: str) -> bool:
        return start in allowed[host] and (not must_meet or allowed[host][start] in (place, ""))

    laid = set().union(*(grid(event_type, allowed[host]) for host in team.hosts))
    if team.fixed:
        laid |= grid(event_type, set.intersection(*(set(allowed[host]) for host in team.fixed)))
    return [
        start
        for start in sorted(laid)
        if all(any(start in allowed[each] for each in those) for those in team.resources)
        and any(
            all(any(can_be(each, start, place) for each in part) for part in parts)
            for place in {"", *(at[start] for at in allowed.values() if start in at)}
        )
    ]
