"""The resources that bookings take, and whose entry a write is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("resources", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("writes", sa.Column("resource", sa.Text(), nullable=False, server_default=""))
