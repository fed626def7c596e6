"""When a follow-up is tried next, whether a try is under way, and what its receiver said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("due_at", Instant()),
        sa.Column("begun_at", Instant()),
        sa.Column("reference", sa.Text(), nullable=False, server_default=""),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("follow_ups", column)
    op.execute("UPDATE follow_ups SET due_at = planned_at")
    with op.batch_alter_table("follow_ups") as batch:
        batch.alter_column("due_at", existing_type=Instant(), nullable=False)
    op.create_index("ix_follow_ups_receiver_state_due_at", "follow_ups", ["receiver", "state", "due_at"])
    # Jobs were one for each follow-up; now they are one for each receiver, planned at every start.
    op.execute("DELETE FROM jobs WHERE kind = 'deliver'")
