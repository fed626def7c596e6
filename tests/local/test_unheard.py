"""PostgreSQL's answer to a commit is lost: an embedded calendar asks again, and changes nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from bridge.store.engine import Store
from bridge.store.patience import within
from providers.base import Event
from providers.errors import EventNotFound, WriteUnknown
from tests.cast.clock import TurnableClock
from tests.contracts.account import KEY, draft, plenty, span
from tests.local.desk import Desk
from tests.store.proxy import PostgresProxy

Write = Callable[[Desk, Event], object]
LATER = span(1, 11)
RENAMED = replace(draft(span(1, 9), key=KEY), title="Colour")

WRITES: dict[str, Write] = {
    "create": lambda desk, _event: desk.book(span(2, 9), key="another"),
    "move": lambda desk, event: desk.provider.move_event(event.ref, LATER, timezone="UTC", deadline=plenty()),
    "amend": lambda desk, event: desk.provider.amend_event(
        event.ref, draft(span(1, 9), key=KEY), RENAMED, deadline=plenty()
    ),
    "cancel": lambda desk, event: desk.provider.cancel_event(event.ref, notify=False, deadline=plenty()),
}


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    """A proxy before the database."""
    with closing(PostgresProxy(postgres_url)) as opened:
        yield opened


@pytest.fixture
def desk(proxy: PostgresProxy) -> Iterator[Desk]:
    """Embedded calendars whose database is reached through the proxy."""
    with closing(Store(proxy.url)) as store:
        yield Desk(store)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_that_was_not_heard_of_is_done_once(desk: Desk, proxy: PostgresProxy, write: Write) -> None:
    event, clock = desk.book(span(1, 9), key=KEY), TurnableClock()
    before = desk.provider.revision()
    proxy.lose_answer(1)
    with within(clock.deadline(), clock.sleep):
        write(desk, event)
    assert proxy.commits > 1
    # One that is created takes its number before it looks whether it is there: the repeat has one too.
    assert desk.provider.revision() - before == (2 if write is WRITES["create"] else 1)


def test_where_the_database_stays_away_it_is_unknown(desk: Desk, proxy: PostgresProxy) -> None:
    proxy.lose_answer(1, then_away=True)
    clock = TurnableClock()
    with within(clock.deadline(2), clock.sleep), pytest.raises(WriteUnknown):
        desk.book(span(1, 9), key=KEY)


def test_a_move_whose_event_was_cancelled_meanwhile_finds_it_gone(desk: Desk, proxy: PostgresProxy) -> None:
    event, clock = desk.book(span(1, 9), key=KEY), TurnableClock()

    def cancelled_meanwhile(seconds: float) -> None:
        clock.sleep(seconds)
        desk.provider.cancel_event(event.ref, notify=False, deadline=plenty())

    proxy.lose_answer(1)
    with within(clock.deadline(), cancelled_meanwhile), pytest.raises(EventNotFound):
        desk.provider.move_event(event.ref, LATER, timezone="UTC", deadline=plenty())
