"""A salon whose calendars misbehave by plan, and which can be killed at a step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool
from bridge.model import CalendarName
from providers.base import CalendarProvider
from providers.errors import ProviderError
from tests.booking.salon import Salon
from tests.vendors.unruly import Plan, UnrulyCalendars

T = TypeVar("T")


class InlinePool(CallPool):
    """Makes every call at once in the caller's own thread: what happens depends on no real time."""

    def submit(self, provider: str, call: Callable[[], T]) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(call())
        except ProviderError as error:
            done.set_exception(error)
        return done


def counted_ids() -> Callable[[], str]:
    """Return what gives ids that are the same in every run."""
    numbers = count(1)
    return lambda: hashlib.sha256(str(next(numbers)).encode()).hexdigest()[:32]


class Killed(BaseException):
    """The process died here; nothing of ours may catch this."""


@dataclass
class UnrulyAccounts:
    """Wraps every account in one that misbehaves."""

    inner: Accounts
    plan: Plan
    opened: dict[int, UnrulyCalendars] = field(default_factory=dict)

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        real = self.inner.provider(calendar)
        return self.opened.setdefault(id(real), UnrulyCalendars(real, self.plan))

    def late(self) -> int:
        return sum(account.late for account in self.opened.values())

    def land_all(self, salon: Salon) -> None:
        for account in self.opened.values():
            account.land_all(salon.patience())

    def land_one(self, salon: Salon) -> None:
        for account in self.opened.values():
            if account.late:
                account.land(salon.patience())
                return

    def drop(self) -> None:
        for account in self.opened.values():
            account.drop_late()


@dataclass
class UnrulySalon(Salon):
    """A salon with a plan of what goes wrong; `unruly` is known once it is open."""

    plan: Plan = field(default_factory=Plan)
    fatal_step: str | None = None

    def __post_init__(self) -> None:
        self.wrap = self._wrap
        self.checkpoint = self._die
        self.around = {"make_pool": InlinePool, "new_id": counted_ids(), **self.around}
        super().__post_init__()

    def _wrap(self, accounts: Accounts) -> Accounts:
        self.unruly = UnrulyAccounts(accounts, self.plan)
        return self.unruly

    def _die(self, step: str) -> None:
        if step == self.fatal_step:
            self.fatal_step = None
            raise Killed(step)
