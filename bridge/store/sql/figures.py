"""Statements on figures: numbers that only grow, of all processes together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from bridge.store.dialects import add_up
from bridge.store.tables import figures

Figure = tuple[str, str]  # its name, and its labels as JSON


def grow(connection: Connection, by: Mapping[Figure, float]) -> None:
    """Add to each figure."""
    # In one order in every process: two that lock the same rows the other way round would wait for ever.
    rows = [{"name": name, "labels": labels, "value": by[name, labels]} for name, labels in sorted(by)]
    if rows:
        add_up(connection, figures, "value", rows)


def every(connection: Connection) -> Iterator[tuple[str, str, float]]:
    """Yield every figure: name, labels as JSON, value."""
    for row in connection.execute(select(figures).order_by(figures.c.name, figures.c.labels)):
        yield row.name, row.labels, row.value
