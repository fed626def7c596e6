"""Up to when each receiver of alerts was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_tellings",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("told_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name="pk_alert_tellings"),
    )
