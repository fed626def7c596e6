"""Claims of what was over a month ago go, as they do from now on; who is forgotten leaves the indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_WAYS, _CLAIMS = (sa.table(name, sa.column("booking_id")) for name in ("ways", "claims"))
_OVER = {
    "sqlite": "claims.ends_at < (CAST(strftime('%s', 'now') AS INTEGER) - 30 * 86400) * 1000000",
    "postgresql": "claims.ends_at < now() - interval '30 days'",
}


def upgrade() -> None:
    # All at once: by the hundreds it would take the background hours where there are a million. Ways by
    # themselves: while a database is migrated nothing cascades on SQLite.
    over = sa.text(_OVER[op.get_bind().dialect.name])
    op.execute(sa.delete(_WAYS).where(sa.exists().where(_CLAIMS.c.booking_id == _WAYS.c.booking_id, over)))
    op.execute(sa.delete(_CLAIMS).where(over))
    op.drop_index("ix_writes_state", "writes")
    for name in ("contact_key", "phone"):
        known = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_bookings_{name}_made_at", "bookings")
        op.create_index(
            f"ix_bookings_{name}_made_at",
            "bookings",
            [name, "made_at"],
            sqlite_where=known,
            postgresql_where=known,
        )
