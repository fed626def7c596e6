"""The outbox: what callers asked to be called for, beside what is told of bookings."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("follow_ups") as batch:
        batch.alter_column("booking_id", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("alert_key", sa.Text()))
        batch.create_foreign_key(
            "fk_follow_ups_alert_key_alerts", "alerts", ["alert_key"], ["key"], ondelete="CASCADE"
        )
        batch.create_index("ix_follow_ups_alert_key", ["alert_key"])
    _take_over_jobs()


def _take_over_jobs() -> None:
    """Make rows of the jobs that they were: the alert's key, telli's contact and its agent."""
    connection = op.get_bind()
    planned = connection.execute(
        sa.text(
            "SELECT subject, due_at FROM jobs WHERE kind = 'schedule_call' "
            "AND substr(subject, 1, 41) IN (SELECT key FROM alerts)"
        )
    )
    add = sa.text(
        "INSERT INTO follow_ups (id, alert_key, version, change, receiver, recipient, state, why, "
        "planned_at, due_at) VALUES (:id, :key, 0, 'call', 'telli_calls', :to, 'waiting', '', :at, :at)"
    )
    for subject, due_at in planned.all():
        key, contact, agent = subject.split(" ")
        connection.execute(
            add, {"id": uuid4().hex, "key": key, "to": f"caller:{contact}/{agent}", "at": due_at}
        )
    connection.execute(sa.text("DELETE FROM jobs WHERE kind = 'schedule_call'"))
