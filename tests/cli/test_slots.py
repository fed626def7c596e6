"""`bridge slots`, `bridge find` and `bridge explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.scheduling.slots import Rule
from tests.cast.terminal import Terminal, salon_terminal, tomorrow

NEVER_CONNECTED = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'


def test_slots_are_what_available_answers(bridge: Terminal) -> None:
    told = bridge("slots", "cut", "--json")
    assert told.code == 0
    assert told.err == ""
    assert set(told.json) == {"available"}
    assert all(set(slot) == {"start_iso", "end_iso"} for slot in told.json["available"])
    assert told.json["available"]


def test_people_see_each_start_in_local_time_and_as_telli_names_it(bridge: Terminal) -> None:
    lines = bridge("slots", "cut", "--at", "2030-01-07T06:00:00Z").out.splitlines()
    assert lines[0] == "Haircut (UTC)"
    assert lines[1].split() == ["start", "start_iso"]
    assert lines[2] == "Mon 2030-01-07 08:00  2030-01-07T08:00:00.000Z"


def test_slots_of_another_moment_move_no_clock(bridge: Terminal) -> None:
    bridge("slots", "cut", "--at", "2030-01-07T06:00:00Z")
    joined = bridge("team", "cut", "--json").out
    assert "2030" not in joined


@pytest.mark.parametrize("at", ["0002-01-01T00:00:00Z", "9998-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_slots_of_an_absurd_moment_are_told_as_well(bridge: Terminal, at: str) -> None:
    assert bridge("slots", "cut", "--at", at, "--json").code == 0
    assert bridge("explain", "cut", at, "--json").code == 0
    assert bridge("explain", "cut", at).code == 0


def test_find_tells_the_times_nearest_to_a_wish_and_reads_them_out(bridge: Terminal) -> None:
    told = bridge("find", "cut", "tomorrow", "afternoon", "--limit", "2", "--json")
    assert told.code == 0
    starts = [slot["start_iso"][11:16] for slot in told.json["available"]]
    assert starts == ["12:00", "15:00"]
    assert told.json["spoken"].startswith("Free are ")
    assert bridge("find", "cut", "2001-01-01", "--earliest", "in 3 weeks").out.startswith(
        "“2001-01-01” was taken"
    )


def test_find_looks_for_a_service(tmp_path: Path, sqlite_url: str) -> None:
    colour = '[event_types.cut.services.colour]\ntitle = "Colouring"\nduration_minutes = 120'
    find = salon_terminal(tmp_path, sqlite_url, rest=colour)
    (slot,) = find("find", "cut", "tomorrow", "--service", "Colouring", "--limit", "1", "--json").json[
        "available"
    ]
    assert slot["end_iso"][11:16] == "10:00"
    assert find("find", "cut", "--service", "Massage").out.startswith(
        "There is no such appointment. Possible are"
    )


@pytest.mark.parametrize(
    "text",
    ["tomorrow", "2024-02-30T09:00:00Z", "2026-11-24", "9999-12-31T00:00:00Z", "2026-06-30T23:59:60Z", ""],
)
def test_what_is_no_instant_is_wrong_usage_that_shows_how_to_write_one(bridge: Terminal, text: str) -> None:
    told = bridge("explain", "cut", text)
    assert told.code == 2
    assert 'write it like "2026-11-24 10:00"' in told.err


def test_an_event_type_that_is_not_there_is_answered_with_those_that_are(bridge: Terminal) -> None:
    told = bridge("slots", "shave")
    assert told.code == 5
    assert told.err == "There is no event type 'shave'; there are: cut.\n"


def test_no_slots_are_a_sentence_that_says_how_to_go_on(tmp_path: Path, sqlite_url: str) -> None:
    bridge = salon_terminal(tmp_path, sqlite_url, event_type='open_hours = { monday = ["01:00-01:10"] }')
    assert "`bridge explain cut INSTANT` says why" in bridge("slots", "cut").out


def test_a_host_left_out_for_a_silent_calendar_is_mentioned_beside_the_slots(
    tmp_path: Path, sqlite_url: str
) -> None:
    bridge = salon_terminal(tmp_path, sqlite_url, rest=NEVER_CONNECTED)
    text = bridge.config.read_text()
    own = 'booking_calendar = "local:ben"'
    bridge.config.write_text(text.replace(own, f'{own}\nbusy_calendars = ["google:ben@example.com/primary"]'))
    told = bridge("slots", "cut")
    assert told.code == 0
    assert "start_iso" in told.out
    assert told.err.endswith("Not every calendar answered, so some hosts are left out; see `bridge check`.\n")
    assert "google:ben@example.com/primary did not answer" in bridge("explain", "cut", tomorrow(10)).out
    assert bridge("check").code == 1


def test_what_names_no_zone_is_read_in_the_event_types(tmp_path: Path, sqlite_url: str) -> None:
    bridge = salon_terminal(tmp_path, sqlite_url, event_type='timezone = "Asia/Kolkata"')
    bare = tomorrow(10).removesuffix(".000Z")
    for text, start in ((bare, tomorrow(4, 30)), (f"{bare}Z", tomorrow(10)), (f"{bare}+02:00", tomorrow(8))):
        assert bridge("explain", "cut", text, "--json").json["start_iso"] == start


def test_explaining_names_every_rule_of_every_host(bridge: Terminal) -> None:
    told = bridge("explain", "cut", tomorrow(7, 10), "--json").json
    assert not told["bookable"]
    assert [host["host"] for host in told["hosts"]] == ["anna", "ben"]
    rules = told["hosts"][0]["rules"]
    assert list(rules) == [str(rule) for rule in Rule]
    assert [rule for rule, holds in rules.items() if not holds] == ["open", "step"]


def test_explaining_says_in_words_why_not(bridge: Terminal) -> None:
    told = bridge("explain", "cut", tomorrow(7, 10)).out
    assert "cannot be booked" in told
    assert "not within the open hours; no appointment starts at that minute" in told
    assert "can be booked" in bridge("explain", "cut", tomorrow(10)).out


def test_explaining_names_the_busy_calendar_and_never_what_it_holds(bridge: Terminal, tmp_path: Path) -> None:
    start = tomorrow(10)
    stamp = start.replace("-", "").replace(":", "").replace(".000", "")
    file = tmp_path / "busy.ics"
    file.write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n"
        f"DTSTAMP:20260101T000000Z\r\nDTSTART:{stamp}\r\nDURATION:PT1H\r\nSUMMARY:Surgery\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert bridge("local", "import", str(file), "--calendar", "anna").code == 0
    told = bridge("explain", "cut", start)
    assert "local:anna is busy" in told.out
    assert "Surgery" not in told.out
    assert bridge("explain", "cut", start, "--json").json["hosts"][0]["busy_calendars"] == ["local:anna"]
