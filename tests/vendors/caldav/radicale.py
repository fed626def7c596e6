"""Radicale (https://radicale.org), run in the process of the tests: once, with a user for each."""

from __future__ import annotations

import atexit
import functools
import tempfile
from itertools import count
from typing import cast

from radicale import config
from radicale.app import Application as Radicale
from radicale.log import logger

from tests.vendors.caldav.served import Application, Served

_numbers = count(1)

CALENDAR = """<?xml version="1.0"?><c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<set><prop><displayname>{title}</displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/>
</c:supported-calendar-component-set></prop></set></c:mkcalendar>"""


@functools.cache
def _application() -> Application:
    folder = tempfile.TemporaryDirectory(prefix="radicale-")
    atexit.register(folder.cleanup)
    settings = config.load()
    settings.update(
        {
            "storage": {"filesystem_folder": folder.name, "_filesystem_fsync": "False"},
            "auth": {"type": "remote_user"},
            "rights": {"type": "owner_only"},
        },
        "tests",
        privileged=True,
    )
    logger.disabled = True
    return cast("Application", Radicale(settings))


class ServedByRadicale(Served):
    """A user's account with the calendars Work and Home."""

    def __init__(self) -> None:
        super().__init__(_application(), f"user{next(_numbers)}")
        self.as_person("PROPFIND", f"/{self.user}/", Depth="0")
        for title in ("Work", "Home"):
            self.as_person("MKCALENDAR", self.path(title), CALENDAR.format(title=title).encode())

    def path(self, title: str) -> str:
        """Return a calendar's path."""
        return f"/{self.user}/{title.lower()}/"
