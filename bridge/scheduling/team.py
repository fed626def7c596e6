"""Decides when a whole team can, and who of it: at one start, and day by day.

All fixed hosts must be bookable, and one member of each group for the whole slot: two hosts' free times
are never joined, and in person all meet at one place. A list of resources is like a group, but lays no grid.
It never decides what is told to a caller, nor which of several members attends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial, reduce
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from bridge.model import EventType, Member, Team
from bridge.scheduling.days import LAST, date_of, day_start, later_day
from bridge.scheduling.grid import Grid, step_of
from bridge.scheduling.slots import HostTime, bookable_spans, common_window, failing_rules
from bridge.scheduling.together import meeting_places, places_at, starts_at
from providers.base import Interval
from providers.intervals import Span, intersect, members, union

_MANY_DAYS = 64

# The starts a host allows in some days, the step aside. Those that others allow too may be left out.
_SpansOf = Callable[[str, Sequence[Span]], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Pool:
    """Who could attend one start: all `fixed`, and one of each group; none of the groups is empty.

    Nor is any of the lists of `resources`, of which one each is taken. `places` are where its hosts are, of
    whom all must be at one; whoever it leaves out suits anywhere.
    """

    fixed: tuple[str, ...]
    groups: tuple[tuple[Member, ...], ...]
    resources: tuple[tuple[str, ...], ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def preferring(self, names: Collection[str]) -> Pool:
        """Return it with those alone of each group and list whose names these are, where there are any."""
        groups = [tuple(each for each in group if each.host in names) or group for group in self.groups]
        lists = [tuple(each for each in those if each in names) or those for those in self.resources]
        preferred = replace(self, groups=tuple(groups), resources=tuple(lists))
        return preferred.together() or replace(self, resources=tuple(lists))

    def choosing(self, number: int, host: str) -> Pool:
        """Return it with this host chosen of a group, and of the others who can meet there."""
        one = tuple(each for each in self.groups[number] if each.host == host)
        chosen = replace(self, groups=(*self.groups[:number], one, *self.groups[number + 1 :]))
        return chosen.together() or chosen

    def together(self) -> Pool | None:
        """Return it with those alone who can meet at one place with the others; None where nobody can."""
        if not self.places:
            return self
        tried = [self._at(place) for place in dict.fromkeys(self.places.values())]
        met = [groups for groups in tried if groups is not None]
        if not met:
            return None
        can = [{each.host for groups in met for each in groups[n]} for n in range(len(self.groups))]
        left = (tuple(each for each in group if each.host in can[n]) for n, group in enumerate(self.groups))
        return replace(self, groups=tuple(left))

    def _at(self, place: str) -> Sequence[Sequence[Member]] | None:
        """Return who of each group can be at a place; None where somebody's part is left without anybody."""

        def suits(host: str) -> bool:
            return self.places.get(host, place) == place

        groups = [[each for each in group if suits(each.host)] for group in self.groups]
        return groups if all(groups) and all(map(suits, self.fixed)) else None


@lru_cache(maxsize=2**10)
def with_host(event_type: EventType, host: str) -> EventType:
    """Return the event type as it is for a caller who wants this host of its team."""
    groups = [
        tuple(member for member in group if member.host == host) or group for group in event_type.team.groups
    ]
    return replace(event_type, team=replace(event_type.team, groups=tuple(groups)))


def pool_for(
    event_type: EventType,
    times: Mapping[str, HostTime],
    start: datetime,
    now: datetime,
    *,
    without: frozenset[str] = frozenset(),
) -> Pool | None:
    """Return who could attend this start; None when the team cannot take it.

    `without` are hosts that shall not be asked; a host that `times` leaves out is unknown.
    """
    pool = _pool_apart(event_type, times, start, now, without=without)
    return pool.together() if pool else None


def is_apart(event_type: EventType, times: Mapping[str, HostTime], start: datetime, now: datetime) -> bool:
    """Tell whether all that keeps the team from this start is that its hosts are at different places."""
    pool = _pool_apart(event_type, times, start, now)
    return pool is not None and pool.together() is None


def _pool_apart(
    event_type: EventType,
    times: Mapping[str, HostTime],
    start: datetime,
    now: datetime,
    *,
    without: frozenset[str] = frozenset(),
) -> Pool | None:
    """Return who could attend this start, at whatever place each of them is."""

    def is_free(host: str) -> bool:
        if host in without or host not in times:
            return False
        return not any(failing_rules(event_type, times[host], start, now))  # the first is reason enough

    team = event_type.team
    if not team.hosts or not all(is_free(host) for host in team.fixed):
        return None
    groups = [tuple(member for member in group if is_free(member.host)) for group in team.groups]
    resources = [tuple(each for each in those if is_free(each)) for those in team.resources]
    if not all((*groups, *resources)):
        return None
    return Pool(team.fixed, tuple(groups), tuple(resources), places_at(event_type, times, start))


