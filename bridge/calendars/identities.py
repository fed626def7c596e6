"""Which calendar a name means: the same one for every name and account that it is reached through.

A vendor is asked for each name when the name is first met or its account first answers, and once a day, for
an account's address may change, and its calendar's id with it. What it said is kept in the database for all
processes. What is not known yet is unknown: a calendar that may be somebody else's under another name is
neither free nor busy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import identities
from providers.base import Deadline
from providers.errors import ProviderError, ProviderUnavailable

_TRUSTED_SECONDS = 60.0  # so long may another process's news stay unnoticed; holds go by the database


class Showing(Protocol):
    """Knows of which of a vendor's calendars only busy time is seen."""

    def only_shows_busy(self, name: CalendarName) -> bool:
        """Tell whether this is such a name."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What names mean."""

    known: Mapping[CalendarName, str]

    def of(self, name: CalendarName) -> str:
        """Return a calendar's identity, its own name as long as that is not known."""
        return self.known.get(name) or str(name)

    def same(self, name: CalendarName, other: CalendarName) -> bool:
        """Tell whether two names are known to mean one calendar."""
        return self.of(name) == self.of(other)


class Identities:
    """The identities of calendars. Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        pool: CallPool,
        vendors: Mapping[str, Showing],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._vendors = vendors
        self._accounts = accounts
        self._pool = pool
        self._monotonic = monotonic
        self._certain: dict[CalendarName, str] = {}
        self._trusted_until = monotonic() + _TRUSTED_SECONDS

    @repeated
    def known(self, names: Iterable[CalendarName]) -> Identified:
        """Return what is known, asking no vendor."""
        certain = self._trusted()
        wanted = set(names)
        missing = wanted - certain.keys()
        found: dict[CalendarName, str] = {}
        if missing:
            with self._store.read() as connection:
                for name, (identity, is_certain) in identities.of_names(connection, missing).items():
                    found[name] = identity
                    if is_certain:  # another process may hear better of the others at any moment
                        certain[name] = identity
        return Identified({**found, **{name: certain[name] for name in wanted & certain.keys()}})

    def _trusted(self) -> dict[CalendarName, str]:
        if self._monotonic() >= self._trusted_until:
            self._certain, self._trusted_until = {}, self._monotonic() + _TRUSTED_SECONDS
        return self._certain

    def learn(
        self, names: Collection[CalendarName], deadline: Deadline
    ) -> tuple[Mapping[CalendarName, str], Mapping[CalendarName, ProviderError]]:
        """Ask what names mean that nothing is known of, and keep it; return also why some have no answer."""
        questions = {name: self._ask(name, deadline) for name in names}
        told, failures = dict[CalendarName, str](), dict[CalendarName, ProviderError]()
        for name, question in questions.items():
            try:
                told[name] = _identity(name, question, deadline)
            except ProviderError as error:
                failures[name] = error
        if told:
            self._keep(told)
        return told, failures

    @repeated
    def _keep(self, told: Mapping[CalendarName, str]) -> None:
        with self._store.write() as connection:
            for name in sorted(told):
                identities.put(connection, name, told[name])
        self._certain.update(told)

    def kept_by(self, name: CalendarName, met: Identified) -> str:
        """Return what a calendar's answers under this name are kept by."""
        # What tells less must not answer for the calendar itself.
        return str(name) if self.tells_less(name) else met.of(name)

    def tells_less(self, name: CalendarName) -> bool:
        """Tell whether a calendar says less under this name than under its own: no ids, no all-day flag."""
        return self._vendors[name.provider].only_shows_busy(name)

    def ask(self, name: CalendarName, deadline: Deadline) -> str:
        """Return what the vendor says now. ProviderError: it does not."""
        return _identity(name, self._ask(name, deadline), deadline)

    def _ask(self, name: CalendarName, deadline: Deadline) -> Future[str]:
        try:
            provider = self._accounts.provider(name)
            return self._pool.submit(
                name.provider, lambda: provider.identity(name.calendar, deadline=deadline)
            )
        except ProviderError as error:
            refused = Future[str]()
            refused.set_exception(error)
            return refused


def _identity(name: CalendarName, question: Future[str], deadline: Deadline) -> str:
    try:
        return f"{name.provider}:{question.result(timeout=deadline.remaining())}"
    except StillRunning:
        raise ProviderUnavailable(name.provider, "identity", "no answer in time") from None
