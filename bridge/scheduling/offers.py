"""Decides what is offered: how far to look ahead, and which of a day's bookable starts are told.

It never looks further than it offers, and never tells a start that could not be booked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice

from bridge.model import CountDays, EventType, OfferRules, Slot, Suggest
from bridge.scheduling.days import LAST, day_start, is_set_back, later_day, shift
from bridge.scheduling.slots import HostTime, common_window, first_day
from bridge.scheduling.team import bookable_days
from providers.base import Interval
from providers.intervals import overlaps

_INSTANT = timedelta.resolution
_NO_DISTANCE = timedelta(0)

# What Slot() does, without a call of Python code for each of perhaps hundreds.
_slot = partial(tuple.__new__, Slot)


def busy_window(event_type: EventType, now: datetime) -> Interval:
    """Return for when busy time must be known so that any start could be judged that may be bookable."""
    # Not from the end of the notice on: the window may then serve until the day ends, whenever it is asked.
    first = max(now, day_start(event_type.timezone, first_day(event_type, now)))
    return Interval(
        window_around(event_type, first).start,
        window_around(event_type, common_window(event_type, now).end).end,
    )


def window_around(event_type: EventType, start: datetime) -> Interval:
    """Return for when busy time must be known to judge this one start."""
    way = event_type.places.longest_way
    return Interval(
        shift(start, -event_type.buffer_before - way),
        shift(start, event_type.duration + event_type.buffer_after + way),
    )


def offer(
    event_type: EventType,
    times: Mapping[str, HostTime],
    now: datetime,
    *,
    left_to_others: Sequence[Interval] = (),
) -> tuple[Slot, ...]:
    """Return the slots to tell a caller, ascending; what is left to others only if there is nothing else."""
    zone, rules, until = event_type.timezone, event_type.offer, LAST
    if rules.suggest is not Suggest.VARIED and rules.count_days is CountDays.CALENDAR:
        until = day_start(zone, later_day(first_day(event_type, now), rules.days_to_look_ahead))
    days = bookable_days(event_type, times, now, before=until)
    if left_to_others:
        days = _beside(event_type, days, left_to_others)
    apart = _sounding_apart(event_type, days)
    if rules.suggest is Suggest.VARIED:
        told = slots_at(event_type, varied(apart, rules))
    else:
        looked_at = islice(apart, rules.days_to_look_ahead)
        told = slots_at(event_type, chain.from_iterable(thin(day, rules) for day in looked_at))
    return told if told or not left_to_others else offer(event_type, times, now)


def _beside(
    event_type: EventType, days: Iterable[list[datetime]], taken: Sequence[Interval]
) -> Iterator[list[datetime]]:
    """Yield the days without the starts whose appointment would overlap these intervals."""
    for day in days:
        if beside := [slot.start for slot in slots_at(event_type, day) if not overlaps(taken, slot)]:
            yield beside


def every_start(event_type: EventType, times: Mapping[str, HostTime], now: datetime) -> list[datetime]:
    """Return all that could be told, ascending."""
    return list(chain.from_iterable(_sounding_apart(event_type, bookable_days(event_type, times, now))))


def slots_at(event_type: EventType, starts: Iterable[datetime]) -> tuple[Slot, ...]:
    """Return the slots that begin at these starts."""
    duration = event_type.duration
    return tuple([_slot((start, start + duration)) for start in starts])


def _sounding_apart(event_type: EventType, days: Iterable[list[datetime]]) -> Iterator[list[datetime]]:
    """Yield the days without starts that sound like an earlier one: an hour later, the clock set back."""
    zone = event_type.timezone
    for day in days:
        if is_set_back(zone, day[0].date()):
            yield [start for start in day if not _is_echo(start.astimezone(zone), day)]
        else:
            yield day


def _is_echo(local: datetime, starts: Sequence[datetime]) -> bool:
    return local.fold == 1 and local.replace(fold=0).astimezone(UTC) in starts


def thin(starts: Sequence[datetime], rules: OfferRules) -> list[datetime]:
    """Return the starts of a day that are told, as many as the distance and the cap allow."""
    earliest = _earliest(starts, rules.between, rules.slots_per_day)
    if rules.suggest is Suggest.EARLIEST or len(earliest) < 2:
        return earliest
    return _spread(starts, earliest)


def varied(days: Iterable[Sequence[datetime]], rules: OfferRules) -> list[datetime]:
    """Return one start a day, the earliest and the latest in turn, for `suggestions` days.

    When there are fewer days, each gives once more what lies farthest from what it gave, at the distance
    at least.
    """
    looked_at = list(islice(days, rules.suggestions))
    told = [[day[-1 if number % 2 else 0]] for number, day in enumerate(looked_at)]
    missing = rules.suggestions - len(told)
    for _ in range(missing):  # rounds; each but the last gives one start at least
        for day, chosen in zip(looked_at, told, strict=True):
            if missing and (another := _farthest(day, chosen, rules.between)):
                chosen.append(another)
                missing -= 1
    return sorted(chain.from_iterable(told))


def _farthest(starts: Sequence[datetime], chosen: Sequence[datetime], between: timedelta) -> datetime | None:
    """Return the start farthest from the chosen ones that keeps the distance, the earliest of equals."""
    away = {start: min(abs(start - one) for one in chosen) for start in starts}
    farthest = max(away, key=lambda start: away[start])
    return farthest if away[farthest] >= max(between, _INSTANT) else None


def _earliest(starts: Sequence[datetime], between: timedelta, cap: int) -> list[datetime]:
    """Return the first start, then each next one that keeps the distance: the most there can be."""
    if between <= _NO_DISTANCE:
        return [*starts[:cap]]
    chosen: list[datetime] = []
    index = 0
    while index < len(starts) and len(chosen) < cap:
        chosen.append(starts[index])
        index = bisect_left(starts, starts[index] + between, index + 1)
    return chosen


def _spread(starts: Sequence[datetime], earliest: Sequence[datetime]) -> list[datetime]:
    """Return as many starts as `earliest` holds, their smallest gap as large as can be, early ones first.

    The earliest choice at the largest distance that still yields as many is that choice; the distance
    is found by halving.
    """
    count = len(earliest)
    fits, too_far = 1, (starts[-1] - starts[0]) // _INSTANT + 1
    while too_far - fits > 1:
        middle = (fits + too_far) // 2
        if len(_earliest(starts, middle * _INSTANT, count)) == count:
            fits = middle
        else:
            too_far = middle
    return _earliest(starts, fits * _INSTANT, count)