def certain_hosts(
    event_type: EventType, times: Mapping[str, HostTime], start: datetime, now: datetime
) -> tuple[str, ...]:
    """Return who will attend this start, the organiser first; nobody where one of several will be chosen."""
    pool = pool_for(event_type, times, start, now)
    if pool is None or any(len(group) > 1 for group in pool.groups):
        return ()
    return (*pool.fixed, *(group[0].host for group in pool.groups))


def bookable_days(
    event_type: EventType, times: Mapping[str, HostTime], now: datetime, *, before: datetime = LAST
) -> Iterator[list[datetime]]:
    """Yield the bookable starts of the grid, those of each local day that has any as one list.

    A host that `times` leaves out is unknown. `before` is the start of a local day, from which on
    nothing is looked at.
    """
    start, end = common_window(event_type, now)
    common = Interval(start, min(end, before))
    grid = _TeamGrid(event_type, times)
    for days in _stretches_of_days(event_type, common):
        starts = grid.lay(partial(_spans_of, event_type, times, common, days), days)
        index = 0
        for midnight in _day_ends(event_type.timezone, days) if starts else ():
            after = bisect_left(starts, midnight, index)
            if after > index:
                yield starts[index:after]
            index = after


def _spans_of(
    event_type: EventType,
    times: Mapping[str, HostTime],
    common: Interval,
    days: Interval,
    host: str,
    others: Sequence[Span],
) -> Sequence[Span]:
    time = times.get(host)
    return bookable_spans(event_type, time, days, common, others=others) if time else ()


def _stretches_of_days(event_type: EventType, common: Interval) -> Iterator[Interval]:
    """Yield windows of whole days that cover the common one; most offers end within the first."""
    zone, length = event_type.timezone, event_type.offer.days + 1
    day = date_of(zone, common.start)
    while day_start(zone, day) < common.end:
        following = later_day(day, length)
        yield Interval(day_start(zone, day), min(day_start(zone, following), common.end))
        day, length = following, min(2 * length, _MANY_DAYS)


@lru_cache(maxsize=2**10)
def _day_ends(zone: ZoneInfo, days: Interval) -> tuple[datetime, ...]:
    ends = [day_start(zone, later_day(date_of(zone, days.start), 1))]
    while ends[-1] < days.end:
        ends.append(day_start(zone, later_day(date_of(zone, ends[-1]), 1)))
    return tuple(ends)


class _TeamGrid:
    """Lays the grid of each host and keeps the starts that the whole team can take."""

    def __init__(self, event_type: EventType, times: Mapping[str, HostTime]) -> None:
        self._team = event_type.team
        self._event_type, self._times = event_type, times
        self._places = meeting_places(event_type, times)
        # When no start on the step is off the grid, the team's own gaps give the same starts.
        self._is_plain = event_type.start_increment == step_of(event_type)
        sources = ["team"] if self._is_plain else self._team.hosts
        self._grids = [Grid(event_type) for _ in sources]

    def lay(self, spans_of: _SpansOf, days: Interval) -> list[datetime]:
        """Return the starts of these days, ascending."""
        if self._is_plain and not self._places:
            return self._grids[0].lay(_of_team(self._team, spans_of), days)
        spans = {each: spans_of(each, ()) for each in self._team.asked}
        allowed = self._allowed(spans, days)
        if self._is_plain:
            return self._grids[0].lay(allowed, days)
        # A gap that fixed hosts have in common begins with a gap of one of them, whose grid holds its starts.
        laid = [grid.lay(spans[host], days) for grid, host in zip(self._grids, self._team.hosts, strict=True)]
        ascending = groupby(sorted(chain.from_iterable(laid)))
        return members([start for start, _ in ascending], allowed)

    def _allowed(self, spans: Mapping[str, Sequence[Span]], days: Interval) -> Sequence[Span]:
        """Return the starts that the whole team allows, at one place where that matters."""
        if not self._places:
            return _of_team(self._team, _known(spans))
        found: list[Span] = []
        for place in self._places:
            at = {
                host: starts_at(self._event_type, self._times[host], place, spans[host], days)
                for host in self._team.hosts
                if spans[host]
            }
            found += _of_team(self._team, _known({**spans, **at}))
        return union(found)


def _known(spans: Mapping[str, Sequence[Span]]) -> _SpansOf:
    return lambda each, _: spans[each]


def _of_team(team: Team, spans_of: _SpansOf) -> Sequence[Span]:
    """Return the starts that all fixed hosts allow, and somebody of each group, and one of each resource."""
    parts = [spans_of(host, ()) for host in team.fixed]
    for group in (*(tuple(member.host for member in group) for group in team.groups), *team.resources):
        found: Sequence[Span] = ()
        for each in group:
            spans = spans_of(each, found)
            if spans:
                found = union(chain(found, spans)) if found else spans
        parts.append(found)
    return reduce(intersect, parts) if parts else ()
