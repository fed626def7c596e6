"""Lets the requests of one caller run one after another, in all processes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.errors import OutcomeUnknown, StoreUnavailable
from bridge.model import Contact
from bridge.store.engine import after_commit
from bridge.store.patience import repeated
from bridge.store.sql import leases
from providers.base import Deadline

T = TypeVar("T")

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.03


@dataclass(slots=True)
class Turn(Generic[T]):
    """A caller's turn, and what was `seen` in the transaction that took it; without a name it is nobody's.

    It ends by itself when its lease does, at `until` by the clock of leases.
    """

    name: str | None
    owner: str
    seen: T
    until: datetime | None = None

    def end(self, connection: Connection) -> None:
        """Give the turn back by this transaction's commit."""
        if self.name:
            leases.release(connection, self.name, self.owner)
            after_commit(connection, self._ended)

    def _ended(self) -> None:
        self.name = None


@contextmanager
def turn(
    context: BookingContext, contact: Contact, deadline: Deadline, look: Callable[[Connection], T]
) -> Iterator[Turn[T]]:
    """Wait until no other request of this caller is being worked on, then look; nobody waits for nobody.

    OutcomeUnknown: the other one takes too long. A killed process gives its turn back by its lease.
    """
    mine = _taken(context, contact, deadline, look)
    try:
        yield mine
    finally:
        try:
            _give_back(context, mine)
        except StoreUnavailable as error:
            # The outcome of the request stands; the lease ends by itself.
            _log.warning("a caller's turn could not be given back: %s", error)


def _taken(
    context: BookingContext, contact: Contact, deadline: Deadline, look: Callable[[Connection], T]
) -> Turn[T]:
    if contact.key is None:
        return _nobodys(context, look)
    name, owner = f"caller:{contact.key}", context.new_id()
    # Without turns, two requests of one call for two starts would both find nothing to replace.
    while (mine := _acquired(context, name, owner, look)) is None:
        # Only looked at until it is free: on SQLite each attempt to write waits for the one write lock.
        while _is_taken(context, name, owner):
            if deadline.remaining() < _POLL_SECONDS:
                raise OutcomeUnknown("an earlier request of this caller is still being worked on")
            context.sleep(_POLL_SECONDS)
    return mine


@repeated
def _nobodys(context: BookingContext, look: Callable[[Connection], T]) -> Turn[T]:
    with context.store.read() as connection:
        return Turn(None, "", look(connection))


@repeated
def _acquired(
    context: BookingContext, name: str, owner: str, look: Callable[[Connection], T]
) -> Turn[T] | None:
    with context.store.write() as connection:
        now = context.lease_now(connection)
        if not leases.acquire(connection, name, owner, context.lease, now):
            return None
        return Turn(name, owner, look(connection), until=now + context.lease)


@repeated
def _is_taken(context: BookingContext, name: str, owner: str) -> bool:
    with context.store.read() as connection:
        return leases.is_held(connection, name, owner, context.lease, context.lease_now(connection))


@repeated
def _give_back(context: BookingContext, mine: Turn[T]) -> None:
    if mine.name:
        with context.store.write() as connection:
            mine.end(connection)
