"""What every calendar and account does at present."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "health",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ability", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("good_at", INSTANT),
        sa.Column("kind", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("advice", sa.Text()),
        sa.Column("not_before", INSTANT),
        sa.Column("by_right", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "ability", name="pk_health"),
    )
    # Alerts of calendars have other keys from now on: what still fails is told again, by its new one.
    for key in ("calendar:%", "invitations:%", "conference:%"):
        op.execute(sa.text("DELETE FROM alerts WHERE key LIKE :key").bindparams(key=key))
