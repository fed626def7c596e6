"""Lays the days that were set by hand over the hosts of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from bridge.model import Host
from bridge.scheduling.days import shift
from bridge.scheduling.hours import SetDays, with_set_days
from bridge.store.sql import set_days
from providers.base import Interval

_About = tuple[int | None, tuple[date, date]]  # a revision, and the first and last day

_AROUND = timedelta(days=2)  # hours go by the host's zone, and those of the day before may reach in


def as_set(connection: Connection, hosts: Iterable[Host], window: Interval) -> dict[str, Host]:
    """Return hosts by their names, with their days in a window as this transaction sees them set."""
    known = {host.id: host for host in hosts}
    found = set_days.holding(connection, known, *_days_around(window))
    for name, held in found.items():
        days: SetDays = tuple((day, hours) for day, (hours, _) in sorted(held.items()) if hours is not None)
        if days:
            known[name] = with_set_days(known[name], days)
    return known


class KeptSetDays:
    """Hosts with their set days, read again only at another revision. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[_About, Mapping[str, Host]]] = {}

    def as_set(
        self, connection: Connection, hosts: Sequence[Host], window: Interval, revision: int | None
    ) -> Mapping[str, Host]:
        """Return hosts by their names, with their days as they were set at this revision, None for now."""
        names, about = tuple(host.id for host in hosts), (revision, _days_around(window))
        kept = self._kept.get(names)
        if kept is None or revision is None or kept[0] != about:
            kept = self._kept[names] = about, as_set(connection, hosts, window)
        return kept[1]


def _days_around(window: Interval) -> tuple[date, date]:
    return shift(window.start, -_AROUND).date(), shift(window.end, _AROUND).date()
