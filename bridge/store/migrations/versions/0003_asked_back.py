"""Who was asked to spell an e-mail address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "asked_back",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("caller", name="pk_asked_back"),
    )
    op.create_index("ix_asked_back_asked_at", "asked_back", ["asked_at"])
