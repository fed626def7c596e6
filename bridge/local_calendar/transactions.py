"""Decides what a failing database means for whoever asks an embedded calendar.

A statement that fails has written nothing; a commit that fails may have, since the answer of PostgreSQL can
be lost, and what SQLite could not sync to its log can turn up after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.local_calendar.entry_names import NAME
from bridge.store.engine import Store
from bridge.store.patience import repeated
from providers.base import Deadline
from providers.errors import NoTimeLeft, ProviderUnavailable, WriteUnknown
from providers.http import WRITE_NEEDS_SECONDS

T = TypeVar("T")


@contextmanager
def reading(store: Store, operation: str, deadline: Deadline) -> Iterator[Connection]:
    """Open a transaction that reads. ProviderUnavailable: too late, or no database."""
    refuse_late(operation, deadline)
    try:
        with store.read() as connection:
            yield connection
    except StoreUnavailable as error:
        raise ProviderUnavailable(NAME, operation, str(error)) from error


def write_until_heard(
    store: Store,
    operation: str,
    deadline: Deadline,
    work: Callable[[Connection], T],
    *,
    needs: float = WRITE_NEEDS_SECONDS,
) -> T:
    """Do work that changes nothing the second time in one transaction, again while the database is away.

    ProviderUnavailable: nothing was written; WriteUnknown: perhaps.
    """
    refuse_late(operation, deadline, needs)
    is_unclear = False

    @repeated
    def heard() -> T:
        nonlocal is_unclear
        is_complete = False
        try:
            with store.write() as connection:
                done = work(connection)
                is_complete = True
        except StoreUnavailable as error:
            # What one try left unclear stays so, however the last one fails.
            is_unclear = is_unclear or is_complete or error.passes
            raise
        return done

    try:
        return heard()
    except StoreUnavailable as error:
        kind = WriteUnknown if is_unclear else ProviderUnavailable
        raise kind(NAME, operation, str(error)) from error


def refuse_late(operation: str, deadline: Deadline, needs: float = 0.0) -> None:
    """Raise NoTimeLeft where less time is left than an operation needs, in seconds."""
    if deadline.remaining() < max(needs, 0.001):
        raise NoTimeLeft(NAME, operation)
