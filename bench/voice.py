"""Which offers serve callers on a telephone: 1,000 made-up weeks of five businesses, ten callers each.

A caller is served when some told start suits; counted are callers for whom some bookable start does. Of the
refused, who asked for a start that suits them and is taken, counted are the times a refusal names. The
businesses, their calendars and the callers are in `bench/voice_world.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from rich.table import Table

from bench.console import wide_console
from bench.voice_world import MATCHING, NOT_MATCHING, ZONE, Caller, Hours, Week, caller, weeks
from bridge.model import OfferRules, Suggest
from bridge.scheduling.offers import thin, varied
from bridge.scheduling.wishes import around, nearest, time_wish, told

EACH = 50  # weeks of every business at every fullness
CALLERS = 10

Days = list[list[datetime]]
Rule = Callable[[Days], list[datetime]]


def main() -> None:
    """Simulate and print."""
    table = Table(title=f"Callers served of those who could be, {EACH * 20} weeks, {CALLERS} callers each")
    table.add_column("offer")
    for column in ("slots", "matching", "not matching", "not matching (18 h)", "undemanding"):
        table.add_column(column, justify="right")
    columns = [simulate(hours) for hours in (MATCHING, *NOT_MATCHING)]
    columns.append(simulate(MATCHING, undemanding=True))
    for name in (*RULES, *WISHES, *REFUSALS):
        figures = [column[name] for column in columns]
        table.add_row(name, f"{figures[0].slots:.1f}", *(f"{100 * each.served:.0f} %" for each in figures))
    wide_console().print(table)


@dataclass(frozen=True)
class Figures:
    """How many slots are told in the mean, and the share of callers they serve."""

    slots: float
    served: float


def simulate(hours: Hours, *, undemanding: bool = False, each: int = EACH) -> Mapping[str, Figures]:
    """Return the figures of every rule; the weeks and callers are the same each time."""
    dice = random.Random("voice")  # noqa: S311 - made-up callers
    slots, served, could = (dict.fromkeys((*RULES, *WISHES, *REFUSALS), 0) for _ in range(3))
    for week in weeks(dice, each):
        days, fine = week.days(), week.fine_starts()
        offers = {name: rule(days) for name, rule in RULES.items()}
        for _ in range(CALLERS):
            who = caller(week, hours, dice, undemanding=undemanding)
            if not any(map(who.suits, fine)):
                continue
            offers |= {name: _wished(days, week, who, count) for name, count in WISHES.items()}
            told_to_all = dict(offers)
            if asked := _taken(week, who, fine, dice):
                told_to_all |= {name: rule(days, week, asked) for name, rule in REFUSALS.items()}
            for name, offered in told_to_all.items():
                could[name] += 1
                slots[name] += len(offered)
                served[name] += any(map(who.suits, offered))
    return {name: Figures(slots[name] / could[name], served[name] / could[name]) for name in could}


def _by_day(days: int, slots: int, hours: float) -> Rule:
    rules = OfferRules(days, slots, timedelta(hours=hours))
    return lambda bookable: [start for day in bookable[:days] for start in thin(day, rules)]


def _two_a_day(bookable: Days) -> list[datetime]:
    rules = OfferRules(2, 2, timedelta(hours=4))
    return list(islice(chain.from_iterable(thin(day, rules) for day in bookable), 6))


def _varied(count: int) -> Rule:
    rules = OfferRules(suggest=Suggest.VARIED, suggestions=count)
    return lambda bookable: varied(bookable, rules)


def _wished(bookable: Days, week: Week, who: Caller, count: int) -> list[datetime]:
    today = week.now.astimezone(ZONE).date()
    ranked = nearest(chain.from_iterable(bookable), who.wish, zone=ZONE, today=today)
    return told(ranked, who.wish, count, zone=ZONE, between=timedelta(hours=3))


def _taken(week: Week, who: Caller, fine: list[datetime], dice: random.Random) -> datetime | None:
    """Return a start that the caller asks for in vain, None where all that suits is free."""
    taken = [start for start in week.idle_starts() if who.suits(start) and start not in fine]
    return dice.choice(taken) if taken else None


def _nearest_three(bookable: Days, week: Week, asked: datetime) -> list[datetime]:
    today = week.now.astimezone(ZONE).date()
    ranked = nearest(chain.from_iterable(bookable), time_wish(ZONE, asked), zone=ZONE, today=today)
    return around(ranked, asked, 3)


RULES: Mapping[str, Rule] = {
    "2 bookable days x 3, 3 h (the default)": _by_day(2, 3, 3),
    "2 a day, 4 h, until 6 are told": _two_a_day,
    'one a day in turn, at most 6 ("varied")': _varied(6),
    "the same, at most 4": _varied(4),
    "7 bookable days x 3, 3 h": _by_day(7, 3, 3),
    "the whole grid": lambda bookable: list(chain.from_iterable(bookable)),
}
WISHES: Mapping[str, int] = {"wish known, 3 slots": 3, "wish known, 6 slots": 6}
REFUSALS: Mapping[str, Callable[[Days, Week, datetime], list[datetime]]] = {
    "refused, the three earliest offers named": lambda bookable, _week, _asked: _by_day(2, 3, 3)(bookable)[
        :3
    ],
    "refused, the nearest three named": _nearest_three,
}

if __name__ == "__main__":
    main()
