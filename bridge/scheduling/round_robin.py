"""Round robin: decides which member of each group attends, by the event type's assignment.

It never looks at the clock or draws lots: the same figures always choose the same hosts. Who could attend
is the team's to say; what each was given, and what would be fair, stands in the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Generic, TypeVar

from bridge.model import Assignment, EventType, Schedule
from bridge.scheduling.days import shift
from bridge.scheduling.fair_share import Figures, HostRecord, Turn, figures, turns
from bridge.scheduling.team import Pool

_Figures = TypeVar("_Figures", bound=Turn)

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who attends, the organiser first, and for each group the figures that decided it, as JSON.

    Figures that the assignment does not go by are not among them. Of `resources` the first free is taken.
    """

    hosts: tuple[str, ...]
    decision: tuple[Mapping[str, object], ...]
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standings(Generic[_Figures]):
    """A group's figures in the order in which its members are due.

    `rule` is what puts the first before the second: weight_zero, shortfall, weight, priority,
    least_recently_booked, config_order, or only_one.
    """

    figures: tuple[_Figures, ...]
    rule: str


def needs_shares(event_type: EventType) -> bool:
    """Tell whether a choice goes by what each was given this month, and not by turns alone."""
    return event_type.team.assignment is Assignment.WEIGHTED


def choose(
    event_type: EventType,
    pool: Pool,
    records: Mapping[str, HostRecord],
    now: datetime,
    *,
    schedules: Mapping[str, Schedule],
    keep: frozenset[str] = frozenset(),
) -> Choice:
    """Return the pool's fixed hosts and of each group the member who is due, with the figures.

    Before all others come those to `keep`: who saw this caller last.
    """
    hosts, decision = list(pool.fixed), []
    for number, group in enumerate(event_type.team.groups):
        free = pool.groups[number]
        every: Sequence[Turn] = turns(group, records)
        if needs_shares(event_type):
            every = figures(event_type, group, records, now, schedules=schedules)
        asked = {member.host for member in free}
        kept = asked & keep
        standing = _rank(event_type, [each for each in every if each.member.host in (kept or asked)])
        chosen = standing.figures[0].member.host
        hosts.append(chosen)
        pool = pool.choosing(number, chosen)  # whoever follows must be able to meet there
        decision.append(
            {
                "group": number,
                "assignment": event_type.team.assignment.value,
                "chosen": chosen,
                "rule": "kept_host" if kept else standing.rule,
                "members": [{**each.as_json(), "bookable": each.member.host in asked} for each in every],
            }
        )
    return Choice(tuple(hosts), tuple(decision), tuple(those[0] for those in pool.resources))


def standings(
    event_type: EventType,
    records: Mapping[str, HostRecord],
    now: datetime,
    *,
    schedules: Mapping[str, Schedule],
) -> tuple[Standings[Figures], ...]:
    """Return for each group who would be chosen next, were all of them bookable, and why."""
    return tuple(
        _rank(event_type, figures(event_type, group, records, now, schedules=schedules))
        for group in event_type.team.groups
    )


def simulate(
    event_type: EventType,
    records: Mapping[str, HostRecord],
    now: datetime,
    *,
    schedules: Mapping[str, Schedule],
    count: int,
) -> tuple[Choice, ...]:
    """Return who the next bookings would go to, one made right after the other, all being bookable."""
    everybody = Pool(event_type.team.fixed, event_type.team.groups)
    supposed, choices = dict(records), []
    for number in range(count):
        choice = choose(event_type, everybody, supposed, now, schedules=schedules)
        made = shift(now, number * timedelta.resolution)
        for host in choice.hosts:
            before = supposed.get(host, HostRecord(host))
            supposed[host] = replace(before, booked_at=(*before.booked_at, made), last_booked_at=made)
        choices.append(choice)
    return tuple(choices)


# What ranks members, by name: the smaller comes first, and only equals are left to the next.
# Only weights look at more than turns, and who goes by them is given figures.
_Criterion = Callable[[Any], int | Fraction | datetime]
_LEAST_RECENTLY_BOOKED: dict[str, _Criterion] = {
    "least_recently_booked": lambda each: each.last_booked_at or _NEVER,
    "config_order": lambda each: each.place,
}
_PRIORITY: dict[str, _Criterion] = {
    "priority": lambda each: -each.member.priority,
    **_LEAST_RECENTLY_BOOKED,
}
_WEIGHTED: dict[str, _Criterion] = {
    "weight_zero": lambda each: each.member.weight == 0,
    "shortfall": lambda each: -each.shortfall,
    "weight": lambda each: -each.member.weight,
    **_PRIORITY,
}
_CRITERIA = {
    Assignment.LEAST_RECENTLY_BOOKED: _LEAST_RECENTLY_BOOKED,
    Assignment.PRIORITY: _PRIORITY,
    Assignment.WEIGHTED: _WEIGHTED,
}


def _rank(event_type: EventType, members: Sequence[_Figures]) -> Standings[_Figures]:
    criteria = _CRITERIA[event_type.team.assignment]
    ranked = sorted(members, key=lambda each: tuple(criterion(each) for criterion in criteria.values()))
    if len(ranked) == 1:
        return Standings(tuple(ranked), "only_one")
    first, second = ranked[:2]
    rule = next(name for name, criterion in criteria.items() if criterion(first) != criterion(second))
    return Standings(tuple(ranked), rule)
