"""Asks a caller once to spell an e-mail address that was not understood, and then lets the call go on.

What was asked is remembered for a quarter of an hour, in the database: the next request of the call may
reach another process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.attendee import CallerRequest
from bridge.errors import EmailDoubtful
from bridge.model import Attendee, EventType
from bridge.speech.instants import format_instant
from bridge.store.engine import Store
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import asked_back

_REMEMBERED = timedelta(minutes=15)


class AskedBack:
    """Who was asked already."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def have_spelled(
        self, event_type: EventType, request: CallerRequest, start: datetime, who: Attendee, *, dry_run: bool
    ) -> Attendee:
        """Return the attendee. EmailDoubtful: the address needs spelling, and the caller wasn't asked yet."""
        if who.email or not who.email_as_said:
            return who
        caller = request.contact.key or f"start:{event_type.id}/{format_instant(start)}"
        if not self._was_asked(caller) and (dry_run or self._note(caller)):
            raise EmailDoubtful(who.email_as_said)
        return who

    @repeated
    def _was_asked(self, caller: str) -> bool:
        with self._store.read() as connection:
            return asked_back.was_asked(connection, caller, self._now() - _REMEMBERED)

    @repeated
    def _note(self, caller: str) -> bool:
        """Note that a caller is asked; False when another request was quicker."""
        now = self._now()
        with self._store.write() as connection:
            is_new = asked_back.note(connection, caller, now, forget_before=now - _REMEMBERED)
        return is_new or is_repeat()  # by an earlier try that was not heard of
