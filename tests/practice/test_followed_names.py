"""What people do in a calendar of several names is followed as in one."""

from __future__ import annotations

from bridge.booking.deletions import decide, waiting
from bridge.booking.follow import follow_calendar
from bridge.booking.look import look
from bridge.model import BookingState, CalendarName
from bridge.store.sql import deletions
from tests.cast.clock import tomorrow_at
from tests.cast.config import Staff
from tests.practice.team import ANNA, BEN, TEAM, OpenTeam, run_due, team_at
from tests.vendors.google import FakeGoogle

EVA = "eva@example.com"
CALLERS = [("anna", 10), ("anna", 11), ("ben", 12), ("ben", 13)]


def test_deletions_in_a_common_calendar_count_together_whatever_name_it_was_booked_by(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    salon = open_team(*team_at(google))
    made = [salon.booked(f"{who}s", who + str(hour), tomorrow_at(hour)) for who, hour in CALLERS]
    run_due(salon)
    for event in google.events(TEAM):
        google.delete_event(TEAM, event["id"])
    salon.clock.turn(minutes=6)
    run_due(salon)
    salon.clock.turn(minutes=2)
    run_due(salon)
    assert {salon.booking(each).state for each in made} == {BookingState.CONFIRMED}
    ((name, count),) = waiting(salon.bridge.context).items()
    assert (name.calendar, count) == (TEAM, 4)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"deletions:google:{TEAM}"]
    other = next(each for each in salon.calendars() if each != name)
    assert len(decide(salon.bridge.context, other, accept=True)) == 4
    run_due(salon)
    assert {salon.booking(each).state for each in made} == {BookingState.CANCELLED}
    assert not salon.bridge.alerts.open()


def test_what_one_account_sees_of_an_event_is_followed_for_the_other(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    anna, _ = names = [CalendarName("google", each, TEAM) for each in (ANNA, BEN)]
    salon = open_team(*team_at(google))
    booking = salon.booked("bens", "kim", tomorrow_at(10))
    run_due(salon)  # now it is known that they mean one calendar
    for name in names:
        follow_calendar(salon.bridge.context, name, salon.patience())
    (event,) = google.events(TEAM)
    google.delete_event(TEAM, event["id"])
    follow_calendar(salon.bridge.context, anna, salon.patience())
    with salon.bridge.store.read() as connection:
        assert deletions.get(connection, booking.id)


def test_a_calendar_of_two_names_is_searched_once(open_team: OpenTeam, google: FakeGoogle) -> None:
    google.add_account(EVA, [TEAM])
    salon = open_team(
        Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"),
        Staff("fritz", "00:00-24:00", calendar=f"google:{EVA}/{EVA}"),
    )
    assert salon.offered("evas") and salon.offered("fritzs")
    booking = salon.booked("evas", "kim", tomorrow_at(10))
    (event,) = google.events(EVA)
    google.delete_event(EVA, event["id"])
    google.requests.clear()
    look(salon.bridge.context, booking.id, salon.patience())
    assert google.operations().count("events.list") == 2, "the main calendar and the team's"


def test_an_event_put_into_a_calendar_that_another_host_checks_claims_it(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    _, ben = team_at(google)
    salon = open_team(Staff("anna", "00:00-24:00", calendar=f"google:{ANNA}/primary"), ben)
    assert salon.offered("bens")
    booking = salon.booked("annas", "kim", tomorrow_at(10))
    (event,) = google.events(ANNA)
    google.lag(TEAM)
    google.put_elsewhere(ANNA, event["id"], TEAM)
    look(salon.bridge.context, booking.id, salon.patience())
    assert salon.booking(booking).calendar == CalendarName("google", ANNA, TEAM)
    assert not salon.ask("bens", "lee", tomorrow_at(10)).success
