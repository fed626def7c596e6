"""Follow-ups are found by what their receiver calls them."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_follow_ups_receiver_reference", "follow_ups", ["receiver", "reference"])
