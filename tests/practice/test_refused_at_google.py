"""What Google refuses, by its real answers: what the owner reads of it, and that nobody is offered there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast.at_vendors import ROBOT
from tests.cast.clock import tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.practice.team import alerted
from tests.vendors.google import FakeGoogle, Fault


@pytest.mark.parametrize(
    ("operation", "fault", "says"),
    [
        ("freebusy.query", Fault.API_OFF, "The Google Calendar API is not switched on in the Cloud project"),
        ("freebusy.query", Fault.FORBIDDEN, "let the calendar's owner share it with anna@example.com"),
        ("events.insert", Fault.API_OFF, "The Google Calendar API is not switched on in the Cloud project"),
        ("events.insert", Fault.FORBIDDEN, "let the calendar's owner share it with anna@example.com"),
        ("events.insert", Fault.QUOTA, "The vendor asks for patience"),
        ("events.insert", Fault.NOT_FOUND, "has no such calendar"),
        ("token", None, "Delegation is not granted for these scopes: https://"),
    ],
)
def test_the_owner_reads_what_a_refusal_of_googles_asks_for(
    open_at_vendors: OpenThere, google: FakeGoogle, operation: str, fault: Fault | None, says: str
) -> None:
    salon = open_at_vendors(google=google)
    if fault is None:  # the administrator allows the service account something else
        robots = google.sign_in.service_accounts
        robots[ROBOT] = replace(robots[ROBOT], scopes=frozenset({"https://mail.google.com/"}))
    else:
        assert salon.reception.offer(salon.event_type(None)).slots  # met: its one refusal is the one meant
        google.fail_next(fault, operation=operation, times=None)
    assert not salon.book("kim", tomorrow_at(10)).success
    assert says in alerted(salon)
    assert not salon.reception.offer(salon.event_type(None)).slots
