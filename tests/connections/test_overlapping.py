"""What happens to an account while its token is being renewed stands; the renewal's outcome is dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bridge.connections import Answer, Connections
from bridge.connections.context import ConnectionContext
from bridge.connections.refreshing import Refresher
from bridge.connections.refusals import VendorSilent
from bridge.connections.sentences import Sentences
from bridge.connections.sign_in import Approval, Begun, Tokens
from bridge.store.sql import alerts
from providers.base import Deadline
from providers.errors import ConnectionExpired
from tests.cast.clock import PresentClock
from tests.connections.stage import ANNA, SITE, Process


@pytest.fixture
def database_url(store_url: str) -> str:
    """Try SQLite and PostgreSQL."""
    return store_url


@dataclass
class SlowVendor:
    """A vendor of which a test decides what happens while it answers."""

    clock: PresentClock
    provider: str = "slow"
    title: str = "Slow"
    main_calendar: str = "main"
    speaks: bool = False
    account: str | None = ANNA
    answers: int = 0
    while_answering: list[Callable[[], object]] = field(default_factory=list)
    expired: bool = False

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        self.answers += 1
        return Begun(redirect_uri, f"state-{self.answers}", {})

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        return self._tokens("consent")

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        tokens = self._tokens("refresh")
        while self.while_answering:
            self.while_answering.pop()()
        if self.expired:
            raise ConnectionExpired(self.provider, "refresh", "invalid_grant")
        return tokens

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        return True

    def approval(self, redirect_uri: str, state: str) -> Approval:
        return Approval("", "")

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        return ()

    def _tokens(self, kind: str) -> Tokens:
        self.answers += 1
        ends = self.clock.now() + timedelta(hours=1)
        return Tokens(
            self.account, f"{kind}-{self.answers}", ends, frozenset(), {"refresh_token": f"r{self.answers}"}
        )


@dataclass
class Slow:
    """Connections to the slow vendor."""

    vendor: SlowVendor
    connections: Connections

    def connect(self) -> None:
        self.connections.begin("slow", "browser")
        self.connections.finish("slow", "browser", Answer({"state": f"state-{self.vendor.answers}"}))

    def token(self) -> str:
        deadline = self.vendor.clock.deadline(1)
        return self.connections.token_source("slow", ANNA).access_token(deadline=deadline)


@pytest.fixture
def around(process: Process, clock: PresentClock) -> ConnectionContext:
    return ConnectionContext(
        store=process.store,
        vault=process.vault,
        clocks=clock.clocks(),
        sentences=Sentences(lambda text: text),
        alerts=process.alerts,
        public_url=SITE,
        advise_ended=lambda *_ended: "",
    )


@pytest.fixture
def slow(around: ConnectionContext, clock: PresentClock) -> Slow:
    vendor = SlowVendor(clock)
    made = Slow(vendor, Connections(around, {"slow": vendor}, uses={}, delegations={}))
    made.connect()
    clock.turn(minutes=55)
    return made


def test_a_reconnection_during_a_refresh_wins(slow: Slow, clock: PresentClock) -> None:
    slow.vendor.while_answering.append(slow.connect)
    slow.connections.refresh_due(clock.now())
    assert slow.token().startswith("consent")


def test_a_reconnection_during_a_refused_refresh_is_not_marked(
    slow: Slow, clock: PresentClock, process: Process
) -> None:
    slow.vendor.expired = True
    slow.vendor.while_answering.append(slow.connect)
    slow.connections.refresh_due(clock.now())
    assert slow.token().startswith("consent")
    with process.store.read() as connection:
        assert alerts.open_alerts(connection) == []


def test_a_call_that_waited_for_a_superseded_refresh_gets_the_new_token(
    slow: Slow, clock: PresentClock
) -> None:
    clock.turn(hours=1)
    slow.vendor.while_answering.append(slow.connect)
    assert slow.token().startswith("consent")


def test_an_account_disconnected_during_a_refresh_stays_disconnected(slow: Slow, clock: PresentClock) -> None:
    slow.vendor.while_answering.append(lambda: slow.connections.disconnect("slow", ANNA))
    slow.connections.refresh_due(clock.now())
    assert slow.connections.list() == []
    with pytest.raises(ConnectionExpired, match="not connected"):
        slow.token()


def test_an_account_dropped_and_connected_anew_during_a_refresh_keeps_its_new_tokens(
    slow: Slow, clock: PresentClock
) -> None:
    def anew() -> None:
        slow.connections.disconnect("slow", ANNA)
        slow.connect()

    slow.vendor.while_answering.append(anew)
    slow.connections.refresh_due(clock.now())
    assert slow.token().startswith("consent")


def test_no_transaction_is_open_while_the_vendor_answers(
    slow: Slow, clock: PresentClock, process: Process
) -> None:
    written = []

    def write() -> None:
        with process.store.write() as connection:
            written.append(alerts.raise_alert(connection, "test", "a write of somebody else", clock.now()))

    slow.vendor.while_answering.append(write)
    slow.connections.refresh_due(clock.now())
    assert written == [True]
    assert slow.token().startswith("refresh")


def test_a_token_that_another_has_just_renewed_is_not_renewed_again(
    slow: Slow, around: ConnectionContext
) -> None:
    before = slow.vendor.answers
    held = Refresher(around, {"slow": slow.vendor}).attempt(("slow", ANNA), lambda _held: False)
    assert held is not None
    assert held.access_token == slow.token()
    assert slow.vendor.answers == before


def test_an_account_that_the_vendor_does_not_name_is_refused(slow: Slow) -> None:
    slow.vendor.account = None
    with pytest.raises(VendorSilent):
        slow.connect()
    assert [each.account for each in slow.connections.list()] == [ANNA]
