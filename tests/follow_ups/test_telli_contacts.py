"""telli's contacts know their next appointment: written back under the names of the configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.booking.ledger import mark_no_show
from bridge.model import FollowUpState
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.vendors.telli import USUAL, FakeTelli

NOTHING = dict.fromkeys(USUAL)


@pytest.fixture
def telli() -> Iterator[FakeTelli]:
    with FakeTelli() as served:
        served.properties.add("termin")
        served.add_contact("kim", "crm-1")
        yield served


def opened(open_line: OpenLine, telli: FakeTelli, names: str = "") -> Line:
    back = f"[telli.write_back]\n{names}\n"
    return open_line(ANNA, BEN, telli=f'api_url = "{telli.url}"', rest=back)


def test_the_next_appointment_is_written_and_emptied(open_line_on_both: OpenLine, telli: FakeTelli) -> None:
    line = opened(open_line_on_both, telli)
    line.book(at(10), "kim")
    line.go_on()
    host = line.config.hosts[line.confirmed()[0].hosts[0]].name
    told = {"next_appointment_at": "2026-11-24T10:00:00.000Z", "appointment_status": "booked"}
    assert telli.written("kim") == {**NOTHING, **told, "appointment_host": host}
    line.bridge.reception.move(line.confirmed()[0], at(14))
    line.go_on()
    assert telli.written("kim")["next_appointment_at"] == "2026-11-24T14:00:00.000Z"
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert telli.written("kim") == {**NOTHING, "appointment_status": "cancelled"}


def test_of_several_appointments_the_next_is_told(open_line: OpenLine, telli: FakeTelli) -> None:
    line = opened(open_line, telli)
    line.book(at(10), "kim")
    line.clock.turn(hours=1)  # a booking a while ago, not the one to be replaced
    line.book(at(10, day=26), "kim")
    line.go_on()
    assert telli.written("kim")["next_appointment_at"] == "2026-11-24T10:00:00.000Z"
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert telli.written("kim")["next_appointment_at"] == "2026-11-26T10:00:00.000Z"
    assert telli.written("kim")["appointment_status"] == "booked"
    line.clock.turn(days=4)
    mark_no_show(line.bridge.context, line.confirmed()[0])
    line.go_on()
    assert telli.written("kim") == {**NOTHING, "appointment_status": "no_show"}


def test_a_contact_is_found_by_the_business_own_id(open_line: OpenLine, telli: FakeTelli) -> None:
    line = opened(open_line, telli, 'next_appointment_at = "termin"\nappointment_status = ""')
    line.book(at(10), "", payload={"external_contact_id": "crm-1"})
    line.book(at(12), "", payload={"external_contact_id": "crm-2"})  # telli knows nobody by it
    line.book(at(15), "")  # nobody
    line.go_on()
    assert telli.written("kim")["termin"] == "2026-11-24T10:00:00.000Z"
    assert "appointment_status" not in telli.written("kim")
    assert line.bridge.outbox.listed(FollowUpState.WAITING, FollowUpState.GIVEN_UP) == []


@pytest.mark.parametrize("fault", ["unavailable", "drop_after"])
def test_what_was_not_taken_is_written_later(open_line: OpenLine, telli: FakeTelli, fault: str) -> None:
    line = opened(open_line, telli)
    telli.fail_next(fault, operation="write contact")
    line.book(at(10), "kim")
    line.go_on()
    assert len(line.bridge.outbox.listed(FollowUpState.WAITING)) == 1
    line.go_on(minutes=2)
    assert telli.written("kim")["appointment_status"] == "booked"
    assert line.bridge.outbox.listed(FollowUpState.WAITING) == []


def test_properties_that_do_not_exist_are_given_up_and_a_refused_key_is_not(
    open_line: OpenLine, telli: FakeTelli
) -> None:
    line = opened(open_line, telli)
    telli.properties = set()
    line.book(at(10), "kim")
    line.go_on()
    [given_up] = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    assert given_up.why == "telli answered 400: do the properties of [telli.write_back] exist there?"
    telli.properties, telli.key = set(USUAL), "another"
    line.bridge.outbox.retry(given_up)
    line.go_on()
    [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
    assert waiting.why == "telli refuses the API key"


def test_nothing_is_written_where_nothing_is_named(open_line: OpenLine, telli: FakeTelli) -> None:
    line = open_line(ANNA, telli=f'api_url = "{telli.url}"')
    line.book(at(10), "kim")
    line.go_on()
    assert telli.requests == []
