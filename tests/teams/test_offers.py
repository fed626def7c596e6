"""What a team has on offer: what all fixed hosts share with one host of each group, the whole slot long."""

from __future__ import annotations

from tests.cast.clock import MONDAY, TEN
from tests.cast.config import ANNA, BEN, CARL, EVERY_START, Staff
from tests.cast.fixtures import OpenSalon
from tests.vendors.unruly import Trouble

AN_HOUR = f"duration_minutes = 60\n{EVERY_START}"
TRIO = f'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]\n{EVERY_START}'


def morning(*names: str) -> list[Staff]:
    """Return hosts who are there from 10:00 to 11:30."""
    return [Staff(name, "10:00-11:30") for name in names]


def test_a_team_offers_what_its_fixed_hosts_share_with_one_of_the_group(open_salon: OpenSalon) -> None:
    salon = open_salon(*morning("anna", "ben", "carl"), visit=f"{TRIO}\nhorizon_days = 0")
    assert salon.offered("visit") == ["10:00", "10:30", "11:00"]
    salon.busy("ben", TEN, 90)  # carl is there
    assert salon.offered("visit") == ["10:00", "10:30", "11:00"]
    salon.busy("carl", TEN, 40)
    assert salon.offered("visit") == ["11:00"]
    salon.busy("anna", TEN.replace(hour=11), 5)
    assert not salon.offered("visit")


def test_groups_offer_when_one_of_each_is_there(open_salon: OpenSalon) -> None:
    groups = f'groups = [["anna", "ben"], ["carl"]]\n{EVERY_START}'
    salon = open_salon(*morning("anna", "ben", "carl"), visit=groups)
    salon.busy("anna", TEN, 30)
    salon.busy("ben", TEN.replace(minute=30), 60)
    salon.busy("carl", TEN.replace(hour=11), 30)
    assert salon.offered("visit") == ["10:00", "10:30"]


def test_fixed_hosts_and_groups_offer_what_all_of_them_share(open_salon: OpenSalon) -> None:
    lines = f'fixed_hosts = ["anna"]\ngroups = [["ben"], ["carl", "dora"]]\n{EVERY_START}'
    salon = open_salon(*morning("anna", "ben", "carl", "dora"), visit=lines)
    salon.busy("anna", TEN, 30)
    salon.busy("carl", TEN, 90)
    salon.busy("dora", TEN.replace(hour=11), 30)
    assert salon.offered("visit") == ["10:30"]


def test_an_hour_that_two_hosts_only_have_together_is_not_offered(open_small: OpenSalon) -> None:
    either = f'hosts = ["anna", "ben"]\n{AN_HOUR}'
    salon = open_small(Staff("anna", "10:00-10:30"), Staff("ben", "10:30-11:00"), visit=either)
    assert not salon.offered("visit")
    assert not salon.ask("visit", "kim", TEN).success


def test_hosts_in_berlin_and_kolkata_have_common_starts(open_salon: OpenSalon) -> None:
    """09:00 to 17:00 in Kolkata is 04:30 to 12:30 in Berlin, where anna begins at 09:00."""
    salon = open_salon(
        Staff("anna", "09:00-17:00", 'timezone = "Europe/Berlin"'),
        Staff("ben", "09:00-17:00", 'timezone = "Asia/Kolkata"'),
        both=f'fixed_hosts = ["anna", "ben"]\ntimezone = "Europe/Berlin"\n{AN_HOUR}',
        either=f'hosts = ["anna", "ben"]\ntimezone = "Asia/Kolkata"\n{AN_HOUR}',
    )
    assert salon.offered("both") == ["09:00", "10:00", "11:00"]
    assert salon.booked("both", "kim", MONDAY.replace(hour=8)).hosts == ("anna", "ben")
    assert not salon.ask("both", "lee", MONDAY.replace(hour=12)).success  # 17:30 in Kolkata
    assert salon.booked("either", "max", TEN.replace(hour=13, minute=30)).hosts == ("anna",)  # 19:00 for ben


def test_limits_are_each_hosts_own(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=f'hosts = ["anna", "ben"]\nmax_bookings_per_day = 1\n{EVERY_START}')
    first = salon.booked("visit", "kim", TEN)
    assert len(salon.offered("visit")) == 24  # anna is full, ben has the whole day
    second = salon.booked("visit", "lee", TEN.replace(hour=15))
    assert {*first.hosts, *second.hosts} == {"anna", "ben"}
    assert not salon.ask("visit", "max", TEN.replace(hour=18)).success
    assert salon.booked("visit", "max", TEN.replace(day=24)).hosts == ("anna",)


def test_a_fixed_hosts_limit_is_the_teams(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=f"{TRIO}\nmax_bookings_per_week = 1")
    salon.booked("visit", "kim", TEN)
    assert not salon.ask("visit", "lee", TEN.replace(day=26)).success
    assert salon.booked("visit", "max", TEN.replace(day=30)).hosts[0] == "anna"


def test_an_unknown_host_leaves_the_round_robin(open_salon: OpenSalon) -> None:
    lines = f'hosts = ["anna", "ben"]\n{EVERY_START}'
    salon = open_salon(Staff("anna", calendar="google:anna@example.com/primary"), BEN, visit=lines)
    assert len(salon.offered("visit")) == 24
    assert salon.booked("visit", "kim", TEN).hosts == ("ben",)
    assert not salon.ask("visit", "lee", TEN).success


def test_an_unknown_fixed_host_leaves_nothing_to_offer(open_small: OpenSalon) -> None:
    salon = open_small(Staff("anna", calendar="google:anna@example.com/primary"), BEN, CARL, visit=TRIO)
    assert not salon.offered("visit")
    refusal = salon.ask("visit", "kim", TEN)
    assert refusal.reason == "The calendar cannot be reached right now. Please try again in a moment."
    assert not salon.bookings()


def test_a_busy_fixed_host_is_no_question_of_unknown_ones(open_small: OpenSalon) -> None:
    """Ben could not be asked, but with anna busy it does not matter."""
    salon = open_small(
        ANNA,
        Staff("ben", calendar="google:ben@example.com/primary"),
        visit='fixed_hosts = ["anna", "ben"]',
    )
    salon.busy("anna", TEN)
    assert salon.ask("visit", "kim", TEN).reason.startswith("Appointment slot is no longer available")


def test_a_start_outside_a_fixed_hosts_hours_is_not_offered(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, Staff("ben", "14:00-18:00"), visit='fixed_hosts = ["ben"]\nhosts = ["anna"]')
    assert salon.ask("visit", "kim", TEN).reason.startswith("Appointments are not offered at that time")


def test_a_silent_calendar_of_a_team_is_asked_again_the_next_time(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, CARL, visit=TRIO)
    salon.plan.reads.append(Trouble.DOWN)
    assert not salon.offered("visit")
    assert salon.offered("visit")
