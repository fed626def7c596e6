"""Shows people at a terminal how far a command has come; programs and files are shown nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def bar(what: str, stream: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Yield what is to be told of the progress: so many more, of so many; any thread may tell it.

    The bar goes away at the end, before anything is shown on the stream.
    """
    console = Console(file=stream)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)
        yield lambda more, count: shown.update(task, advance=more, total=count)
