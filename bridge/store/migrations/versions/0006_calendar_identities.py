"""Which calendar a name means, and claims on calendars that their hosts check.

No vendor is asked here. A calendar that has bookings goes by its own name until its vendor was heard, so that
a bridge that is brought up to date while a vendor is down goes on booking as before; nothing is claimed yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A calendar of nobody's account has one name, and needs no row.
NAMES_IN_USE = """
INSERT INTO calendar_identities (name, identity, is_certain)
SELECT calendar, calendar, :certain
FROM (SELECT calendar FROM bookings UNION SELECT calendar FROM claims) AS used
WHERE calendar LIKE '%:%/%'
"""


def upgrade() -> None:
    op.create_table(
        "calendar_identities",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_calendar_identities"),
    )
    op.create_index("ix_calendar_identities_identity", "calendar_identities", ["identity"])
    op.add_column("claims", sa.Column("checked_calendar", sa.Text()))
    op.create_index("ix_claims_checked_calendar_ends_at", "claims", ["checked_calendar", "ends_at"])
    op.execute(sa.text(NAMES_IN_USE).bindparams(certain=False))
