"""Finds every start that a team can take, one stretch of days after the other.

All fixed hosts must be bookable, and one member of each group for the whole slot: two hosts' free times
are never joined. It never decides what is told to a caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import chain, groupby

from bridge.model import EventType, Team
from bridge.scheduling.days import LAST, date_of, day_start, later_day
from bridge.scheduling.grid import Grid, step_of
from bridge.scheduling.intervals import Span, intersect, members, union
from bridge.scheduling.slots import HostTime, bookable_spans, common_window
from providers.base import Interval

_FEW_DAYS, _MANY_DAYS = 2, 64


def team_starts(
    event_type: EventType, times: Mapping[str, HostTime], now: datetime, *, before: datetime = LAST
) -> Iterator[list[datetime]]:
    """Yield the bookable starts of the grid, ascending, in lists of some days each.

    No local day stands in two lists. A host that `times` leaves out is unknown. `before` is the start of
    a local day, from which on nothing is looked at.
    """
    start, end = common_window(event_type, now)
    common = Interval(start, min(end, before))
    layer = _TeamGrid(event_type)
    for days in _stretches_of_days(event_type, common):
        spans = {
            host: bookable_spans(event_type, times[host], days, common) if host in times else ()
            for host in event_type.team.hosts
        }
        yield layer.lay(spans, days)


def _stretches_of_days(event_type: EventType, common: Interval) -> Iterator[Interval]:
    """Yield windows of whole days that cover the common one; few days first, as most offers end there."""
    zone, length = event_type.timezone, _FEW_DAYS
    day = date_of(zone, common.start)
    while day_start(zone, day) < common.end:
        following = later_day(day, length)
        yield Interval(day_start(zone, day), min(day_start(zone, following), common.end))
        day, length = following, min(2 * length, _MANY_DAYS)


class _TeamGrid:
    """Lays the grids of a team's hosts and keeps the starts that the whole team can take."""

    def __init__(self, event_type: EventType) -> None:
        self._team = event_type.team
        # With every start on the step being on a grid, the team's own gaps give the same starts.
        self._is_plain = event_type.start_increment == step_of(event_type)
        self._grids = [Grid(event_type) for _ in ("common", *self._team.hosts)]

    def lay(self, spans: Mapping[str, Sequence[Span]], days: Interval) -> list[datetime]:
        """Return the starts of these days; `spans` are the starts each host allows, step aside."""
        allowed = _of_team(self._team, spans)
        if self._is_plain:
            return self._grids[0].lay(allowed, days)
        sources = [_of_all(self._team.fixed, spans), *(spans[host] for host in self._team.hosts)]
        laid = sorted(chain.from_iterable(map(Grid.lay, self._grids, sources, [days] * len(sources))))
        return members([start for start, _ in groupby(laid)], allowed)


def _of_team(team: Team, spans: Mapping[str, Sequence[Span]]) -> Sequence[Span]:
    groups = [_of_any([member.host for member in group], spans) for group in team.groups]
    fixed = [_of_all(team.fixed, spans)] if team.fixed else []
    together = [*fixed, *groups]
    return reduce(intersect, together) if together else []


def _of_all(hosts: Sequence[str], spans: Mapping[str, Sequence[Span]]) -> Sequence[Span]:
    return reduce(intersect, [spans[host] for host in hosts]) if hosts else []


def _of_any(hosts: Sequence[str], spans: Mapping[str, Sequence[Span]]) -> Sequence[Span]:
    if len(hosts) == 1:
        return spans[hosts[0]]
    return union(chain.from_iterable(spans[host] for host in hosts))
