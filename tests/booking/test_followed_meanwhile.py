"""A calendar is followed in the moment in which a booking into it commits: neither overlooks the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import count

from bridge.booking.follow import follow_calendar
from bridge.errors import StoreUnavailable
from tests.cast.clock import TEN
from tests.cast.config import ANNA, salon_config
from tests.cast.salon import Salon
from tests.store.databases import wait_until_blocked
from tests.vendors.inbox import FakeInbox


def test_what_was_entered_beside_a_booking_that_is_being_committed_alerts(postgres_url: str) -> None:
    ids = count()
    happening: list[Callable[[], object]] = []
    followed: list[Future[object]] = []

    def new_id() -> str:
        # Of a booking: its turn's, its own, its owner's, and within its commit that of what is told of it.
        if happening:
            happening.pop(0)()
        return f"{next(ids):032x}"

    def enter() -> None:
        left, happening[:] = list(happening), []
        salon.busy("anna", TEN)
        happening[:] = left

    def follow_at_last() -> object:
        while True:
            with suppress(StoreUnavailable):  # on a machine that stands still the lock is waited for in vain
                return follow_calendar(salon.bridge.context, calendar, salon.patience())

    def follow() -> None:
        followed.append(threads.submit(follow_at_last))
        wait_until_blocked(postgres_url, unless=followed[0].done)

    with ExitStack() as stack:
        inbox, threads = stack.enter_context(FakeInbox()), stack.enter_context(ThreadPoolExecutor(1))
        config = salon_config(postgres_url, ANNA, rest=inbox.toml())
        salon = Salon(config, around={"new_id": new_id})
        stack.callback(salon.bridge.stop)
        (calendar,) = salon.calendars()
        follow_calendar(salon.bridge.context, calendar, salon.patience())
        salon.clock.turn(minutes=1)
        happening.extend([lambda: None, enter, lambda: None, follow])
        booking = salon.book("kim", TEN, email="kim@example.org").booking
        assert booking is not None and not happening
        followed[0].result()
        salon.bridge.background.run_due()
        assert f"overlap:{booking.id}" in {alert.key for alert in salon.bridge.alerts.open()}
