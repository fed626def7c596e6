"""Lays the days that were set by hand over the hosts of the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection

from bridge.model import Host
from bridge.scheduling.days import shift
from bridge.scheduling.hours import SetDays, with_set_days
from bridge.store.sql import set_days
from providers.base import Interval

_AROUND = timedelta(days=2)  # hours go by the host's zone, and those of the day before may reach in


def as_set(connection: Connection, hosts: Iterable[Host], window: Interval) -> dict[str, Host]:
    """Return hosts by their names, with their days in a window as this transaction sees them set."""
    known = {host.id: host for host in hosts}
    first, last = shift(window.start, -_AROUND).date(), shift(window.end, _AROUND).date()
    found = set_days.holding(connection, known, first, last)
    for name, held in found.items():
        days: SetDays = tuple((day, hours) for day, (hours, _) in sorted(held.items()) if hours is not None)
        if days:
            known[name] = with_set_days(known[name], days)
    return known
