"""Webhooks: what each was last told of a booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_invitees",
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("invitee", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "webhook", name="pk_webhook_invitees"),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["bookings.id"],
            name="fk_webhook_invitees_booking_id_bookings",
            ondelete="CASCADE",
        ),
    )
