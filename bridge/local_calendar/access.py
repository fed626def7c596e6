"""Opens transactions for the provider, and says what a failing database means for a caller.

A statement that fails has written nothing. A commit that fails may have: the answer of PostgreSQL can be
lost, and what SQLite could not sync to its log can turn up after a restart. So that is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.local_calendar.entries import NAME
from bridge.store.engine import Store
from providers.base import Deadline
from providers.errors import ProviderUnavailable, WriteUnknown
from providers.http import WRITE_NEEDS_SECONDS


class Access:
    """The database as the provider's calls use it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def reading(self, operation: str, deadline: Deadline) -> Iterator[Connection]:
        """Open a transaction that reads. ProviderUnavailable: too late, or no database."""
        _check_time(operation, deadline, 0.0)
        try:
            with self._store.read() as connection:
                yield connection
        except StoreUnavailable as error:
            raise ProviderUnavailable(NAME, operation, str(error)) from error

    @contextmanager
    def writing(
        self, operation: str, deadline: Deadline, *, needs: float = WRITE_NEEDS_SECONDS
    ) -> Iterator[Connection]:
        """Open a transaction that writes. ProviderUnavailable: nothing was; WriteUnknown: perhaps."""
        _check_time(operation, deadline, needs)
        is_complete = False
        try:
            with self._store.write() as connection:
                yield connection
                is_complete = True
        except StoreUnavailable as error:
            kind = WriteUnknown if is_complete else ProviderUnavailable
            raise kind(NAME, operation, str(error)) from error


def _check_time(operation: str, deadline: Deadline, needs: float) -> None:
    left = deadline.remaining()
    if left <= 0 or left < needs:
        raise ProviderUnavailable(NAME, operation, "no time left")
