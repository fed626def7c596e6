"""An address whose domain takes no mail is told to the owner, behind the call, and changes nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.cast.clock import HALF_AN_HOUR, TEN
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenSalon
from tests.cast.names import Names, name_server
from tests.cast.unruly import UnrulySalon


@pytest.fixture
def names() -> Iterator[Names]:
    with name_server() as served:
        yield served


@pytest.fixture
def salon(open_small: OpenSalon, names: Names) -> UnrulySalon:
    return open_small(ANNA, around={"make_resolver": names.resolver})


@pytest.fixture
def alerts(salon: UnrulySalon) -> Callable[[], list[str]]:
    def told() -> list[str]:
        salon.bridge.background.run_due()
        return [alert.text for alert in salon.bridge.alerts.open()]

    return told


Told = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("records", "is_told"),
    [
        (None, True),
        ({"MX": ["10 mx.example.net."]}, False),
        ({"MX": ["0 ."]}, True),
        ({"A": ["192.0.2.1"]}, False),
        ({"AAAA": ["2001:db8::1"]}, False),
        ({"TXT": ['"nothing else"']}, True),
    ],
)
def test_what_dns_says_of_a_domain(
    salon: UnrulySalon, names: Names, alerts: Told, records: dict[str, list[str]] | None, is_told: bool
) -> None:
    if records is not None:
        names.records["kim.muster.de"] = records
    assert salon.book("kim", TEN, email="kim@kim.muster.de").success
    assert len(alerts()) == is_told
    assert len(salon.confirmed()) == 1
    assert salon.confirmed()[0].attendee.email == "kim@kim.muster.de"
    assert salon.guests(salon.confirmed()[0]) == ["kim@kim.muster.de"]


def test_the_owner_reads_which_appointment_it_is(salon: UnrulySalon, alerts: Told) -> None:
    salon.book("kim", TEN, email="kim@kim.muster.de")
    [told] = alerts()
    assert told == (
        "The e-mail address given for the appointment on Monday, November 23 at 10:00 AM in local:anna "
        "cannot be right: its domain takes no mail, so no invitation arrives. Ask for another before the "
        "appointment."
    )


@pytest.mark.parametrize("correction", ["kim@gmail.com", "kim@posteo.de", "kim@right.muster.de"])
def test_a_corrected_address_closes_the_alert(
    salon: UnrulySalon, names: Names, alerts: Told, correction: str
) -> None:
    names.records["right.muster.de"] = {"MX": ["10 mx.example.net."]}
    salon.book("kim", TEN, email="kim@kim.muster.de")
    assert len(alerts()) == 1
    assert salon.book("kim", TEN + HALF_AN_HOUR, email=correction).success
    assert alerts() == []


def test_a_cancelled_appointment_closes_the_alert(salon: UnrulySalon, alerts: Told) -> None:
    salon.book("kim", TEN, email="kim@kim.muster.de")
    assert len(alerts()) == 1
    salon.reception.cancel(salon.confirmed()[0])
    salon.bridge.plan_standing()
    assert alerts() == []


def test_a_resolver_that_fails_or_knows_nothing_out_there_is_no_verdict(
    salon: UnrulySalon, names: Names, alerts: Told
) -> None:
    names.is_broken = True
    salon.book("kim", TEN, email="kim@kim.muster.de")
    assert alerts() == []
    names.is_broken = False
    del names.records["gmail.com"]
    salon.clock.turn(minutes=11)
    assert alerts() == []
    names.records["gmail.com"] = {"MX": ["5 mx.example.net."]}
    salon.clock.turn(minutes=11)
    assert len(alerts()) == 1


@pytest.mark.parametrize("email", ["kim@gmail.com", "kim@example.org", "kim@mail.example.com", ""])
def test_of_a_known_domain_nobody_is_asked(
    salon: UnrulySalon, names: Names, alerts: Told, email: str
) -> None:
    salon.book("kim", TEN, email=email)
    assert (alerts(), names.asked) == ([], [])
