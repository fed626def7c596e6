"""Which offers serve callers on a telephone: 1,000 made-up weeks of five businesses, ten callers each.

A caller is served when some told start suits; counted are callers for whom some bookable start does. The
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
from bridge.scheduling.wishes import nearest, told

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
    for name in (*RULES, *WISHES):
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
    slots = dict.fromkeys((*RULES, *WISHES), 0)
    served = dict.fromkeys((*RULES, *WISHES), 0)
    could = 0
    for week in weeks(dice, each):
        days, fine = week.days(), week.fine_starts()
        offers = {name: rule(days) for name, rule in RULES.items()}
        for _ in range(CALLERS):
            who = caller(week, hours, dice, undemanding=undemanding)
            if not any(map(who.suits, fine)):
                continue
            could += 1
            offers |= {name: _wished(days, week, who, count) for name, count in WISHES.items()}
            for name, offered in offers.items():
                slots[name] += len(offered)
                served[name] += any(map(who.suits, offered))
    return {name: Figures(slots[name] / could, served[name] / could) for name in (*RULES, *WISHES)}


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


RULES: Mapping[str, Rule] = {
    "2 bookable days x 3, 3 h (the default)": _by_day(2, 3, 3),
    "2 a day, 4 h, until 6 are told": _two_a_day,
    'one a day in turn, at most 6 ("varied")': _varied(6),
    "the same, at most 4": _varied(4),
    "7 bookable days x 3, 3 h": _by_day(7, 3, 3),
    "the whole grid": lambda bookable: list(chain.from_iterable(bookable)),
}
WISHES: Mapping[str, int] = {"wish known, 3 slots": 3, "wish known, 6 slots": 6}

if __name__ == "__main__":
    main()
