"""What was done last to keep the bridge well: a backup, a test call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bridge.store.dialects import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_upkeep"),
    )
