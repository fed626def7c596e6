"""Every table of the bridge, a module per subject.

A new module of tables is imported here: then `metadata` holds all of them, whoever asks first.
"""

from bridge.store.tables.background import alert_tellings, alerts, jobs, leases, revisions, upkeep
from bridge.store.tables.bookings import (
    IS_LIVE,
    LIVE,
    booking_changes,
    booking_hosts,
    booking_requests,
    bookings,
    claims,
    host_joins,
    ways,
    writes,
)
from bridge.store.tables.busy import (
    asked_for,
    busy_changes,
    busy_spans,
    busy_times,
    last_answers,
    published_calendars,
)
from bridge.store.tables.calendars import calendar_identities
from bridge.store.tables.callers import asked_back, told_offers
from bridge.store.tables.connections import connections, oauth_flows
from bridge.store.tables.days import day_changes, set_days
from bridge.store.tables.follow_ups import follow_ups, webhook_invitees
from bridge.store.tables.following import channels, cursors, deletions
from bridge.store.tables.health import health
from bridge.store.tables.journal import figures, journal
from bridge.store.tables.local import feed_renewals, local_events, local_series, uploads
from bridge.store.tables.metadata import metadata
from bridge.store.tables.signing_in import invitations, sessions, sign_ins

__all__ = [
    "IS_LIVE",
    "LIVE",
    "alert_tellings",
    "alerts",
    "asked_back",
    "asked_for",
    "booking_changes",
    "booking_hosts",
    "booking_requests",
    "bookings",
    "busy_changes",
    "busy_spans",
    "busy_times",
    "calendar_identities",
    "channels",
    "claims",
    "connections",
    "cursors",
    "day_changes",
    "deletions",
    "feed_renewals",
    "figures",
    "follow_ups",
    "health",
    "host_joins",
    "invitations",
    "jobs",
    "journal",
    "last_answers",
    "leases",
    "local_events",
    "local_series",
    "metadata",
    "oauth_flows",
    "published_calendars",
    "revisions",
    "sessions",
    "set_days",
    "sign_ins",
    "told_offers",
    "upkeep",
    "uploads",
    "ways",
    "webhook_invitees",
    "writes",
]
