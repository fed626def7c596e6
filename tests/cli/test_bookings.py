"""`bridge book`, `cancel`, `reschedule` and `bookings`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.store.engine import Store
from tests.cast.terminal import Terminal, salon_terminal, tomorrow
from tests.store.rows import add_booking


def booked(bridge: Terminal, hour: int = 10, *more: str) -> str:
    """Book for Kim and return the booking's id."""
    told = bridge("book", "cut", tomorrow(hour), "--name", "Kim", "--json", *more)
    assert told.code == 0
    found: str = told.json["booking"]["id"]
    return found


def test_a_booking_is_told_to_people_with_its_local_time_host_and_id(bridge: Terminal) -> None:
    told = bridge("book", "cut", tomorrow(10), "--name", "Kim")
    assert told.code == 0
    assert told.out.startswith("Booked: cut, ")
    assert "10:00, anna (booking " in told.out


def test_a_booking_is_listed_as_programs_expect_it(bridge: Terminal) -> None:
    found = booked(bridge)
    (listed,) = bridge("bookings", "--json").json
    assert listed["id"] == found
    assert listed["state"] == "confirmed"
    assert listed["event_type"] == "cut"
    assert listed["hosts"] == ["anna"]
    assert listed["start_iso"] == tomorrow(10)
    assert listed["end_iso"] == tomorrow(10, 30)
    assert listed["name"] == "Kim"


def test_the_same_contact_and_start_is_the_same_booking(bridge: Terminal) -> None:
    first = booked(bridge, 10, "--contact-id", "kim-1")
    assert booked(bridge, 10, "--contact-id", "kim-1") == first
    assert len(bridge("bookings", "--json").json) == 1


def test_a_refusal_ends_with_1_and_says_the_reason_that_the_caller_would_hear(bridge: Terminal) -> None:
    told = bridge("book", "cut", tomorrow(7), "--json")
    assert told.code == 1
    assert told.json["status"] == "failed"
    assert told.json["reason"].startswith("Appointments are not offered at that time.")
    people = bridge("book", "cut", tomorrow(7))
    assert people.code == 1
    assert people.out == ""
    assert people.err.startswith("Appointments are not offered at that time.")


def test_a_dry_run_books_nothing(bridge: Terminal) -> None:
    told = bridge("book", "cut", tomorrow(10), "--dry-run")
    assert (told.code, told.out) == (0, "This could be booked.\n")
    assert bridge("bookings", "--json").json == []


def test_a_detail_answers_a_required_question(tmp_path: Path, sqlite_url: str) -> None:
    field = '[[event_types.cut.fields]]\nlabel = "Reason"\nsource = "llm"\nname = "reason"\nrequired = true'
    bridge = salon_terminal(tmp_path, sqlite_url, rest=field)
    assert "Reason" in bridge("book", "cut", tomorrow(10), "--name", "Kim").err
    assert bridge("book", "cut", tomorrow(10), "--name", "Kim", "--detail", "reason=bangs=short").code == 0


@pytest.mark.parametrize("detail", ["reason", "=x", ""])
def test_a_detail_without_key_or_value_is_wrong_usage(bridge: Terminal, detail: str) -> None:
    told = bridge("book", "cut", tomorrow(10), "--detail", detail)
    assert told.code == 2
    assert "write it like appointment_reason=checkup" in told.err


def test_the_beginning_of_an_id_is_enough(bridge: Terminal) -> None:
    found = booked(bridge)
    assert bridge("cancel", found[:6].upper()).code == 0
    assert bridge("bookings").out == "No bookings are coming; --all shows the others.\n"
    (listed,) = bridge("bookings", "--all", "--json").json
    assert listed["state"] == "cancelled"


def test_the_beginning_of_an_id_that_nobody_has_is_not_found(bridge: Terminal) -> None:
    booked(bridge)
    told = bridge("cancel", "zzzz", "--json")
    assert told.code == 5
    assert told.json == {
        "error": "There is no booking with an id that begins with 'zzzz'.",
        "code": "not_found",
    }


@pytest.mark.parametrize("beginning", ["", " ", "a", "%%%"])
def test_a_beginning_too_short_to_mean_one_booking_cancels_nothing(bridge: Terminal, beginning: str) -> None:
    booked(bridge)
    assert bridge("cancel", beginning).code == 2
    assert len(bridge("bookings", "--json").json) == 1


def test_a_beginning_of_several_ids_cancels_nothing_and_asks_for_more(
    bridge: Terminal, sqlite_url: str
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        for number in range(2):
            times = {"starts_at": soon, "ends_at": soon + timedelta(hours=1)}
            nobody = {"name": "", "email": "", "phone": "", "answers": []}
            add_booking(connection, f"abcd{number}", state="confirmed", attendee=nobody, **times)
    told = bridge("cancel", "abcd")
    assert told.code == 5
    assert told.err == "Several bookings have ids that begin with 'abcd'; give more of it.\n"
    assert [each["state"] for each in bridge("bookings", "--json").json] == ["confirmed"] * 2


def test_a_moved_booking_keeps_its_id_and_host(bridge: Terminal) -> None:
    found = booked(bridge)
    told = bridge("reschedule", found[:8], tomorrow(15), "--json")
    assert told.code == 0
    assert told.json["booking"]["id"] == found
    assert told.json["booking"]["hosts"] == ["anna"]
    assert [each["start_iso"] for each in bridge("bookings", "--json").json] == [tomorrow(15)]


def test_a_booking_that_cannot_be_moved_stays(bridge: Terminal) -> None:
    found = booked(bridge)
    assert bridge("reschedule", found, tomorrow(7)).code == 1
    assert [each["start_iso"] for each in bridge("bookings", "--json").json] == [tomorrow(10)]


def test_a_cancelled_booking_cannot_be_moved(bridge: Terminal) -> None:
    found = booked(bridge)
    bridge("cancel", found)
    told = bridge("reschedule", found, tomorrow(15))
    assert told.code == 1
    assert told.err == "This appointment can no longer be changed.\n"


def test_a_name_cannot_steer_the_terminal(bridge: Terminal) -> None:
    assert bridge("book", "cut", tomorrow(10), "--name", "\x1b[31mKim\x07").code == 0
    assert "\x1b" not in bridge("bookings").out
    assert "Kim" in bridge("bookings").out


def test_a_name_of_any_script_is_shown_as_it_is(bridge: Terminal) -> None:
    assert bridge("book", "cut", tomorrow(10), "--name", "李娜 [bold]Müller").code == 0
    assert "李娜 [bold]Müller" in bridge("bookings").out
    assert bridge("bookings", "--json").json[0]["name"] == "李娜 [bold]Müller"


def test_bookings_are_listed_by_days_host_and_event_type(bridge: Terminal) -> None:
    found = booked(bridge)
    day = tomorrow(10)[:10]
    assert [each["id"] for each in bridge("bookings", "--from", day, "--to", day, "--json").json] == [found]
    assert [each["id"] for each in bridge("bookings", "--host", "anna", "--json").json] == [found]
    for words in (("--from", "2098-01-01"), ("--to", "today"), ("--host", "ben"), ("--event-type", "dye")):
        assert bridge("bookings", *words, "--json").json == []
    assert bridge("bookings", "--host", "ben").out == "There are no such bookings.\n"
    assert bridge("bookings", "--from", "whenever").code == 2


def test_embedded_calendars_are_listed_by_the_name_to_copy(bridge: Terminal) -> None:
    listed = bridge("calendars", "--json").json
    assert [(each["name"], each["hosts"]) for each in listed] == [
        ("local:anna", ["anna"]),
        ("local:ben", ["ben"]),
    ]
