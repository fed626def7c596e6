"""Lets the requests of one caller run one after another, in all processes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.booking.context import BookingContext
from bridge.errors import OutcomeUnknown, StoreUnavailable
from bridge.model import Contact
from bridge.store.patience import repeated
from bridge.store.sql import leases
from providers.base import Deadline

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.03


@contextmanager
def turn(context: BookingContext, contact: Contact, deadline: Deadline) -> Iterator[None]:
    """Wait until no other request of this caller is being worked on; nobody waits for nobody.

    OutcomeUnknown: the other one takes too long. A killed process gives its turn back by its lease.
    """
    if contact.key is None:
        yield
        return
    name, owner = f"caller:{contact.key}", context.new_id()
    # Without turns, two requests of one call for two starts would both find nothing to replace.
    while not _acquired(context, name, owner):
        # Only looked at until it is free: on SQLite each attempt to write waits for the one write lock.
        while _is_taken(context, name, owner):
            if deadline.remaining() < _POLL_SECONDS:
                raise OutcomeUnknown("an earlier request of this caller is still being worked on")
            context.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        try:
            _give_back(context, name, owner)
        except StoreUnavailable as error:
            # The outcome of the request stands; the lease ends by itself.
            _log.warning("a caller's turn could not be given back: %s", error)


@repeated
def _give_back(context: BookingContext, name: str, owner: str) -> None:
    with context.store.write() as connection:
        leases.release(connection, name, owner)


@repeated
def _acquired(context: BookingContext, name: str, owner: str) -> bool:
    with context.store.write() as connection:
        return leases.acquire(connection, name, owner, context.lease, context.lease_now(connection))


@repeated
def _is_taken(context: BookingContext, name: str, owner: str) -> bool:
    with context.store.read() as connection:
        return leases.is_held(connection, name, owner, context.lease, context.lease_now(connection))
