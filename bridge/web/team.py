"""The owner's page of teams: who was given what, who is due and why, who comes next, who is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import Blueprint, render_template, request

from bridge.booking.context import BookingContext
from bridge.booking.round_robin import forecast
from bridge.model import Assignment, EventType
from bridge.scheduling.fair_share import Figures, month_start
from bridge.scheduling.round_robin import Standings
from bridge.service.days_off import DaysOff
from bridge.speech import explained
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint

_MOST_SIMULATED = 50
_USUALLY = 10
_MOST_AWAY = 12
_WHOLE = 100  # a bar's length


@dataclass(frozen=True, slots=True)
class Share:
    """A member's part of what a group was given: of the whole, `target` and `given` are fractions.

    `target_bar` and `given_bar` are lengths of bars, the longest of the group a hundred.
    """

    figures: Figures
    target: float
    given: float
    target_bar: float
    given_bar: float


def shares(standing: Standings[Figures]) -> Sequence[Share]:
    """Return the members' shares, in the order in which they are due."""
    given = [each.bookings + each.calibration for each in standing.figures]
    whole = sum(given, Fraction(0)) or Fraction(1)
    weights = sum(each.member.weight for each in standing.figures) or 1
    parts = [
        (float(Fraction(each.member.weight, weights)), float(had / whole))
        for each, had in zip(standing.figures, given, strict=True)
    ]
    longest = max(max(part) for part in parts) or 1.0
    return [
        Share(each, target, had, target / longest * _WHOLE, had / longest * _WHOLE)
        for each, (target, had) in zip(standing.figures, parts, strict=True)
    ]


@dataclass(frozen=True)
class TeamPage:
    """What the page shows, of one event type at a time."""

    context: BookingContext
    language: Language

    def see(self) -> str:
        """Show a team."""
        kinds = self.context.event_types
        kind = kinds.get(request.args.get("type", "")) or next(iter(kinds.values()))
        count = min(max(request.args.get("next", _USUALLY, type=int), 1), _MOST_SIMULATED)
        due, coming = forecast(self.context, kind, count if kind.team.groups else 0)
        language, hosts = self.language, self.context.hosts
        return render_template(
            "team.html",
            kinds=kinds,
            kind=kind,
            is_weighted=kind.team.assignment is Assignment.WEIGHTED,
            since=language.day(month_start(kind, self.context.now()), kind.timezone),
            groups=[(standing, shares(standing)) for standing in due],
            count=count,
            coming=coming,
            rules=[*{part["rule"]: None for choice in coming for part in choice.decision}],
            in_all=Counter(host for choice in coming for host in choice.hosts).most_common(),
            away=self._away(kind),
            host_name=lambda host: hosts[host].name if host in hosts else host,
            percent=language.percent,
            number=lambda number: language.number(float(number)),
            at=lambda instant: language.moment(instant, kind.timezone),
            on=language.on_day,
            because=lambda rule: explained.in_words(language, explained.CHOICES, rule),
        )

    def _away(self, kind: EventType) -> Sequence[Any]:
        """Return days on which members are away as a whole, the next first."""
        team = set(kind.team.hosts)
        coming = [each for each in DaysOff(self.context).coming() if not each.hours]
        named = [([host for host in each.hosts if host in team], each) for each in coming]
        return [(hosts, each) for hosts, each in named if hosts][:_MOST_AWAY]


def team_blueprint(page: TeamPage, gate: Gate) -> Blueprint:
    """Return `/admin/team`."""
    blueprint = page_blueprint("team", page.language.translate, gate)
    blueprint.add_url_rule("/admin/team", "see", page.see)
    return blueprint
