"""`bridge local import`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cast.terminal import Terminal

SOON = (datetime.now(UTC) + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)


def ics(*uids: str, start: str = f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}") -> str:
    events = [
        f"BEGIN:VEVENT\r\nUID:{uid}@example.com\r\nDTSTAMP:20260101T000000Z\r\n{start}\r\n"
        f"DURATION:PT1H\r\nSUMMARY:Busy\r\nEND:VEVENT\r\n"
        for uid in uids
    ]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A calendar file with two events."""
    path = tmp_path / "calendar.ics"
    path.write_text(ics("1", "2"), newline="")
    return path


@pytest.mark.parametrize("name", ["anna", "local:anna"])
def test_an_import_makes_the_host_busy(bridge: Terminal, file: Path, name: str) -> None:
    told = bridge("local", "import", str(file), "--calendar", name)
    assert (told.code, told.out) == (0, "local:anna: 2 added, 0 replaced, 0 unchanged.\n")
    hosts = bridge("explain", "cut", f"{SOON:%Y-%m-%dT%H:%M:%SZ}", "--json").json["hosts"]
    assert [host["busy_calendars"] for host in hosts] == [["local:anna"], []]


def test_the_same_again_changes_nothing(bridge: Terminal, file: Path) -> None:
    bridge("local", "import", str(file), "--calendar", "anna")
    told = bridge("local", "import", str(file), "--calendar", "anna", "--json")
    assert told.json == {"added": 0, "replaced": 0, "unchanged": 2, "skipped": []}


def test_an_event_that_cannot_be_read_is_named(bridge: Terminal, file: Path) -> None:
    file.write_text(ics("1", start="DTEND:20300107T090000Z"), newline="")
    told = bridge("local", "import", str(file), "--calendar", "anna")
    assert told.code == 0
    assert "Skipped, and so blocking nobody's time: 1@example.com: " in told.out
    skipped = bridge("local", "import", str(file), "--calendar", "anna", "--json").json["skipped"]
    assert [each["uid"] for each in skipped] == ["1@example.com"]


def test_a_calendar_nobody_has_is_answered_with_those_there_are(bridge: Terminal, file: Path) -> None:
    told = bridge("local", "import", str(file), "--calendar", "carla")
    assert told.code == 5
    assert told.err == 'No host has a calendar "local:carla"; there are: anna, ben.\n'


@pytest.mark.parametrize(("name", "why"), [("nothing.ics", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_says_why(bridge: Terminal, tmp_path: Path, name: str, why: str) -> None:
    told = bridge("local", "import", str(tmp_path / name), "--calendar", "anna")
    assert told.code == 5
    assert f"cannot be read: {why}" in told.err


@pytest.mark.parametrize("content", ["", "Dear diary", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_a_file_that_is_no_calendar_is_refused(bridge: Terminal, file: Path, content: str) -> None:
    file.write_text(content)
    told = bridge("local", "import", str(file), "--calendar", "anna")
    assert told.code == 1
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_feeds_address_is_printed_and_renewed(bridge: Terminal) -> None:
    first = bridge("feed", "anna", "--json").json
    assert first["calendar"] == "local:anna"
    assert "/calendars/anna.ics?token=" in first["address"]
    assert bridge("feed", "anna").out.strip() == first["address"]
    second = bridge("feed", "anna", "--renew", "--json").json["address"]
    assert second != first["address"]
    assert bridge("feed", "anna").out.strip() == second


def test_a_feed_of_nobody_is_answered_with_the_hosts(bridge: Terminal) -> None:
    told = bridge("feed", "carla")
    assert (told.code, told.err) == (5, 'There is no host "carla"; there are: anna, ben.\n')
