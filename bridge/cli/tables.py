"""Shows rows to people: as a table where it fits, else row by row, and plainly where nobody looks on."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_NARROWEST = 24  # to which a longer column may be wrapped; where that does not fit, no table does
_FRAME = 3  # of each column, and one more


@dataclass(frozen=True)
class Grid:
    """Rows of text under headings. `styles` colours the rows whose first cell is named there."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    styles: Mapping[str, str] = field(default_factory=dict)

    def text(self, stream: TextIO, *, width: int | None = None) -> str:
        """Return the rows as they suit the stream: framed for a terminal, one line each for a pipe.

        `width` is the terminal's, where it cannot be asked.
        """
        console = Console(file=stream, highlight=False, width=width)
        cells = [[_visible(cell) for cell in row] for row in (self.columns, *self.rows)]
        if not console.is_terminal:
            return "\n".join([_visible(self.title), *_aligned(cells)])
        with console.capture() as drawn:
            console.print(Text(_visible(self.title), style="bold"))
            console.print(self._table(cells) if _fits(cells, console.width) else _records(cells))
        return drawn.get().rstrip("\n")

    def _table(self, cells: Sequence[Sequence[str]]) -> Table:
        table = Table(header_style="bold")
        for heading, width in zip(cells[0], _widths(cells), strict=True):
            table.add_column(Text(heading), no_wrap=width <= _NARROWEST, overflow="fold")
        for first, *others in cells[1:]:
            table.add_row(Text(first, style=self.styles.get(first, "")), *map(Text, others))
        return table


def _fits(cells: Sequence[Sequence[str]], room: int) -> bool:
    widths = [min(width, _NARROWEST) for width in _widths(cells)]
    return sum(widths) + _FRAME * len(widths) + 1 <= room


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(*cells, strict=True)]


def _aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = _widths(cells)
    return [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def _records(cells: Sequence[Sequence[str]]) -> Text:
    headings, *rows = cells
    shown = [
        "\n".join(f"{name}: {cell}" for name, cell in zip(headings, row, strict=True) if cell) for row in rows
    ]
    return Text("\n\n".join(shown))


def _visible(text: str) -> str:
    """Return a text that cannot steer a terminal: callers choose their names."""
    return "".join("\ufffd" if unicodedata.category(each) in ("Cc", "Cs") else each for each in text)
