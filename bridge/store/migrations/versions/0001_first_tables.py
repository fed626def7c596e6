"""The first tables: bookings and what belongs to them, work to be done, and the embedded calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As the columns were then: a migration must not change when the types of the program do.
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    _create_bookings()
    _create_booking_hosts()
    _create_claims()
    _create_writes()
    _create_leases()
    _create_jobs()
    _create_revisions()
    _create_alerts()
    _create_host_joins()
    _create_cursors()
    _create_channels()
    _create_local_events()
    _create_local_series()


def _create_bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("contact_key", sa.Text()),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("external_contact_id", sa.Text(), nullable=False),
        sa.Column("attendee", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", INSTANT),
        sa.Column("moved_from", INSTANT),
        sa.Column("moved_at", INSTANT),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
    )
    # Callers nobody knows have no key, and may book any number of times.
    live = sa.text("state IN ('held', 'confirmed') AND contact_key IS NOT NULL")
    op.create_index(
        "bookings_one_live_per_contact",
        "bookings",
        ["contact_key", "event_type", "starts_at"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_index("ix_bookings_event_type_made_at", "bookings", ["event_type", "made_at"])
    op.create_index("ix_bookings_state_starts_at", "bookings", ["state", "starts_at"])


def _create_booking_hosts() -> None:
    op.create_table(
        "booking_hosts",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("booking_id", "position", name="pk_booking_hosts"),
    )
    op.create_index("ix_booking_hosts_host", "booking_hosts", ["host"])


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("booking_id", "host", "pending", name="pk_claims"),
    )
    op.create_index("ix_claims_calendar_ends_at", "claims", ["calendar", "ends_at"])
    op.create_index("ix_claims_host_ends_at", "claims", ["host", "ends_at"])


def _create_writes() -> None:
    op.create_table(
        "writes",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("ical_uid", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_move", sa.Boolean(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("booking_id", "number", name="pk_writes"),
    )
    op.create_index("ix_writes_calendar_event_id", "writes", ["calendar", "event_id"])
    op.create_index("ix_writes_state", "writes", ["state"])


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", INSTANT),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_jobs"),
    )
    op.create_index("ix_jobs_due_at", "jobs", ["due_at"])


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_alerts"),
    )


def _create_host_joins() -> None:
    op.create_table(
        "host_joins",
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("event_type", "host", name="pk_host_joins"),
    )


def _create_cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("calendar", name="pk_cursors"),
    )


def _create_channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
    )
    op.create_index("ix_channels_calendar", "channels", ["calendar"])


def _create_local_events() -> None:
    op.create_table(
        "local_events",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ical_uid", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("booking_id", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("calendar", "id", name="pk_local_events"),
    )
    op.create_index("ix_local_events_booking_id", "local_events", ["booking_id"])
    op.create_index("ix_local_events_calendar_changed", "local_events", ["calendar", "changed"])
    op.create_index("ix_local_events_calendar_ends_at", "local_events", ["calendar", "ends_at"])


def _create_local_series() -> None:
    op.create_table(
        "local_series",
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("ical_uid", sa.Text(), nullable=False),
        sa.Column("ical", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("calendar", "ical_uid", name="pk_local_series"),
    )
    op.create_index("ix_local_series_calendar_starts_at", "local_series", ["calendar", "starts_at"])
