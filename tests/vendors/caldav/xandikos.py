"""Xandikos (https://www.xandikos.org), run in the process of the tests: calendars kept in git."""

from __future__ import annotations

import tempfile
from typing import cast

from xandikos.web import SingleUserFilesystemBackend, XandikosApp

from tests.vendors.caldav.radicale import CALENDAR
from tests.vendors.caldav.served import Application, Served


class ServedByXandikos(Served):
    """The one user's account with the calendars Work and Home."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="xandikos-")
        backend = SingleUserFilesystemBackend(self._folder.name)
        super().__init__(cast("Application", XandikosApp(backend, "/user/")), "user")
        backend.create_principal("/user/")  # type: ignore[no-untyped-call]
        for title in ("Work", "Home"):
            self.as_person("MKCALENDAR", self.path(title), CALENDAR.format(title=title).encode())

    def path(self, title: str) -> str:
        """Return a calendar's path."""
        return f"/user/calendars/{title.lower()}/"

    def close(self) -> None:
        super().close()
        self._folder.cleanup()
