"""Ranks bookable starts by nearness to what a caller wished for, and picks the few that are told.

The asked day and part of day come first, then the nearest days, then the nearest time. Refusals, offers to
callers with a wish and the search of agents all go by this one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

_DAY_MINUTES = 24 * 60
_NO_DISTANCE = timedelta(0)


class Part(NamedTuple):
    """A part of the day by the wall clock, in minutes from midnight, the end not included."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Preference:
    """What a caller wished for; what is None or empty is all the same to them.

    `minute` is a time of day in minutes from midnight; weekdays count from Monday, 0.
    """

    day: date | None = None
    weekdays: frozenset[int] = frozenset()
    part: Part | None = None
    minute: int | None = None
    earliest: date | None = None

    def first_day(self, today: date) -> date:
        """Return the first day that would suit."""
        if self.day is not None:
            return self.day
        first = max(today, self.earliest or today)
        return first + timedelta(
            days=min(((weekday - first.weekday()) % 7 for weekday in self.weekdays), default=0)
        )


def time_wish(zone: ZoneInfo, start: datetime) -> Preference:
    """Return the wish for one start: its day, the half-day it lies in, its time."""
    local = start.astimezone(zone)
    half = _DAY_MINUTES // 2
    minute = _minute(local)
    return Preference(
        local.date(), part=Part(0, half) if minute < half else Part(half, _DAY_MINUTES), minute=minute
    )


def nearest(starts: Iterable[datetime], wish: Preference, *, zone: ZoneInfo, today: date) -> list[datetime]:
    """Return the starts, without those before the earliest day wished for, nearest to the wish first."""
    order = _Order(wish, zone, today)
    return sorted(filter(order.is_late_enough, starts), key=order)


def fits(start: datetime, wish: Preference, zone: ZoneInfo) -> bool:
    """Tell whether a start lies on the day and in the part of day wished for."""
    order = _Order(wish, zone, date.min)
    return order.is_late_enough(start) and order.fits(start.astimezone(zone))


def told(
    ranked: Sequence[datetime],
    wish: Preference,
    count: int,
    *,
    zone: ZoneInfo,
    between: timedelta = _NO_DISTANCE,
) -> list[datetime]:
    """Return the few of the ranked starts that are told, by nearness.

    What fits comes before what does not. Where a whole part of day would do, starts of one day lie `between`
    apart as long as there are others, and where any day would do, days take turns: a caller who can't make
    the first can hardly make the one half an hour later.
    """
    if len(ranked) <= count or (wish.minute is not None and wish.day is not None):
        return [*ranked[:count]]
    chosen: list[datetime] = []
    for _, alike in groupby(ranked, key=lambda start: fits(start, wish, zone)):
        spread = _in_turns(list(alike), zone, between if wish.minute is None else _NO_DISTANCE)
        chosen += spread[: count - len(chosen)]
    return chosen


def around(ranked: Sequence[datetime], start: datetime, count: int) -> list[datetime]:
    """Return the nearest starts to one that can't be had, of them the nearest before and after, ascending."""
    before = next((each for each in ranked if each < start), None)
    after = next((each for each in ranked if each > start), None)
    sides = [each for each in (before, after) if each is not None][:count]
    others = [each for each in ranked if each not in sides and each != start]
    return sorted([*sides, *others[: count - len(sides)]])


def _in_turns(starts: Sequence[datetime], zone: ZoneInfo, between: timedelta) -> list[datetime]:
    """Return the starts so that days take turns, and of each day first those that lie apart."""
    days: dict[date, list[datetime]] = {}
    for start in starts:
        days.setdefault(start.astimezone(zone).date(), []).append(start)
    queues = [_apart_first(day, between) for day in days.values()]
    rounds = max(map(len, queues), default=0)
    return [queue[number] for number in range(rounds) for queue in queues if number < len(queue)]


def _apart_first(starts: Sequence[datetime], between: timedelta) -> list[datetime]:
    apart: list[datetime] = []
    for start in starts:
        if all(abs(start - other) >= between for other in apart):
            apart.append(start)
    return [*apart, *(start for start in starts if start not in apart)]


class _Order:
    """The order of starts by nearness to a wish."""

    def __init__(self, wish: Preference, zone: ZoneInfo, today: date) -> None:
        self._wish = wish
        self._zone = zone
        self._anchor = wish.first_day(today)

    def __call__(self, start: datetime) -> tuple[bool, int, bool, int, datetime]:
        """Return what starts are sorted by."""
        local = start.astimezone(self._zone)
        days_off = abs((local.date() - self._anchor).days)
        return not self.fits(local), days_off, not self._is_in_part(local), self._minutes_off(local), start

    def is_late_enough(self, start: datetime) -> bool:
        """Tell whether a start is not before the earliest day wished for."""
        return self._wish.earliest is None or start.astimezone(self._zone).date() >= self._wish.earliest

    def fits(self, local: datetime) -> bool:
        """Tell whether a local time lies on the day and in the part of day wished for."""
        wish = self._wish
        if wish.day is not None:
            is_day = local.date() == wish.day
        else:
            is_day = not wish.weekdays or local.weekday() in wish.weekdays
        return is_day and self._is_in_part(local)

    def _is_in_part(self, local: datetime) -> bool:
        part = self._wish.part
        return part is None or part.start <= _minute(local) < part.end

    def _minutes_off(self, local: datetime) -> int:
        minute, wish = _minute(local), self._wish
        if wish.minute is not None:
            return abs(minute - wish.minute)
        if wish.part is None:
            return 0
        return max(wish.part.start - minute, minute - wish.part.end, 0)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
