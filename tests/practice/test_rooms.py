"""Rooms at Google and Microsoft: invited by the event where its vendor can do that, else entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT, PATIENT, google_section, microsoft_section
from tests.cast.clock import HALF_AN_HOUR, PresentClock, tomorrow_at
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.practice.team import run_due
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.microsoft import FakeMicrosoft

ROOM = "room1@resource.calendar.google.com"
MAILBOX = "room2@contoso.example.com"
LONG = "duration_minutes = 60\nstart_increment_minutes = 30"
IN_MAILBOX = 'hosts = ["ben"]\nresources = [["room2"]]'
TEN, ELEVEN, THREE = tomorrow_at(10), tomorrow_at(11), tomorrow_at(15)


class OpenHouse(Protocol):
    """Opens the salon with a room at each vendor, beside its hosts."""

    def __call__(self, **event_types: str) -> Salon: ...


@pytest.fixture
def open_house(
    sqlite_url: str, tmp_path: Path, google: FakeGoogle, microsoft: FakeMicrosoft
) -> Iterator[OpenHouse]:
    google.add_account(ANNA_GOOGLE, [ROOM])
    microsoft.add_account(BEN_MICROSOFT)
    microsoft.add_account(MAILBOX, room=True)
    staff = (
        Staff("anna", "00:00-24:00", calendar=f"google:{ANNA_GOOGLE}/primary"),
        Staff("ben", "00:00-24:00", calendar=f"microsoft:{BEN_MICROSOFT}/calendar"),
    )
    rooms = (
        f'[resources.room1]\nname = "Room 1"\ncalendar = "google:{ANNA_GOOGLE}/{ROOM}"\n'
        f'[resources.room2]\nname = "Room 2"\ncalendar = "microsoft:{BEN_MICROSOFT}/schedule:{MAILBOX}"\n'
    )
    rest = f"{rooms}{google_section(google, tmp_path)}{microsoft_section(microsoft)}"
    with ExitStack() as stack:

        def opened(**event_types: str) -> Salon:
            text = salon_toml(sqlite_url, *staff, bridge=PATIENT, rest=rest, **event_types)
            salon = Salon(read_toml(text, tmp_path), clock=PresentClock())
            stack.callback(salon.bridge.stop)
            salon.bridge.connections.keep_fresh()
            return salon

        yield opened


def follow(salon: Salon) -> None:
    for _ in range(2):
        salon.clock.turn(minutes=6)
        salon.bridge.connections.keep_fresh()
        run_due(salon)


def alerts(salon: Salon) -> list[str]:
    """Return what open alerts are about."""
    return sorted(each.key.partition(":")[0] for each in salon.bridge.alerts.open())


def test_a_room_of_the_organisers_vendor_is_invited_and_follows(
    open_house: OpenHouse, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_house(visit=f'hosts = ["anna"]\nresources = [["room1"]]\n{LONG}', colour=IN_MAILBOX)
    first, second = salon.booked("visit", "kim", TEN), salon.booked("colour", "lee", TEN)
    follow(salon)
    (event,) = google.events(ANNA_GOOGLE)
    assert [(each["email"], each["resource"]) for each in event["attendees"]] == [(ROOM, True)]
    (taken,) = google.events(ROOM)
    assert (taken["id"], "extendedProperties" in taken) == (event["id"], False), "no entry of its own"
    (item,) = microsoft.world.account(BEN_MICROSOFT).default.live()
    assert [each["type"] for each in item.attendees] == ["resource"]
    assert item.location == "Room 2"
    assert [each["start"] for each in microsoft.events(MAILBOX)] == [TEN]
    assert alerts(salon) == []
    # Its own copy in the room is in nobody's way.
    assert salon.reception.move(first, TEN + HALF_AN_HOUR).success, "by less than its length"
    assert salon.reception.move(second, ELEVEN).success
    follow(salon)
    assert [event["start"] for event in microsoft.events(MAILBOX)] == [ELEVEN]
    assert alerts(salon) == []
    for booking in (first, second):
        salon.reception.cancel(salon.booking(booking))
    follow(salon)
    assert (google.events(ROOM), microsoft.events(MAILBOX)) == ([], [])


def test_a_room_that_declines_is_told_until_it_takes_the_appointment(
    open_house: OpenHouse, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_house(visit='hosts = ["anna"]\nresources = [["room1"]]', colour=IN_MAILBOX)
    google.lag(ROOM)
    google.add_event(ROOM, TEN, TEN + HALF_AN_HOUR)  # by somebody else, in the same moment
    first, second = salon.booked("visit", "kim", TEN), salon.booked("colour", "lee", TEN)
    follow(salon)
    (alert,) = salon.bridge.alerts.open()
    assert alert.key == f"room_declined:{first.id}/room1"
    assert alert.text.startswith("Room 1 does not take the appointment on")
    (item,) = microsoft.world.account(BEN_MICROSOFT).default.live()
    microsoft.change_event(BEN_MICROSOFT, item.id, attendees=[])  # who looks after the room took it off
    assert salon.reception.move(first, ELEVEN).success
    follow(salon)
    assert [each.key for each in salon.bridge.alerts.open()] == [f"room_declined:{second.id}/room2"]
    salon.reception.cancel(salon.booking(second))
    salon.clock.turn(hours=2)
    follow(salon)
    assert salon.bridge.alerts.open() == []
    assert [booking.id for booking in salon.confirmed()] == [first.id]


def test_a_room_that_cannot_be_invited_is_entered_as_long_as_that_is_so(
    open_house: OpenHouse, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_house(
        visit='hosts = ["anna"]\nresources = [["room1"]]',
        elsewhere='hosts = ["ben"]\nresources = [["room1"]]',
    )
    google.fail_next(Fault.QUOTA, operation="events.insert")
    booking = salon.booked("visit", "kim", TEN)
    other = salon.booked("elsewhere", "lee", ELEVEN)
    follow(salon)
    assert [event["extendedProperties"]["private"]["booking_id"] for event in google.events(ROOM)] == [
        f"{booking.id}/room1",
        f"{other.id}/room1",
    ], "at another vendor always"
    assert salon.reception.move(booking, THREE).success
    follow(salon)
    first, second = google.events(ROOM)
    assert (first["extendedProperties"]["private"]["booking_id"], "extendedProperties" in second) == (
        f"{other.id}/room1",
        False,
    ), "invited with its next change"
