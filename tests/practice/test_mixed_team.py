"""A team with a calendar at every kind of vendor: one story for all, and what goes wrong at the newer ones.

Another vendor joins by a `Desk` of its own in `everybody`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bridge.model import BookingState
from tests.cast.at_vendors import PATIENT
from tests.cast.clock import HALF_AN_HOUR, PresentClock, tomorrow_at
from tests.cast.config import read_toml, salon_toml
from tests.cast.desks import Desk, at_exchange, at_google, at_icloud, at_microsoft, embedded
from tests.cast.salon import Salon
from tests.exchange.account import WRITES
from tests.local.files import calendar, entry
from tests.practice.team import run_due
from tests.published.server import Link, LinkServer
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.common import Fault
from tests.vendors.exchange import FakeExchange
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

DAY = timedelta(days=1)
TEN, ELEVEN, TWO, THREE = (tomorrow_at(hour) for hour in (10, 11, 14, 15))


@pytest.fixture
def icloud() -> Iterator[ServedByICloud]:
    with ServedByICloud() as served:
        yield served


@pytest.fixture
def exchange() -> Iterator[FakeExchange]:
    with FakeExchange() as served:
        yield served


@pytest.fixture
def shifts() -> Iterator[LinkServer]:
    """A published calendar in which Eve is busy at two."""
    with LinkServer() as served:
        busy = entry(UID="shift", DTSTART=f"{TWO:%Y%m%dT%H%M%SZ}", DTEND=f"{THREE:%Y%m%dT%H%M%SZ}")
        served.links["/shifts.ics"] = Link(calendar(busy))
        yield served


@pytest.fixture
def open_desks(sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Salon]]:
    """Opens a salon of these desks; it knows no salon before, so the list for embedded ones is filled."""
    with ExitStack() as stack:

        def opened(*desks: Desk, embedded_in: list[Salon] | None = None) -> Salon:
            names = [desk.staff.name for desk in desks]
            text = salon_toml(
                sqlite_url,
                *(desk.staff for desk in desks),
                bridge=PATIENT,
                rest="".join(desk.section for desk in desks),
                visit=f"hosts = {json.dumps(names)}\ndefault = true",
            )
            salon = Salon(read_toml(text, tmp_path), clock=PresentClock())
            stack.callback(salon.bridge.stop)
            (embedded_in if embedded_in is not None else []).append(salon)
            salon.bridge.connections.keep_fresh()
            run_due(salon)  # which also reads what is published
            return salon

        yield opened


def follow(salon: Salon) -> None:
    salon.clock.turn(minutes=6)
    salon.bridge.connections.keep_fresh()
    run_due(salon)


def starts(desks: list[Desk]) -> list[list[datetime]]:
    """Return when the events begin in each calendar."""
    return [sorted(desk.events().values()) for desk in desks]


@pytest.fixture
def own_servers(
    icloud: ServedByICloud, exchange: FakeExchange, shifts: LinkServer
) -> tuple[ServedByICloud, FakeExchange, LinkServer]:
    return icloud, exchange, shifts


@pytest.fixture
def everybody(
    open_desks: Callable[..., Salon],
    tmp_path: Path,
    google: FakeGoogle,
    microsoft: FakeMicrosoft,
    own_servers: tuple[ServedByICloud, FakeExchange, LinkServer],
) -> tuple[Salon, list[Desk]]:
    """The salon of a desk at every vendor, and two embedded ones: of Dora, and of Eve with her shifts."""
    opened: list[Salon] = []
    icloud, exchange, shifts = own_servers
    plan = f'[ics.shifts]\nurl = "{shifts.url}/shifts.ics"\n'
    desks = [
        at_google(google, tmp_path),
        at_icloud(icloud),
        embedded("dora", opened),
        embedded("eve", opened, 'busy_calendars = ["local:eve", "ics:shifts"]', plan),
        at_exchange(exchange),
        at_microsoft(microsoft),
    ]
    every = tmp_path / "authorities.pem"  # whose certificates are believed is said once for all
    every.write_text("".join(Path(each.ca_bundle).read_text() for each in (microsoft, exchange)))
    desks[-1] = replace(desks[-1], section=desks[-1].section.replace(str(microsoft.ca_bundle), str(every)))
    return open_desks(*desks, embedded_in=opened), desks


def test_a_team_of_all_vendors_books_moves_cancels_and_follows(everybody: tuple[Salon, list[Desk]]) -> None:
    salon, desks = everybody
    those = [salon.booked("visit", f"caller {number}", TEN) for number in range(len(desks))]
    assert not salon.ask("visit", "one more", TEN).success
    assert starts(desks) == [[TEN]] * len(desks)
    told = [salon.ask("visit", f"later {number}", TWO).booking for number in range(len(desks))]
    at_two = [booking for booking in told if booking]
    assert "eve" not in [host for booking in at_two for host in booking.hosts]
    assert len(at_two) == len(desks) - 1
    for booking in at_two:
        assert salon.reception.cancel(booking).success
    follow(salon)
    for desk in desks:
        (event,) = desk.events()
        desk.move(event, THREE)
    follow(salon)
    assert {(each.interval.start, each.by_person) for each in salon.confirmed()} == {(THREE, True)}
    for booking in map(salon.booking, those):
        assert salon.reception.move(booking, ELEVEN).success
    follow(salon)
    assert starts(desks) == [[ELEVEN]] * len(desks)
    salon.is_consistent()
    for desk in desks[::2]:
        (event,) = desk.events()
        desk.delete(event)
    called = {desk.staff.name for desk in desks[1::2]}
    for booking in salon.confirmed():
        if set(booking.hosts) & called:
            assert salon.reception.cancel(booking).success
    for _ in range(3):  # a deletion rests before it cancels
        follow(salon)
    assert starts(desks) == [[]] * len(desks)
    assert {booking.state for booking in map(salon.booking, those)} == {BookingState.CANCELLED}
    assert salon.bridge.alerts.open() == []


_FAULTS = (
    Fault.RATE_429,
    Fault.UNAVAILABLE,
    Fault.DROP_AFTER,
    Fault.TRUNCATE,
    Fault.GARBAGE,
    Fault.UNAUTHORIZED,
)


@pytest.mark.parametrize("vendor", ["icloud", "exchange"])
def test_whatever_goes_wrong_at_a_server_its_events_are_the_bookings(
    open_desks: Callable[..., Salon], icloud: ServedByICloud, exchange: FakeExchange, vendor: str
) -> None:
    server, writes = (icloud, "write") if vendor == "icloud" else (exchange, WRITES)
    desk = at_icloud(icloud) if vendor == "icloud" else at_exchange(exchange)
    trusting = f'[network]\nca_file = "{exchange.ca_bundle}"\n'
    salon = open_desks(replace(desk, section=f"{desk.section}{trusting}"))

    def in_trouble(changes: Iterable[Callable[[], object]]) -> None:
        for fault, change in zip(_FAULTS, changes, strict=False):
            server.fail_next(fault, operation=writes, retry_after="1")
            change()
            salon.bridge.background.run_due()
            server.come_up()
            salon.clock.turn(minutes=2)
            salon.bridge.background.run_due()
        salon.settle()
        booked = sorted(booking.interval.start for booking in salon.confirmed())
        assert sorted(desk.events().values()) == booked

    starts_asked = [TEN + number * HALF_AN_HOUR for number in range(len(_FAULTS))]
    in_trouble(partial(salon.ask, "visit", f"caller {start}", start) for start in starts_asked)
    made = salon.confirmed()
    assert len(made) >= len(_FAULTS) / 2, "most are answered in the end"
    in_trouble(partial(salon.reception.move, each, each.interval.start + DAY) for each in made)
    in_trouble(partial(salon.reception.cancel, each) for each in salon.confirmed())
