"""The connection to the database breaks off when something was just told: it is told once all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import StoreUnavailable
from bridge.follow_ups.delivery import DELIVER
from tests.cast.clock import HALF_AN_HOUR, MONDAY, TEN, TurnableClock
from tests.cast.config import Staff, salon_config
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.store.proxy import PostgresProxy
from tests.vendors.inbox import FakeInbox

_AWAY_SECONDS = 30


class _Told(list[Any]):
    """What somebody was told, who does something `then`, before the teller hears of it."""

    then: Callable[[], None] = staticmethod(lambda: None)

    def append(self, told: object) -> None:
        super().append(told)
        self.then()


@dataclass
class _Patient(TurnableClock):
    """Has the database come back when it was waited for long enough."""

    back: Callable[[], None] = field(default=lambda: None)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.moment >= MONDAY.replace(second=_AWAY_SECONDS):
            self.back()


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    with closing(PostgresProxy(postgres_url)) as opened:
        yield opened


@contextmanager
def salon_behind(proxy: PostgresProxy, folder: Path, clock: TurnableClock, rest: str) -> Iterator[Salon]:
    config = salon_config(proxy.url, Staff("anna", "00:00-24:00"), rest=rest)
    salon = Salon(config, clock=clock, around={"state_folder": lambda _file: folder})
    try:
        yield salon
    finally:
        salon.bridge.stop()


def tell(salon: Salon) -> None:
    """Tell what waits, and do nothing else."""
    for receiver in salon.bridge.delivery.standing():
        salon.bridge.delivery.kinds()[DELIVER](receiver)


def told_once_each(salon: Salon, proxy: PostgresProxy, told: _Told, *, is_asked: bool) -> None:
    """Assert that each caller is told of once, though it breaks at a later question for each of them."""
    for number in range(1, 30):
        start = TEN.replace(hour=8) + HALF_AN_HOUR * number
        assert salon.book(f"caller-{number}", start, email="kim@example.org").success
        told.then = lambda: proxy.break_off(number, is_asked=is_asked)  # noqa: B023 - called at once
        with suppress(StoreUnavailable):  # as it broke after the note
            tell(salon)
        is_over = not proxy.has_broken_off()
        tell(salon)
        assert (len(told), salon.bridge.delivery.standing()) == (number, [])
        if is_over:
            assert number > 8
            return
    pytest.fail("there is no end of questions")


@pytest.mark.parametrize("is_asked", [True, False])
def test_wherever_it_breaks_after_a_letter_no_second_one_is_sent(
    proxy: PostgresProxy, tmp_path: Path, *, is_asked: bool
) -> None:
    with mail_server() as box, salon_behind(proxy, tmp_path, TurnableClock(), mail_toml(box)) as salon:
        box.messages = told = _Told()
        told_once_each(salon, proxy, told, is_asked=is_asked)


@pytest.mark.parametrize("is_asked", [True, False])
def test_wherever_it_breaks_after_a_webhook_no_second_one_is_posted(
    proxy: PostgresProxy, tmp_path: Path, *, is_asked: bool
) -> None:
    clock = TurnableClock()
    with FakeInbox(now=clock.now) as inbox, salon_behind(proxy, tmp_path, clock, inbox.toml()) as salon:
        inbox.told = told = _Told()
        told_once_each(salon, proxy, told, is_asked=is_asked)


def test_an_owner_is_told_of_an_alert_once_though_it_breaks_then(
    proxy: PostgresProxy, tmp_path: Path
) -> None:
    alerts = '[alerts]\nemail = "owner@example.com"\n'
    with (
        mail_server() as box,
        salon_behind(proxy, tmp_path, TurnableClock(), mail_toml(box) + alerts) as salon,
    ):
        box.messages = told = _Told()
        told.then = lambda: proxy.break_off(2, is_asked=True)
        salon.bridge.alerts.alert("one", "A matter.")
        salon.clock.turn(seconds=11)
        [tell_alerts] = salon.bridge.alert_telling.kinds().values()
        for _ in range(2):
            tell_alerts("mail")
        assert proxy.has_broken_off()
        assert len(told) == 1


def test_while_the_database_is_away_what_was_told_is_not_forgotten(
    proxy: PostgresProxy, tmp_path: Path
) -> None:
    clock = _Patient(back=proxy.go_on)
    with mail_server() as box, salon_behind(proxy, tmp_path, clock, mail_toml(box)) as salon:
        box.messages = told = _Told()
        told.then = proxy.go_away
        assert salon.book("kim", TEN, email="kim@example.org").success
        tell(salon)
        assert (len(told), salon.bridge.delivery.standing()) == (1, [])
