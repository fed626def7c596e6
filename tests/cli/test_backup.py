"""`bridge backup` and `bridge restore`: all comes back, into either database, and what is newer is told."""

from __future__ import annotations

import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from bridge.model import FollowUp, FollowUpState
from bridge.service.pid_file import PidFile
from bridge.store.engine import Store
from bridge.store.sql import follow_ups
from tests.cast.at_vendors import ANNA_GOOGLE, vendors_toml
from tests.cast.terminal import Terminal, salon_terminal, tomorrow
from tests.vendors.google import FakeGoogle, Fault

WAITING = FollowUpState.WAITING


@pytest.fixture
def kept(tmp_path: Path, store_url: str) -> tuple[Terminal, Path]:
    """A salon with three bookings, one of them cancelled, and its backup."""
    bridge = salon_terminal(tmp_path, store_url)
    for hour in (9, 10, 11):
        assert bridge("book", "cut", tomorrow(hour), "--name", f"Kim {hour}").code == 0
    doomed = bridge("bookings", "--json").json[0]["id"]
    assert bridge("cancel", doomed).code == 0
    file = tmp_path / "kept.zip"
    told = bridge("backup", str(file))
    assert told.code == 0, told.err
    assert "holds 3 bookings" in told.out
    return bridge, file


def elsewhere(folder: Path, url: str = "") -> Terminal:
    folder.mkdir()
    return salon_terminal(folder, url or f"sqlite:///{folder}/bridge.db")


def test_everything_comes_back_on_another_machine(kept: tuple[Terminal, Path], tmp_path: Path) -> None:
    before, file = kept
    after = elsewhere(tmp_path / "new")
    told = after("restore", str(file), typed="y\n")
    assert told.code == 0, told.err
    assert after("bookings", "--json").out == before("bookings", "--json").out
    assert after("slots", "cut", "--json").out == before("slots", "cut", "--json").out
    assert after("book", "cut", tomorrow(10), "--name", "Lee").code == 0, "one of two hosts is free"
    assert after("book", "cut", tomorrow(10), "--name", "Max").code == 1, (
        "what is restored is not booked twice"
    )


def test_a_backup_of_sqlite_is_restored_into_postgresql(
    tmp_path: Path, sqlite_url: str, postgres_url: str
) -> None:
    before = salon_terminal(tmp_path, sqlite_url)
    assert before("book", "cut", tomorrow(9), "--name", "Kim").code == 0
    assert before("backup", str(tmp_path / "kept.zip")).code == 0
    after = elsewhere(tmp_path / "new", postgres_url)
    assert after("restore", str(tmp_path / "kept.zip"), "--yes").code == 0
    assert after("bookings", "--json").out == before("bookings", "--json").out


def test_what_may_have_been_sent_since_is_shown_and_not_sent(tmp_path: Path, sqlite_url: str) -> None:
    before = salon_terminal(tmp_path, sqlite_url)
    assert before("book", "cut", tomorrow(9), "--name", "Kim").code == 0
    now = datetime.now(UTC)
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        booking = before("bookings", "--json").json[0]["id"]
        for name, due_at in (("due", now), ("later", now + timedelta(hours=9))):
            waiting = FollowUp(
                name, booking, 1, "booked", "mail", "notice:a@example.com", WAITING, due_at, due_at
            )
            follow_ups.add(connection, waiting)
    assert before("backup", str(tmp_path / "kept.zip")).code == 0
    after = elsewhere(tmp_path / "new")
    told = after("restore", str(tmp_path / "kept.zip"), "--yes")
    assert "1 messages may have been sent since the backup" in told.out + told.err
    states = {each["id"]: each["state"] for each in after("followups", "--json").json}
    assert states == {"due": "given_up", "later": "waiting"}


def test_it_is_for_its_owner_alone_and_overwrites_nothing(kept: tuple[Terminal, Path]) -> None:
    bridge, file = kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert bridge("backup", str(file)).err.endswith("is there already; choose another name.\n")
    assert file.read_bytes() == content


def test_a_database_that_holds_something_is_left_alone(kept: tuple[Terminal, Path]) -> None:
    bridge, file = kept
    told = bridge("restore", str(file), "--yes")
    assert told.code == 1
    assert told.err.startswith("The database is not empty")


def test_nothing_is_written_without_a_yes_or_beside_a_server(
    kept: tuple[Terminal, Path], tmp_path: Path
) -> None:
    _, file = kept
    after = elsewhere(tmp_path / "new")
    assert after("restore", str(file), typed="n\n").code == 130
    served = PidFile(after.folder / "bridge.pid")
    assert after("restore", str(file), "--yes").err.startswith("A bridge is served from this configuration")
    served.close()
    assert after("bookings", "--json").json == []


@pytest.mark.parametrize("damage", ["text", "half", "manifest"])
def test_what_is_no_backup_is_told(kept: tuple[Terminal, Path], tmp_path: Path, damage: str) -> None:
    _, file = kept
    other = tmp_path / "other.zip"
    if damage == "manifest":
        with ZipFile(other, "w") as archive:
            archive.writestr("manifest.json", '{"revision": "0000", "version": "9.9.9"}')
    else:
        other.write_bytes(b"rubbish" if damage == "text" else file.read_bytes()[:200])
    told = elsewhere(tmp_path / "new")("restore", str(other), "--yes")
    assert told.code == 1
    assert "9.9.9" in told.err if damage == "manifest" else "is no backup of a bridge" in told.err


def test_what_happened_after_the_backup_is_shown_before_anything_is_written(
    tmp_path: Path, sqlite_url: str, google: FakeGoogle
) -> None:
    bridge = Terminal(tmp_path)
    bridge.config.write_text(vendors_toml(sqlite_url, tmp_path, google=google))
    event_type = "cut"
    for hour in (9, 11, 13):
        assert bridge("book", event_type, tomorrow(hour), "--name", "Kim").code == 0
    assert bridge("backup", str(tmp_path / "kept.zip")).code == 0
    assert bridge("book", event_type, tomorrow(15), "--name", "Lee").code == 0
    gone, moved, stays, made = google.events(ANNA_GOOGLE)
    later = datetime.fromisoformat(moved["start"]["dateTime"]) + timedelta(hours=8)
    google.move_event(ANNA_GOOGLE, moved["id"], later, later + timedelta(minutes=30))
    google.delete_event(ANNA_GOOGLE, gone["id"])
    ids = [each["extendedProperties"]["private"] for each in (gone, moved, stays, made)]
    new = tmp_path / "new"
    new.mkdir()
    after = Terminal(new)
    after.config.write_text(bridge.config.read_text().replace(sqlite_url, f"sqlite:///{new}/bridge.db"))
    told = after("restore", str(tmp_path / "kept.zip"), typed="n\n")
    lines = [line for line in told.out.splitlines() if line.startswith("  ")]
    assert len(lines) == 3, told.out
    for line, said in zip(
        sorted(lines), ("not in the calendar any more", "made since", "moved since"), strict=True
    ):
        assert said in line
        assert any(str(value) in line for each in ids for value in each.values())
    google.fail_next(Fault.SERVER_ERROR, times=None)
    assert "cannot be read: what happened there" in after("restore", str(tmp_path / "kept.zip"), "--yes").out
    assert len(after("bookings", "--json").json) == 3
