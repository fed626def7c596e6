"""Reads the entries of a calendar that tells the same texts with every answer, each text only once.

A vendor that speaks iCalendar hands all entries of a window to a caller who waits. What they tell depends on
their texts alone, so it is kept, for a longer stretch than was asked about.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bridge.local_calendar.apart import FEW, Limits, TooSlow, read_all
from bridge.local_calendar.entry_names import recurrence_of
from bridge.local_calendar.files import take_apart
from bridge.local_calendar.reading import Order, Read
from bridge.local_calendar.unusable import ImportRefused, Unusable
from providers.base import Interval
from providers.occurrence import EntryReader, Told

_BEFORE, _BEYOND = timedelta(days=31), timedelta(days=62)  # the stretch in which nothing is read anew
_MOST = 5_000  # texts that are kept
_MOST_TIMES = 100_000  # of all that a question asks for, and of all that is kept: some 40 MB

_Name = tuple[str, str]  # a text's digest, and the zone in which it was read


class Rereading(EntryReader):
    """Reads as an import does, and remembers. Safe to share between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._kept: OrderedDict[_Name, tuple[Interval, Told]] = OrderedDict()
        self._times = 0  # of all that are kept; of a text without any, the letters of why
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str], reach: Interval, zone: str) -> Sequence[Told]:
        """Return of each text when its entries take place, or why nobody can tell."""
        names = [(hashlib.sha256(text.encode()).hexdigest(), zone) for text in texts]
        known = self._remembered(names, reach)
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        if new:
            wider = Interval(reach.start - _BEFORE, reach.end + _BEYOND)
            read = _read(new, wider, zone, self._limits)
            self._keep(read, wider)
            known |= read
        return [known[name] for name in names]

    def _remembered(self, names: Iterable[_Name], reach: Interval) -> dict[_Name, Told]:
        with self._lock:
            found = {name: self._kept[name] for name in names if name in self._kept}
            for name in found:
                self._kept.move_to_end(name)
        return {name: told for name, (stretch, told) in found.items() if stretch.covers(reach)}

    def _keep(self, read: Mapping[_Name, Told], stretch: Interval) -> None:
        with self._lock:
            self._times -= sum(len(self._kept.pop(name, (stretch, ()))[1]) for name in read)
            self._kept |= {name: (stretch, told) for name, told in read.items()}
            self._times += sum(len(told) for told in read.values())
            while len(self._kept) > _MOST or self._times > _MOST_TIMES:
                _, (_, told) = self._kept.popitem(last=False)
                self._times -= len(told)


def _read(texts: Mapping[_Name, str], reach: Interval, zone: str, limits: Limits) -> dict[_Name, Told]:
    orders: dict[_Name, list[Order]] = {}
    refused: dict[_Name, str] = {}
    for name, text in texts.items():
        try:
            ((groups, left_out),) = take_apart([text.encode()])
        except ImportRefused as why:
            refused[name] = str(why)
            continue
        orders[name] = [Order(found.uid, found.written(), len(found.entries)) for found in groups]
        if left_out:
            refused[name] = str(left_out[0][1])
    told = _told([each for some in orders.values() for each in some], reach, zone, limits)
    found: dict[_Name, Told] = {}
    left = _MOST_TIMES
    for name in texts:
        found[name] = refused.get(name) or _together(told[order] for order in orders[name])
        left -= len(found[name])
        if left < 0:
            found[name] = "it repeats too often"
    return found


def _told(
    orders: Sequence[Order], reach: Interval, zone: str, limits: Limits
) -> dict[Order, Read | Unusable]:
    """Return what entries tell: the plain ones read here, a few at a time, the others apart."""
    found: dict[Order, Read | Unusable] = {}
    plain = [order for order in orders if order.is_plain]
    for first in range(0, len(plain), FEW):
        some = plain[first : first + FEW]
        found |= zip(some, read_all(some, reach, zone, limits), strict=True)
    others = [order for order in orders if not order.is_plain]
    try:
        found |= zip(others, read_all(others, reach, zone, limits) if others else (), strict=True)
    except TooSlow:
        found |= dict.fromkeys(others, Unusable("reading it takes too long"))
    return found


def _together(parts: Iterable[Read | Unusable]) -> Told:
    """Return what the entries of one text tell."""
    found = []
    for part in parts:
        if isinstance(part, Unusable):
            return str(part)
        found += [replace(one, id=recurrence_of(one.id)) for one in part.found]
    return tuple(found)
