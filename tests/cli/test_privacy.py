"""`bridge export` and `bridge forget`, and bookings of long ago."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bridge.model import FollowUp, FollowUpState
from bridge.service.privacy import FORGET_PAST, privacy_chores
from bridge.store.engine import Store
from bridge.store.sql import alerts, follow_ups
from bridge.store.tables import bookings, metadata
from tests.cast.terminal import Terminal, tomorrow

KIM = (
    "--name",
    "Kim Nowak",
    "--phone",
    "+49 30 901820",
    "--email",
    "kim@example.com",
    "--contact-id",
    "kim-1",
)


def booked(bridge: Terminal) -> str:
    told = bridge("book", "cut", tomorrow(10), *KIM, "--contact-id", "kim-1", "--json")
    assert told.code == 0, told.err
    found: str = told.json["booking"]["id"]
    return found


def everything(sqlite_url: str) -> str:
    """Return all that the database says, table by table."""
    with closing(Store(sqlite_url)) as store, store.read() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
        rows = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables]  # noqa: S608
    return str(rows)


@pytest.mark.parametrize("who", ["kim-1", "+4930901820", "+49 30 90 18 20", "Kim@Example.com"])
def test_what_is_stored_about_a_caller_is_printed_however_they_are_named(bridge: Terminal, who: str) -> None:
    found = booked(bridge)
    (told,) = json.loads(bridge("export", who).out)["bookings"]
    assert (told["id"], told["name"], told["phone"], told["email"]) == (
        found,
        "Kim Nowak",
        "+4930901820",
        "kim@example.com",
    )


def test_everything_that_belongs_to_a_booking_is_printed(bridge: Terminal, sqlite_url: str) -> None:
    found = booked(bridge)
    told = json.loads(bridge("export", "kim-1").out)
    by_booking = {table.name for table in metadata.sorted_tables if "booking_id" in table.c}
    assert told.keys() == {"bookings", "told_offers", "asked_back", "alerts"} | by_booking
    for table in ("writes", "booking_hosts", "claims", "local_events"):
        assert [row["booking_id"] for row in told[table]] == [found], table
    assert "Kim Nowak" in told["local_events"][0]["content"]["title"]
    assert told["writes"][0]["made_at"].endswith("Z")


def callback(sqlite_url: str, number: str, raised_at: datetime) -> None:
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        text = f"Please call Kim Nowak back at {number}."
        alerts.raise_alert(connection, f"callback:{number}", text, raised_at)


def test_a_call_that_telli_shall_make_is_told_and_forgotten(bridge: Terminal, sqlite_url: str) -> None:
    bridge("check")
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        now = datetime.now(UTC)
        for number in ("1", "11"):
            key, who = f"callback:{number}", f"caller:kim-{number}/agent-1"
            alerts.raise_alert(connection, key, f"Please call Kim back at {number}.", now)
            call = FollowUp(
                number, None, 0, "call", "telli_calls", who, FollowUpState.WAITING, now, now, alert_key=key
            )
            follow_ups.add(connection, call)
    told = json.loads(bridge("export", "kim-1").out)
    assert [row["recipient"] for row in told["follow_ups"]] == ["caller:kim-1/agent-1"]
    assert [row["key"] for row in told["alerts"]] == ["callback:1"]
    [shown, _] = bridge("followups", "--json").json
    assert (shown["change"], shown["booking"]) == ("call", None)
    bridge("forget", "kim-1")
    assert bridge("export", "kim-1").code == 5
    assert bridge("export", "kim-11").code == 0
    assert bridge("followups", "drop", "1").code == 0


def test_requests_for_a_call_are_told_and_forgotten(bridge: Terminal, sqlite_url: str) -> None:
    bridge("check")  # makes the database
    callback(sqlite_url, "+4930901820", datetime.now(UTC))
    callback(sqlite_url, "+49309018201", datetime.now(UTC))
    assert len(json.loads(bridge("export", "+4930901820").out)["alerts"]) == 1
    bridge("forget", "+49 30 90 18 20")
    assert bridge("export", "+4930901820").code == 5
    assert len(json.loads(bridge("export", "+49309018201").out)["alerts"]) == 1


@pytest.mark.parametrize(("keep_days", "after"), [(None, 30), (400, 30), (7, 7)])
def test_requests_for_a_call_go_by_themselves(
    bridge: Terminal, sqlite_url: str, keep_days: int | None, after: int
) -> None:
    bridge("check")
    raised = datetime.now(UTC)
    callback(sqlite_url, "+4930901820", raised)
    with closing(Store(sqlite_url)) as store:
        for days, is_kept in ((after - 1, True), (after + 1, False)):
            now = raised + timedelta(days=days)
            privacy_chores(store, keep_days, lambda now=now: now)[FORGET_PAST]("")  # type: ignore[misc]
            with store.read() as connection:
                assert bool(alerts.open_alerts(connection)) is is_kept


def test_of_a_stranger_nothing_is_stored(bridge: Terminal) -> None:
    told = bridge("export", "nobody@example.com")
    assert (told.code, told.err) == (5, "Nothing is stored about this caller.\n")
    assert "Removed from 0 bookings" in bridge("forget", "nobody@example.com").out


def test_who_has_an_appointment_to_come_is_not_forgotten(bridge: Terminal) -> None:
    found = booked(bridge)
    told = bridge("forget", "kim-1")
    assert told.code == 1
    assert f"There are appointments to come ({found[:8]}): cancel them first" in told.err


def test_after_forgetting_the_database_names_nobody(bridge: Terminal, sqlite_url: str) -> None:
    found = booked(bridge)
    bridge("cancel", found)
    told = bridge("forget", "+49 (30) 901820")
    assert told.code == 0
    assert "Removed from 1 bookings" in told.out
    assert "Backups made before still hold it" in told.out
    left = everything(sqlite_url)
    for word in ("Nowak", "901820", "kim@example.com", "kim-1"):
        assert word not in left
    assert found in left, "that there was an appointment stays"


def test_events_are_removed_on_request(bridge: Terminal, sqlite_url: str) -> None:
    found = booked(bridge)
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        values = {"starts_at": yesterday, "ends_at": yesterday + timedelta(minutes=30)}
        connection.execute(bookings.update().values(**values))
    assert "Nowak" in everything(sqlite_url)
    told = bridge("forget", "kim-1", "--calendars", "--json")
    assert told.json == {"bookings": 1, "events_removed": 1, "events_kept": []}
    assert "Nowak" not in everything(sqlite_url)
    assert found in everything(sqlite_url)


def test_a_cancelled_appointments_texts_go_at_once(bridge: Terminal, sqlite_url: str) -> None:
    found = booked(bridge)
    bridge("cancel", found)
    with closing(Store(sqlite_url)) as store, store.read() as connection:
        (draft,) = connection.exec_driver_sql("SELECT draft FROM writes").scalars()
    assert "Nowak" not in draft
    assert found in draft


def test_bookings_of_long_ago_lose_their_names_by_themselves(bridge: Terminal, sqlite_url: str) -> None:
    booked(bridge)
    with closing(Store(sqlite_url)) as store:
        for keep_days, later, is_named in ((None, 900, True), (400, 390, True), (400, 402, False)):
            now = datetime.now(UTC) + timedelta(days=later)
            privacy_chores(store, keep_days, lambda now=now: now)[FORGET_PAST]("")  # type: ignore[misc]
            with store.read() as connection:
                (attendee,) = connection.exec_driver_sql("SELECT attendee FROM bookings").scalars()
            assert ("Nowak" in attendee) is is_named
