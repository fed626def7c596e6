"""Places where hosts work, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from providers.base import Interval


@dataclass(frozen=True, slots=True)
class WayEnd:
    """A host kept at one end of a way: for an appointment with its buffers, and half the way's time around.

    So two appointments at the two ends overlap exactly where the way between them does not fit.
    """

    way: str
    place: str
    interval: Interval


@dataclass(frozen=True, eq=False)
class Places:
    """The addresses of places, and how long the ways between two of them take, by the ends' names."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    travel: Mapping[frozenset[str], timedelta] = field(default_factory=dict)

    @cached_property
    def longest_way(self) -> timedelta:
        """Return how long the longest way takes; nothing where there is none."""
        return max(self.travel.values(), default=timedelta(0))

    def ways_from(self, place: str) -> Iterator[tuple[str, str, timedelta]]:
        """Yield of each way that begins or ends at a place its name, its other end and how long it takes."""
        for ends, length in self.travel.items():
            if place in ends:
                (other,) = ends - {place}
                yield ".".join(sorted(ends)), other, length

    def ends_at(self, place: str, taken: Interval) -> tuple[WayEnd, ...]:
        """Return what an appointment at a place takes of each way from there, given its time with buffers."""
        return tuple(
            WayEnd(way, place, Interval(taken.start - length / 2, taken.end + length / 2))
            for way, _, length in self.ways_from(place)
        )


NOWHERE = Places()
