"""Remembers for minutes what callers were told: to book what they mean, and to leave it to them for a while.

Other processes may answer the next request of the call, so the database remembers. Nothing here keeps
anybody from booking; it only decides what is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from bridge.errors import StoreUnavailable
from bridge.model import Contact, EventType, Slot
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import told_offers
from providers.base import Interval

_SERVICE_REMEMBERED = timedelta(minutes=30)
_LONGEST = timedelta(hours=24)  # what keep_offer_minutes may say at most


class ToldOffers:
    """What each caller was told of last, by contact; of a caller without contact nothing is known."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def left_to_others(self, event_type: EventType, contact: Contact) -> frozenset[Interval]:
        """Return the slots that shall not be told to this caller while there are others."""
        if not event_type.keep_offer or contact.key is None:
            return frozenset()
        since = self._now() - event_type.keep_offer
        with suppress(StoreUnavailable), self._store.read() as connection:
            return told_offers.to_others(connection, contact.key, event_type.id, since)
        return frozenset()

    def note(self, event_type: EventType, contact: Contact, slots: Iterable[Slot]) -> None:
        """Remember what this caller is told of an event type or its service."""
        if contact.key is None:
            return
        now = self._now()
        told = slots if event_type.keep_offer else ()
        # What was told or booked stands, remembered or not.
        with suppress(StoreUnavailable), self._store.write() as connection:
            told_offers.note(connection, contact.key, event_type, told, now, forget_before=now - _LONGEST)

    @repeated
    def service(self, event_type: EventType, contact: Contact) -> EventType:
        """Return the service that this caller was told of or booked last, else the event type itself."""
        if contact.key is None:
            return event_type
        since = self._now() - _SERVICE_REMEMBERED
        with self._store.read() as connection:
            service = told_offers.service_of(connection, contact.key, event_type.id, since)
        return event_type.services.get(service, event_type)
