"""Every table of the bridge, a module per subject.

A new module of tables is imported here: then `metadata` holds all of them, whoever asks first.
"""

from bridge.store.tables.background import alerts, jobs, leases, revisions
from bridge.store.tables.bookings import LIVE, booking_hosts, bookings, claims, host_joins, writes
from bridge.store.tables.calendars import calendar_identities
from bridge.store.tables.callers import asked_back
from bridge.store.tables.connections import connections, oauth_flows, signin_failures
from bridge.store.tables.following import channels, cursors, deletions
from bridge.store.tables.health import health
from bridge.store.tables.local import local_events, local_series
from bridge.store.tables.metadata import metadata

__all__ = [
    "LIVE",
    "alerts",
    "asked_back",
    "booking_hosts",
    "bookings",
    "calendar_identities",
    "channels",
    "claims",
    "connections",
    "cursors",
    "deletions",
    "health",
    "host_joins",
    "jobs",
    "leases",
    "local_events",
    "local_series",
    "metadata",
    "oauth_flows",
    "revisions",
    "signin_failures",
    "writes",
]
