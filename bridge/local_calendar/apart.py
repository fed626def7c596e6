"""Has imported entries read in a process of their own, which is stopped when one takes too long.

A rule of a hundred characters can keep a program searching for minutes, and nothing can interrupt a thread
that searches. It also spares the calls: reading 20,000 entries takes ten seconds of a core.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bridge.local_calendar.confined import confine, done_apart
from bridge.local_calendar.reading import Order, Read, as_json, from_json, read
from bridge.local_calendar.unusable import Unusable
from providers.base import Interval

FEW = 100  # so many plain ones are read at once, without another process
_FIRST = Order(
    "first",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:first\r\nDTSTART;TZID=Europe/Berlin:20260101T090000\r\n"
    "RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    1,
)

Told = Read | Unusable


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds of a core reading may take, for one entry and as a whole.

    A plain entry takes half a millisecond, a weekly one of years two. A file with more than `stopped` entries
    that reach their limit was made to harm.
    """

    entry: float = 1.5
    start: float = 10.0
    each: float = 0.003
    stopped: int = 3

    def whole(self, entries: int) -> int:
        """Return how long so many entries may take together."""
        return ceil(self.start + self.each * entries)


class TooSlow(Exception):
    """Reading takes too long as a whole; the text names the entries that did."""


def read_all(orders: Sequence[Order], reach: Interval, zone: str, limits: Limits = Limits()) -> list[Told]:
    """Return what each entry tells, or why it cannot be kept. TooSlow: the file as a whole takes too long."""
    if len(orders) <= FEW and all(order.is_plain for order in orders):
        return [_told(order, reach, zone) for order in orders]
    told: list[Told] = []
    stopped: list[str] = []
    while len(told) < len(orders):
        some, ended_by = _read_apart(orders[len(told) :], reach, zone, limits)
        told += some
        if len(told) < len(orders):
            stopped.append(orders[len(told)].uid)
            told.append(Unusable("reading it takes too long"))
            # Whatever ended it but the limit of one entry was the limit of all, or memory.
            if ended_by != signal.SIGVTALRM or len(stopped) > limits.stopped:
                raise TooSlow(", ".join(stopped))
    return told


def _told(order: Order, reach: Interval, zone: str) -> Told:
    try:
        return read(order, reach, zone)
    except Unusable as refused:
        return refused


def _read_apart(
    orders: Sequence[Order], reach: Interval, zone: str, limits: Limits
) -> tuple[list[Told], int]:
    """Return what a process of its own read, up to the entry at which it was stopped, and by which signal."""
    asked = json.dumps(
        [
            [moment.isoformat() for moment in reach],
            zone,
            limits.entry,
            [[order.uid, order.ical, order.parts] for order in orders],
        ]
    )
    ended = done_apart(__name__, asked.encode(), limits.whole(len(orders)))
    return [_parsed(line) for line in ended.lines], ended.signal


def _written(told: Told) -> str:
    if isinstance(told, Unusable):
        return f"!{json.dumps([told.message, told.facts])}"
    return as_json(told)


def _parsed(line: str) -> Told:
    if not line.startswith("!"):
        return from_json(line)
    message, facts = json.loads(line[1:])
    return Unusable(message, **facts)


def _main() -> None:
    """Read the entries that standard input names; one line each, told before the next is begun."""
    (start, end), zone, of_entry, orders = json.loads(sys.stdin.read())
    confine()
    reach = Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))
    # What reading needs is loaded by an entry whose time nobody takes: that costs half a second of a core.
    _told(_FIRST, reach, zone)
    for uid, ical, parts in orders:
        # Its signal ends the process where it stands: nothing is left to be tidied up.
        signal.setitimer(signal.ITIMER_VIRTUAL, of_entry)
        told = _told(Order(uid, ical, parts), reach, zone)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sys.stdout.write(f"{_written(told)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
