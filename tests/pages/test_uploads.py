"""An owner puts an .ics file in on the page, which tells what came of it once it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from bridge.background import Background
from bridge.local_calendar.unusable import ImportRefused
from bridge.local_calendar.uploads import IMPORT_UPLOAD, MAX_BYTES
from bridge.store.sql import uploads
from bridge.web import security
from tests.cast.clock import PresentClock
from tests.cast.config import ANNA, salon_config
from tests.connections.stage import PASSWORD_HASH, SITE, Browser, Process
from tests.local.files import calendar, entry

NINE = {"DTSTART": "20261124T090000Z", "DTEND": "20261124T100000Z"}
SOUND = entry(UID="sound", **NINE)
BROKEN = entry(UID="broken", DTSTART="20261124T100000Z", DTEND="20261124T090000Z")

Opened = tuple[Process, Browser]
Open = Callable[..., Opened]


@pytest.fixture
def opened(sqlite_url: str, clock: PresentClock) -> Iterator[Open]:
    with ExitStack() as stack:

        def begin(locale: str = "en_US") -> Opened:
            bridge = f'public_url = "{SITE}"\nlocale = "{locale}"'
            admin = f'[admin]\npassword_hash = "{PASSWORD_HASH}"'
            process = Process(salon_config(sqlite_url, ANNA, bridge=bridge, rest=admin), clock)
            stack.enter_context(closing(process.store))
            browser = process.browser()
            assert browser.sign_in().status_code == 303
            browser.get("/admin/calendars/anna")
            return process, browser

        yield begin


def put_in(browser: Browser, content: bytes, name: str = "anna", token: str | None = None) -> TestResponse:
    browser.get("/admin/calendars/anna")
    return browser.post(
        f"/admin/calendars/{name}/import", {"file": (BytesIO(content), "export.ics")}, token=token
    )


def seen(process: Process, browser: Browser, owner: str = "this") -> str:
    """Let the background do its work, and return what the page says then."""
    Background(process.store, process.uploads.kinds(), now=process.clock.now, owner=owner).run_due()
    browser.get("/admin/calendars/anna")
    return browser.main()


def busy(process: Process) -> int:
    with process.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM busy_times").scalar_one())


def test_a_file_is_read_in_the_background_and_the_page_tells_what_came_of_it(opened: Open) -> None:
    process, browser = opened()
    assert put_in(browser, calendar(SOUND, BROKEN)).status_code == 303
    browser.get("/admin/calendars/anna")
    assert "The file is being read." in browser.main()
    assert 'http-equiv="refresh"' in browser.page
    assert busy(process) == 0
    told = seen(process, browser)
    assert "1 added, 0 replaced, 0 there already." in told
    assert "1 entry was left out, and keeps nobody's time … broken : it ends before it begins" in told
    assert 'http-equiv="refresh"' not in browser.page
    assert busy(process) == 1
    put_in(browser, calendar(SOUND))
    assert "0 added, 0 replaced, 1 there already." in seen(process, browser)


def test_the_page_speaks_the_owners_language(opened: Open) -> None:
    process, browser = opened("de_DE")
    odd = entry(UID="odd", **{"DTSTART;TZID=Mars": "20261124T090000"})
    put_in(browser, calendar(BROKEN, odd))
    told = seen(process, browser)
    assert "broken : er endet, bevor er beginnt" in told
    assert "odd : seine Zeitzone 'Mars' ist nicht bekannt" in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>", "The file is not an iCalendar file"),
        (b"\xff\xfe\x00", "The file is not UTF-8 text (byte 0)."),
        (b"", "The file is empty, or none was chosen."),
    ],
)
def test_a_file_that_is_none_changes_nothing_and_is_explained(opened: Open, content: bytes, why: str) -> None:
    process, browser = opened()
    put_in(browser, content)
    assert why in seen(process, browser)
    assert busy(process) == 0


def test_a_cookie_tells_whether_its_browser_had_signed_in(opened: Open) -> None:
    process, browser = opened()
    stranger = process.browser()
    stranger.get("/")

    def has_signed_in(cookie: str) -> bool:
        return security.has_signed_in(process.app, cookie)

    owners = browser.cookie()
    assert has_signed_in(owners)
    assert stranger.cookie(), "it has a session, for the form's protection"
    assert not has_signed_in(stranger.cookie())
    assert not has_signed_in(owners[:-1])
    assert not has_signed_in("")


def test_too_large_a_file_is_refused_unread(opened: Open) -> None:
    process, _ = opened()
    with pytest.raises(ImportRefused, match="larger than 5 MB"):
        process.uploads.take("anna", b"x" * (MAX_BYTES + 1))


def test_only_forms_of_the_owners_page_put_something_in(opened: Open) -> None:
    process, browser = opened()
    assert put_in(browser, calendar(SOUND), token="guessed").status_code == 400
    assert put_in(browser, calendar(SOUND), name="nobody").status_code == 404
    stranger = process.browser(address="198.51.100.4")
    assert put_in(stranger, calendar(SOUND)).location == "/"
    assert process.uploads.latest() == []


def test_files_that_wait_are_few_and_none_is_kept_once_it_is_read(opened: Open) -> None:
    process, browser = opened()
    for number in range(11):
        put_in(browser, calendar(entry(UID=f"{number}", **NINE)))
    browser.get("/admin/calendars/anna")
    assert "Other files are still being read." in browser.main()
    assert len(process.uploads.latest()) == 10
    seen(process, browser)
    with process.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT content FROM uploads").scalars().all()
    assert kept == [""] * 10


def test_a_process_that_dies_while_it_reads_leaves_the_file_to_another(
    opened: Open, clock: PresentClock
) -> None:
    process, browser = opened()
    put_in(browser, calendar(SOUND))
    dying = Background(process.store, {IMPORT_UPLOAD: _die}, now=clock.now, owner="dying")
    with pytest.raises(SystemExit):
        dying.run_due()
    assert "The file is being read." in seen(process, browser)
    clock.turn(seconds=61)
    assert "1 added" in seen(process, browser)


def _die(_subject: str) -> None:
    raise SystemExit


def test_what_came_of_files_can_be_forgotten(opened: Open, clock: PresentClock) -> None:
    process, browser = opened()
    put_in(browser, calendar(SOUND))
    seen(process, browser)
    with process.store.write() as connection:
        assert uploads.drop_older(connection, clock.now() - timedelta(hours=1), limit=9) == 0
        clock.turn(days=31)
        assert uploads.drop_older(connection, clock.now(), limit=9) == 1
    browser.get("/admin/calendars/anna")
    assert "1 added" not in browser.main()
