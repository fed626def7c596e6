"""Tables and bars on terminals of any width, and where nobody looks on."""

from __future__ import annotations

import io
import re

import pytest

from bridge.cli.progress import bar
from bridge.cli.tables import Grid

GRID = Grid(
    "Bookings (Europe/Berlin)",
    ["booking", "event type", "start", "caller"],
    [
        ["51c6c2b4", "consultation", "Tue 2026-11-24 10:00", "Kim Example"],
        ["7d0af1e2", "consultation", "Tue 2026-11-24 10:30", "Maximiliane von Hohenberg-Wallenstein zu Aue"],
        ["9e01bb77", "first-visit", "Wed 2026-11-25 09:00", "李娜"],
    ],
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Screen(io.StringIO):
    """A terminal's standard output."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def drawn(grid: Grid, width: int) -> list[str]:
    return _COLOUR.sub("", grid.text(Screen(), width=width)).splitlines()


def test_a_pipe_gets_one_line_for_each_row_whatever_its_length() -> None:
    lines = GRID.text(io.StringIO()).splitlines()
    assert lines[0] == "Bookings (Europe/Berlin)"
    assert lines[1].split("  ")[0] == "booking"
    assert lines[3].endswith("Maximiliane von Hohenberg-Wallenstein zu Aue")
    assert len(lines) == 5
    assert "\x1b" not in "".join(lines)


def test_in_a_pipe_columns_are_aligned_and_lines_end_with_text() -> None:
    lines = GRID.text(io.StringIO()).splitlines()[1:]
    assert {line.index(word) for line, word in zip(lines, ["start", "Tue", "Tue", "Wed"], strict=True)} == {
        24
    }
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_no_terminal_is_too_narrow_or_loses_a_letter(width: int) -> None:
    lines = drawn(GRID, width)
    assert max(map(len, lines)) <= width
    words = " ".join(lines)
    for word in ("51c6c2b4", "consultation", "10:30", "Maximiliane", "李娜"):
        assert word in words


def test_where_a_long_column_can_be_wrapped_the_others_stay_whole() -> None:
    text = "\n".join(drawn(GRID, 90))
    assert "│ 7d0af1e2 │ consultation │ Tue 2026-11-24 10:30 │ Maximiliane von" in text


def test_where_no_table_fits_each_row_is_told_line_by_line() -> None:
    lines = drawn(GRID, 40)
    assert "booking: 51c6c2b4" in lines
    assert "start: Tue 2026-11-24 10:00" in lines
    assert not any("│" in line for line in lines)


def test_texts_are_no_markup_and_cannot_steer_the_terminal() -> None:
    grid = Grid("[bold]x[/bold]", ["name"], [["[red]Kim[/red] \\[x]"], ["\x1b]0;title\x07"], ["a\nb"]])
    for text in ("\n".join(drawn(grid, 80)), grid.text(io.StringIO())):
        assert "[bold]x[/bold]" in text
        assert "[red]Kim[/red] \\[x]" in text
        assert "\x1b" not in text
        assert "a\ufffdb" in text


def test_an_empty_cell_is_left_out_of_a_row_told_line_by_line() -> None:
    grid = Grid("x", ["one", "two", "three"], [["a" * 20, "", "b" * 20]])
    assert drawn(grid, 30) == ["x", "one: " + "a" * 20, "three: " + "b" * 20]


@pytest.mark.parametrize("stream", [io.StringIO(), Screen()])
def test_only_a_terminal_is_shown_how_far_it_is(stream: io.StringIO) -> None:
    with bar("calendars", stream) as progress:
        progress(2, 3)
        progress(1, 3)
    assert ("calendars" in stream.getvalue()) is stream.isatty()
