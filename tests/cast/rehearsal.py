"""Opens a salon for show: what that loads and compiles, processes that are forked afterwards need not."""

from __future__ import annotations

import gc
import os
import threading
from contextlib import closing, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import dialects, templates
from tests.cast import victim
from tests.cast.clock import TEN
from tests.cast.config import salon_toml
from tests.cast.line import Line
from tests.store.databases import new_sqlite, sqlite_template

_ACTIONS = ("book", "book_apart", "correct", "cancel", "move", "replace_host", "remove")


def rehearse() -> None:
    """Do what victims and servers will do; it takes half a second of a core."""
    dialects.register()
    templates.register()
    with TemporaryDirectory() as name, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        folder = Path(name)
        template = sqlite_template(folder)
        for action in _ACTIONS:
            (folder / action).mkdir()
            config = salon_toml(new_sqlite(folder / action, template))
            victim.main(config, "", action, TEN.isoformat(), "monday")
        (folder / "line").mkdir()
        with closing(Line(new_sqlite(folder / "line", template))) as line:
            line.app.test_client().get("/readyz")
            line.available()
            line.book(TEN)
    gc.collect()  # victims stop nothing they began, and a fork takes only one thread along
    for each in threading.enumerate():
        if each is not threading.current_thread():
            each.join(10)
