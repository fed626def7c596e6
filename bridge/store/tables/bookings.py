"""The tables of bookings, and what round robin remembers of hosts.

bookings ─┬─ booking_hosts   who attends, organiser first; stays for ever
          ├─ booking_requests   which requests were answered with the booking
          ├─ booking_changes   what became of it, each change with its time
          ├─ claims          time taken; there only while the booking is live, at most a month after it
          │    └─ ways       what they take of the ways between places
          └─ writes          every event made or perhaps made, committed before the request
host_joins     when a host first appeared in an event type
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    literal_column,
    text,
)

from bridge.model import BookingState
from bridge.store.dialects import Instant
from bridge.store.tables.metadata import metadata

LIVE = tuple(state for state in BookingState if state.is_live)
_LIVE = f"state IN ({', '.join(repr(str(state)) for state in LIVE)})"
_KEPT = text("forgotten_at IS NULL")
_IN_WORK = text("owner IS NOT NULL")
_MOVED = text("moved_from IS NOT NULL")
# A caller nobody knows may book any number of times; for one who is known the same start is the same wish.
_OF_A_CONTACT, _OF_A_NUMBER = text("contact_key IS NOT NULL"), text("phone IS NOT NULL")
_LIVE_OF_A_CONTACT = text(f"{_LIVE} AND contact_key IS NOT NULL")

bookings = Table(
    "bookings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("contact_key", Text),
    Column("contact_id", Text, nullable=False),
    Column("external_contact_id", Text, nullable=False),
    Column("attendee", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("owner", Text),
    Column("lease_until", Instant),
    Column("moved_from", Instant),
    Column("moved_at", Instant),
    Column("by_person", Boolean, nullable=False),
    Column("link", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("decision", JSON, nullable=False),
    Column("service", Text, nullable=False, server_default=""),
    Column("staff_changed_at", Instant),
    # Since when it says no more whose it was; by it those are found that still do.
    Column("forgotten_at", Instant),
    # The version of which its caller heard last.
    Column("told_version", Integer, nullable=False, server_default="0"),
    Column("resources", JSON, nullable=False, server_default="[]"),
    # The attendee's, in E.164: whoever calls is looked for by it.
    Column("phone", Text),
    Index("bookings_not_forgotten", "ends_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    Index(
        "bookings_one_live_per_contact",
        "contact_key",
        "event_type",
        "starts_at",
        unique=True,
        sqlite_where=_LIVE_OF_A_CONTACT,
        postgresql_where=_LIVE_OF_A_CONTACT,
    ),
    # What a process works on, or left: a few, whatever there was.
    Index("bookings_in_work", "lease_until", sqlite_where=_IN_WORK, postgresql_where=_IN_WORK),
    Index("bookings_moved", "moved_from", sqlite_where=_MOVED, postgresql_where=_MOVED),
    Index(None, "state", "starts_at"),
    # With the calendar: in which there are any to come is told by the index alone.
    Index(None, "state", "ends_at", "calendar"),
    Index(None, "event_type", "made_at"),
    # Whoever is forgotten leaves both.
    Index(None, "contact_key", "made_at", sqlite_where=_OF_A_CONTACT, postgresql_where=_OF_A_CONTACT),
    Index(None, "phone", "made_at", sqlite_where=_OF_A_NUMBER, postgresql_where=_OF_A_NUMBER),
)

# By its words, as the index has it: no database sees that a bound `state IN (?, ?)` means the same.
IS_LIVE: ColumnElement[bool] = literal_column(f"bookings.{_LIVE}", Boolean())

# Claims go with the end of a booking; who attended is asked for shares and lists long after.
booking_hosts = Table(
    "booking_hosts",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    # As in the booking: so one look at an index tells who was booked last, however many bookings there are.
    Column("event_type", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("is_live", Boolean, nullable=False),
    Index(None, "host"),
    Index(None, "event_type", "host", "is_live", "made_at"),
)

# By fingerprint: a repeat changes nothing any more, however late it comes.
booking_requests = Table(
    "booking_requests",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Index(None, "fingerprint"),
)

# Without a word of whoever called. What is missing nobody knows any more: it was before there was this table.
booking_changes = Table(
    "booking_changes",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("change", Text, nullable=False),
    Column("source", Text),
    Column("at", Instant, nullable=False),
    Column("starts_at", Instant),
    Column("hosts", JSON, nullable=False),
)

# No two claims of one host and different bookings overlap, nor two of one calendar: constraints.py makes the
# database see to it. A calendar is claimed by its identity, and only where the organiser checks it. Resources
# are claimed by their names, as hosts are; no two bear the same.
claims = Table(
    "claims",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, primary_key=True),
    Column("pending", Boolean, primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("checked_calendar", Text),
    # By their end: what is asked for is to come.
    Index(None, "host", "ends_at"),
    Index(None, "calendar", "ends_at"),
    Index(None, "checked_calendar", "ends_at"),
)

# No two rows of one way's two ends overlap, of one host and different bookings: constraints.py. They come and
# go with their claims.
ways = Table(
    "ways",
    metadata,
    Column("booking_id", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("pending", Boolean, primary_key=True),
    Column("way", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    ForeignKeyConstraint(
        ["booking_id", "host", "pending"],
        ["claims.booking_id", "claims.host", "claims.pending"],
        ondelete="CASCADE",
        onupdate="CASCADE",
    ),
    Index(None, "host", "ends_at"),
)

# Written before the request goes out; whatever is killed then, the next process finds what may exist.
writes = Table(
    "writes",
    metadata,
    Column("booking_id", Text, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("event_key", Text, nullable=False),
    Column("event_id", Text),
    Column("etag", Text),
    Column("ical_uid", Text),
    Column("state", Text, nullable=False),
    Column("is_move", Boolean, nullable=False),
    # What the event shall hold: to make the same request again, or to put back what came out of place.
    Column("draft", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    # Whose entry it is; empty for the booking's own event.
    Column("resource", Text, nullable=False, server_default=""),
    Index(None, "calendar", "event_id"),
)

host_joins = Table(
    "host_joins",
    metadata,
    Column("event_type", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("joined_at", Instant, nullable=False),
)
