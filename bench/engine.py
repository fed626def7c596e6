"""Measures the slot engine: from the calendars' busy intervals to the slots of one `/available`.

Open hours are kept from call to call, as in a running bridge; merging busy time is part of every call.
Run it with `python -m bench.engine`.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from time import perf_counter
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bridge.model import CalendarName, EventType, Host, Member, OfferRules, Schedule, Team, WallRange
from bridge.scheduling.offers import offer
from bridge.scheduling.slots import HostTime
from providers.base import Interval
from providers.intervals import union

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAYS = 14
EVERYTHING = OfferRules(days_to_look_ahead=DAYS, slots_per_day=48, between=timedelta(0))


@dataclass(frozen=True)
class Load:
    """One row of the table; `target_ms` is what it shall not exceed."""

    name: str
    event_type: EventType
    busy: Mapping[str, Sequence[Sequence[Interval]]]
    hosts: Mapping[str, Host]
    target_ms: float | None = None

    def answer(self) -> int:
        """Do what one `/available` asks of the engine; return how many slots it told."""
        times = {
            each: HostTime(host, union(chain.from_iterable(self.busy[each])))
            for each, host in self.hosts.items()
        }
        return len(offer(self.event_type, times, NOW))


def make_load(
    name: str, hosts: int, busy: int, rules: OfferRules, *, minutes: int = 30, target_ms: float | None = None
) -> Load:
    """Return hosts open daily from 9 to 17 with so many meetings each, most within the open hours."""
    dice = random.Random(f"{hosts} hosts")  # noqa: S311 - made-up meetings
    everyday = {day: (WallRange(9 * 60, 17 * 60),) for day in range(7)}
    made = {f"host{number}": _host(f"host{number}", Schedule(BERLIN, everyday)) for number in range(hosts)}
    event_type = EventType(
        id="consultation",
        title="Consultation",
        timezone=BERLIN,
        team=Team(groups=(tuple(Member(host) for host in made),)),
        duration=timedelta(minutes=minutes),
        start_increment=timedelta(minutes=minutes),
        horizon_days=DAYS,
        offer=rules,
    )
    meetings = {host: _calendars(dice, busy) for host in made}
    return Load(name, event_type, meetings, made, target_ms)


def times_ms(call: Callable[[], object], *, rounds: int = 25, seconds: float = 0.02) -> list[float]:
    """Return the mean time of one call in each of some rounds, ascending."""
    call()
    repeats = max(1, int(seconds / max(_mean_ms(call, 1) / 1000, 1e-9)))
    return sorted(_mean_ms(call, repeats) for _ in range(rounds))


def loads() -> list[Load]:
    """Return what is measured, in the order of the table."""
    usual, every = OfferRules(), "every slot of 14 days"
    return [
        make_load("1 host, default offer", 1, 100, usual, target_ms=0.1),
        make_load("20 hosts, default offer", 20, 100, usual, target_ms=1.0),
        make_load(f"20 hosts, {every}", 20, 100, EVERYTHING, target_ms=1.0),
        make_load("20 hosts, every slot, 45 minutes", 20, 100, EVERYTHING, minutes=45),
        *(
            make_load(f"1 host, {every}", 1, busy, EVERYTHING, target_ms=target)
            for busy, target in ((10, None), (100, 0.1), (1_000, 0.3), (10_000, 2.2))
        ),
    ]


def main() -> None:
    """Print the table."""
    table = Table(title="Slot engine, milliseconds for one /available, from merging busy time on")
    for heading in ("load", "busy", "slots", "median", "best", "target"):
        table.add_column(heading, justify="left" if heading == "load" else "right", no_wrap=True)
    for load in loads():
        busy = f"{sum(map(len, load.busy['host0'])):,}"
        measured = times_ms(load.answer)
        figures = [f"{statistics.median(measured):.3f}", f"{measured[0]:.3f}"]
        target = "" if load.target_ms is None else f"{load.target_ms}"
        table.add_row(load.name, busy, str(load.answer()), *figures, target)
    Console().print(table)


def _host(name: str, schedule: Schedule) -> Host:
    calendar = CalendarName("local", "", name)
    return Host(name, name.title(), f"{name}@example.com", schedule, (calendar,), calendar)


def _calendars(dice: random.Random, busy: int) -> list[list[Interval]]:
    """Return so many meetings, none over another, in two calendars, each in order as vendors answer.

    They lie between 7 and 19 and take 15 or 30 minutes, less where so many find no room.
    """
    a_day = max(24, busy // (DAYS + 1) + 1)
    cell = timedelta(hours=12) / a_day
    places = sorted(dice.sample([divmod(place, a_day) for place in range((DAYS + 1) * a_day)], busy))
    starts = [NOW.replace(hour=6) + timedelta(days=day) + place * cell for day, place in places]
    meetings = [Interval(start, start + dice.choice((1, 2)) * cell / 2) for start in starts]
    return [meetings[::2], meetings[1::2]]


def _mean_ms(call: Callable[[], object], repeats: int) -> float:
    started = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - started) / repeats * 1000


if __name__ == "__main__":
    main()
