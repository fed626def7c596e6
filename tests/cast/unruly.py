"""The salon on a bad day: calendars that misbehave by plan, rivals, a process that dies at a step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool
from bridge.model import CalendarName
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, Interval
from providers.errors import ProviderError
from tests.cast.salon import Salon
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


class RacedCalendars(UnrulyCalendars):
    """An unruly provider that lets a rival in between its answer and what is made of it."""

    def __init__(self, inner: CalendarProvider, plan: Plan, happen: Callable[[], None]) -> None:
        super().__init__(inner, plan)
        self._happen = happen

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        answers = super().free_busy(queries, window, deadline=deadline)
        self._happen()
        return answers


@dataclass
class UnrulyAccounts:
    """Wraps every account in one that misbehaves; after the next answer of one of them `rival` acts, once."""

    inner: Accounts
    plan: Plan
    opened: dict[int, UnrulyCalendars] = field(default_factory=dict)
    rival: Callable[[], object] | None = None

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        real = self.inner.provider(calendar)
        return self.opened.setdefault(id(real), RacedCalendars(real, self.plan, self._happen))

    def _happen(self) -> None:
        rival, self.rival = self.rival, None
        if rival:
            rival()

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
    """A salon with a plan of what goes wrong; its steps can be watched. `unruly` is known once it is open."""

    plan: Plan = field(default_factory=Plan)
    fatal_step: str | None = None
    watch: Callable[[str], None] = lambda _step: None

    def __post_init__(self) -> None:
        self.wrap = self._wrap
        self.checkpoint = self._passed
        self.around = {"make_pool": InlinePool, "new_id": counted_ids(), **self.around}
        super().__post_init__()

    def _wrap(self, accounts: Accounts) -> Accounts:
        self.unruly = UnrulyAccounts(accounts, self.plan)
        return self.unruly

    def race(self, rival: Callable[[], object]) -> None:
        """Let this happen right after the calendars' next answer."""
        self.unruly.rival = rival

    def _passed(self, step: str) -> None:
        if step == self.fatal_step:
            self.fatal_step = None
            raise Killed(step)
        self.watch(step)


def as_vendors(accounts: Accounts) -> Accounts:
    """Let embedded calendars be written to as vendors' are: between two commits, not by a booking's own."""
    return UnrulyAccounts(accounts, Plan())
