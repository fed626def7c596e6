"""Of which version of a booking its caller was told last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("told_version", sa.Integer(), nullable=False, server_default="0"))
