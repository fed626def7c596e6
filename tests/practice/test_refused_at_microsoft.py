"""What Microsoft refuses, by its real answers: what the owner reads of it, and what becomes of a double."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast.at_vendors import BEN_MICROSOFT
from tests.cast.clock import HALF_AN_HOUR, tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.practice.team import alerted
from tests.vendors.microsoft import FakeMicrosoft, Fault

TEN = tomorrow_at(10)


@pytest.mark.parametrize(
    ("operation", "planned", "says"),
    [
        ("calendarView", {"fault": Fault.ACCESS}, "An administrator must approve the bridge: https://"),
        ("calendarView", {"fault": Fault.NO_MAILBOX}, "has no mailbox that the bridge can reach"),
        ("calendarView", {"fault": Fault.RATE_429, "retry_after": "60"}, "The vendor asks for patience"),
        (
            "token",
            {"fault": Fault.AADSTS, "code": 90094},
            "An administrator must approve the bridge: https://",
        ),
        ("events.create", {"fault": Fault.ACCESS}, "An administrator must approve the bridge: https://"),
        ("events.create", {"fault": Fault.NO_MAILBOX}, "has no mailbox that the bridge can reach"),
        ("events.create", {"fault": Fault.RATE_429, "retry_after": "120"}, "The vendor asks for patience"),
    ],
)
def test_the_owner_reads_what_a_refusal_of_microsofts_asks_for(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft, operation: str, planned: dict[str, Any], says: str
) -> None:
    salon = open_at_vendors(microsoft=microsoft)
    if operation != "token":  # else the account is met, and its one refusal is the one meant
        assert salon.reception.offer(salon.event_type(None)).slots
    microsoft.fail_next(planned.pop("fault"), operation=operation, times=None, **planned)
    assert not salon.book("kim", TEN).success
    assert says in alerted(salon)


def test_two_events_that_microsoft_made_of_one_request_are_reduced_to_one(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(microsoft=microsoft)
    assert salon.book("kim", TEN).success
    (event,) = microsoft.world.account(BEN_MICROSOFT).default.live()
    double = microsoft.add_event(
        BEN_MICROSOFT,
        TEN,
        TEN + HALF_AN_HOUR,
        transaction=event.transaction,
        properties=dict(event.properties),
    )
    salon.settle()
    (left,) = microsoft.events(BEN_MICROSOFT)
    assert left["id"] != double
    salon.is_consistent()
