"""Migrations for tests: the program's own and one more step."""

from __future__ import annotations

import shutil
from pathlib import Path

import bridge.store.migrations
from bridge.store.schema import HEAD

NEXT = "9001"


def with_step(folder: Path, body: str) -> str:
    """Return a folder of scripts whose newest step, NEXT, runs `body`."""
    scripts = folder / "scripts"
    shutil.copytree(
        Path(bridge.store.migrations.__file__).parent,
        scripts,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    lines = [
        "import os, signal",
        "import sqlalchemy as sa",
        "from alembic import op",
        f'revision = "{NEXT}"',
        f'down_revision = "{HEAD}"',
        "def upgrade() -> None:",
        *(f"    {line}" for line in body.splitlines()),
    ]
    (scripts / "versions" / f"{NEXT}.py").write_text("\n".join(lines))
    return str(scripts)
