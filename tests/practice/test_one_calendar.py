"""One calendar under several names: it is booked once, and asked once, whatever it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import insert

from bridge.booking.read_back import read_back
from bridge.model import Attendee
from bridge.service.check import findings
from bridge.service.findings import Verdict
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from bridge.store.sql import identities
from bridge.store.tables import booking_hosts
from providers.base import Interval
from tests.cast.at_vendors import google_section, microsoft_section
from tests.cast.clock import HALF_AN_HOUR, PresentClock, tomorrow_at
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.cast.server import running
from tests.practice.team import ANNA, BEN, TEAM, OpenTeam, alone, run_due, team_at
from tests.store.rows import add_booking, add_claim
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.microsoft import FakeMicrosoft
from tests.zygote import Zygote

EVA, DORA = "eva@example.com", "dora@contoso.example.com"
PATIENT = "book_deadline_seconds = 50"
OWN = 'busy_calendars = ["google:{}/primary"]'


def test_callers_at_once_book_no_slot_of_a_common_calendar_twice(
    zygote: Zygote, google: FakeGoogle, microsoft: FakeMicrosoft, store_url: str, tmp_path: Path
) -> None:
    google.add_account(EVA)
    microsoft.add_account(DORA)
    own_id = next(iter(microsoft.world.account(DORA).calendars))
    staff = [
        *team_at(google),
        Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"),
        Staff("fritz", "00:00-24:00", calendar=f"google:{EVA}/{EVA}"),
        Staff("dora", "00:00-24:00", calendar=f"microsoft:{DORA}/calendar"),
        Staff("gert", "00:00-24:00", calendar=f"microsoft:{DORA}/{own_id}"),
    ]
    names = [each.name for each in staff]
    sections = google_section(google, tmp_path) + microsoft_section(microsoft)
    config = salon_toml(store_url, *staff, bridge=PATIENT, rest=sections, **alone(*names))
    for calendar in (TEAM, EVA):
        google.lag(calendar)  # of what the others write, free/busy tells nothing
    slots = [tomorrow_at(8) + n * HALF_AN_HOUR for n in range(16)]
    with running(zygote, config, tmp_path / "server") as server:
        for pair in (names[:2], names[2:4], names[4:]):
            told = server.post_each_at_once(
                [
                    (f"/{host}s/book", {"contact_id": f"{host} {slot}", "start_iso": slot.isoformat()})
                    for slot in slots
                    for host in pair
                ]
            )
            assert Counter(str(answer["status"]) for answer in told) == {"success": 16, "failed": 16}
    for events in (google.events(TEAM), google.events(EVA)):
        assert starts(events) == slots
    assert sorted(event["start"] for event in microsoft.events(DORA)) == slots


def starts(events: list[dict[str, dict[str, str]]]) -> list[datetime]:
    return [datetime.fromisoformat(event["start"]["dateTime"]) for event in events]


def test_what_one_booked_is_taken_for_the_other_while_free_busy_lags(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    salon = open_team(*team_at(google))
    google.lag(TEAM)
    bens = salon.event_type("bens")
    last = salon.reception.offer(bens).slots[-1].start
    salon.booked("annas", "kim", last)
    assert not salon.ask("bens", "lee", last).success
    assert last not in [slot.start for slot in salon.reception.offer(bens).slots]
    assert salon.ask("bens", "lee", tomorrow_at(11)).success


def test_two_names_of_a_calendar_are_one_question(open_team: OpenTeam, google: FakeGoogle) -> None:
    google.add_account(EVA)
    salon = open_team(
        *team_at(google),
        Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"),
        Staff("fritz", "00:00-24:00", calendar=f"google:{EVA}/{EVA}"),
    )
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    google.requests.clear()
    for event_type in ("annas", "bens", "evas", "fritzs"):
        assert salon.offered(event_type)
    assert google.operations() == ["freebusy.query"] * 2


def test_an_account_that_is_cut_off_hides_a_calendar_from_its_own_host_alone(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    salon = open_team(*team_at(google))
    google.share(TEAM, ANNA, "none")
    busy = salon.bridge.context.availability.busy(
        ["anna", "ben"], Interval(tomorrow_at(8), tomorrow_at(20)), deadline=salon.patience()
    )
    assert busy.by_host == {"anna": None, "ben": ()}


def test_hosts_who_only_write_into_a_calendar_do_not_block_each_other(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    anna, ben = team_at(google)
    salon = open_team(
        Staff("anna", "00:00-24:00", OWN.format(ANNA), anna.calendar),
        Staff("ben", "00:00-24:00", OWN.format(BEN), ben.calendar),
    )
    bookings = [
        salon.booked("annas", "kim", tomorrow_at(10)),
        salon.booked("bens", "lee", tomorrow_at(10)),
    ]
    assert [claim.checked for each in bookings for claim in salon.claims(each)] == [None, None]
    salon.bridge.background.run_due()
    assert not salon.bridge.alerts.open(), "this is what the owner set up"


def test_of_a_pair_only_who_checks_the_calendar_is_kept_out_of_what_the_other_writes(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    anna, ben = team_at(google)
    salon = open_team(anna, Staff("ben", "00:00-24:00", OWN.format(BEN), ben.calendar))
    google.lag(TEAM)
    salon.booked("bens", "kim", tomorrow_at(10))
    assert not salon.ask("annas", "lee", tomorrow_at(10)).success
    salon.booked("annas", "max", tomorrow_at(11))
    assert salon.ask("bens", "zoe", tomorrow_at(11)).success


def test_a_calendar_of_which_it_is_not_known_which_it_is_is_unknown(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    google.add_account(EVA)
    salon = open_team(Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"))
    google.fail_next(Fault.UNAVAILABLE, operation="calendarList.get", times=None)
    assert not salon.offered("evas")
    assert not salon.ask("evas", "kim", tomorrow_at(10)).success
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"read:google:{EVA}/primary"]
    google.come_up()
    assert salon.ask("evas", "kim", tomorrow_at(10)).success
    assert not salon.bridge.alerts.open()


def test_an_account_that_may_not_list_its_calendars_is_known_by_its_address(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    google.add_account(EVA)
    salon = open_team(
        Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"),
        Staff("fritz", "00:00-24:00", calendar=f"google:{EVA}/{EVA}"),
    )
    google.fail_next(Fault.SCOPE, operation="calendarList.get", times=None)
    google.lag(EVA)
    salon.booked("evas", "kim", tomorrow_at(10))
    assert not salon.ask("fritzs", "lee", tomorrow_at(10)).success


def test_another_booking_over_the_same_time_is_reported_when_it_is_read_back(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    salon = open_team(*team_at(google))
    mine = salon.booked("annas", "kim", tomorrow_at(10))
    other = salon.booked("bens", "lee", tomorrow_at(11))
    (event,) = [event for event in google.events(TEAM) if starts([event]) == [tomorrow_at(11)]]
    google.move_event(TEAM, event["id"], tomorrow_at(10), tomorrow_at(10) + HALF_AN_HOUR)
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    assert salon.booking(other).interval.start == tomorrow_at(10)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{other.id}"]
    read_back(salon.bridge.context, mine.id, salon.patience())
    assert {alert.key for alert in salon.bridge.alerts.open()} == {
        f"overlap:{each.id}" for each in (mine, other)
    }
    assert [claim.checked is None for each in (mine, other) for claim in salon.claims(each)] == [False, True]


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database as it was before identities were kept."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/old.db"
        else:
            url = stack.enter_context(request.getfixturevalue("postgres").database())
        migrate(url, to="0005")
        yield url


def test_bookings_that_turn_out_to_overlap_stay_and_are_alerted_and_others_go_on(
    old_url: str, tmp_path: Path, google: FakeGoogle
) -> None:
    google.add_account(EVA)
    names = {"eva": f"google:{EVA}/primary", "fritz": f"google:{EVA}/{EVA}"}
    with closing(Store(old_url)) as store, store.write() as connection:
        for number, (host, calendar) in enumerate(names.items()):
            begin, end = tomorrow_at(10), tomorrow_at(10, 30)
            where = {"starts_at": begin, "ends_at": end, "calendar": calendar, "attendee": asdict(Attendee())}
            made_at = tomorrow_at(0) - timedelta(days=2 - number)
            add_booking(connection, host, state="confirmed", made_at=made_at, event_type=f"{host}s", **where)
            connection.execute(insert(booking_hosts).values(booking_id=host, position=0, host=host))
            add_claim(connection, host, begin, end, host=host, calendar=calendar)
    migrate(old_url)
    google.fail_next(Fault.UNAVAILABLE, operation="calendarList.get", times=None)
    staff = [Staff(host, "00:00-24:00", calendar=name) for host, name in names.items()]
    text = salon_toml(old_url, *staff, rest=google_section(google, tmp_path), **alone(*names))
    salon = Salon(read_toml(text, tmp_path), clock=PresentClock())

    salon.bridge.connections.keep_fresh()
    assert salon.ask("evas", "kim", tomorrow_at(11)).success, "what could be booked before still can"
    run_due(salon)
    assert not salon.bridge.alerts.open()
    google.come_up()
    salon.clock.turn(minutes=2)
    run_due(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == ["overlap:fritz"]
    checked = {each.id: [claim.checked for claim in salon.claims(each)] for each in salon.confirmed()}
    assert checked.pop("fritz") == [None]
    assert set(map(tuple, checked.values())) == {(f"google:{EVA}",)}
    assert not salon.ask("fritzs", "lee", tomorrow_at(11)).success
    salon.bridge.stop()


def test_a_calendar_whose_vendor_calls_it_something_else_one_day_is_known_by_that(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    google.add_account(EVA)
    salon = open_team(
        Staff("eva", "00:00-24:00", calendar=f"google:{EVA}/primary"),
        Staff("fritz", "00:00-24:00", calendar=f"google:{EVA}/{EVA}"),
    )
    with salon.bridge.store.write() as connection:  # as it was before the account got its address
        for name in salon.calendars():
            identities.put(connection, name, f"google:former-{name.calendar}@example.com")
    run_due(salon)
    google.lag(EVA)
    salon.booked("evas", "kim", tomorrow_at(15))
    salon.clock.turn(days=1, minutes=1)
    salon.bridge.connections.keep_fresh()
    run_due(salon)
    assert not salon.ask("fritzs", "lee", tomorrow_at(15)).success
    assert not salon.bridge.alerts.open()


def test_the_check_asks_accounts_at_once_and_says_which_names_are_one_calendar(
    open_team: OpenTeam, google: FakeGoogle
) -> None:
    salon = open_team(*team_at(google), Staff("carl", calendar=f"google:{ANNA}/{ANNA}"))
    both, have_met = Barrier(2), Event()

    def together(_seconds: float) -> None:
        if not have_met.is_set():
            both.wait(30)
            have_met.set()

    google.set_latency(1, together)
    google.requests.clear()
    told: list[tuple[int, int]] = []
    found = list(findings(salon.config, salon.bridge.context, progress=lambda *more: told.append(more)))
    said = {each.subject: each.text for each in found}
    assert "one calendar" in said[f"google:{ANNA}/{TEAM} = google:{BEN}/{TEAM}"]
    assert Verdict.FAILED not in {each.verdict for each in found}
    asked = Counter(google.operations())
    assert (asked["freebusy.query"], asked["calendarList.list"]) == (2, 2)
    assert sorted(told) == [(1, 3), (2, 3)]
