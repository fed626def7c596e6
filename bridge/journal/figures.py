"""Counts what happens in this process, until it is added to the figures of all processes in the database.

So one question to any process tells of all of them, on all machines, and nothing is lost at a restart.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bridge.store.engine import Store
from bridge.store.sql import figures

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BUCKET = "le"


class Figure(NamedTuple):
    """A number with what it counts, and of whom."""

    name: str
    labels: Mapping[str, str]
    value: float


class Figures:
    """The numbers counted since they were last taken. Safe to share between threads."""

    def __init__(self) -> None:
        self._counted: dict[figures.Figure, float] = defaultdict(float)
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        """Count."""
        key = (name, json.dumps(labels, sort_keys=True))
        with self._lock:
            self._counted[key] += amount

    def observe(self, name: str, seconds: Sequence[float], /, **labels: str) -> None:
        """Count lengths of time by how long they were: in `<name>_bucket`, and their sum in `<name>_sum`."""
        for place, count in Counter(bisect_left(SECONDS, each) for each in seconds).items():
            bound = str(SECONDS[place]) if place < len(SECONDS) else "+Inf"
            self.add(f"{name}_bucket", count, **labels, **{_BUCKET: bound})
        if seconds:
            self.add(f"{name}_sum", sum(seconds), **labels)

    def take(self) -> Mapping[figures.Figure, float]:
        """Return what was counted, and begin anew."""
        with self._lock:
            taken, self._counted = self._counted, defaultdict(float)
        return taken

    def give_back(self, taken: Mapping[figures.Figure, float]) -> None:
        """Count again what could not be written."""
        with self._lock:
            for key, amount in taken.items():
                self._counted[key] += amount


def every(store: Store) -> Iterator[Figure]:
    """Yield the figures of all processes; each length of time stands in one bucket, not in all above it."""
    with store.read() as connection:
        for name, labels, value in [*figures.every(connection)]:
            yield Figure(name, json.loads(labels), value)
