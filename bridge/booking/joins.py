"""Remembers since when each host stands in an event type, so that newcomers are not flooded."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.store.sql import round_robin


def record_joins(context: LedgerContext) -> None:
    """Record who is new in an event type of the configuration, and forget who is gone.

    All newcomers of one configuration joined at one moment: none of them is the earlier host.
    """
    with context.store.read() as connection:
        # At nearly every start: nobody should wait for the lock to hear that nothing is new.
        if not list(_differing(context, connection)):
            return
    now = context.now()
    with context.store.write_alone() as connection:  # the second of two processes finds nothing left
        for event_type, added, removed in list(_differing(context, connection)):
            for host in added:
                round_robin.record_join(connection, event_type, host, now)
            if removed:
                round_robin.forget_joins(connection, event_type, removed)


def _differing(context: LedgerContext, connection: Connection) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the event types whose hosts are not those recorded, with who is new and who is gone."""
    joined = round_robin.joined_by_type(connection)
    for event_type in context.event_types.values():
        hosts, recorded = event_type.team.hosts, joined.get(event_type.id, {})
        added = [host for host in hosts if host not in recorded]
        removed = [host for host in recorded if host not in hosts]
        if added or removed:
            yield event_type.id, added, removed
