"""What Twilio tells afterwards of an SMS it took: that it arrived, or that it never will."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.background import Work
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.sms.twilio import why_not
from bridge.model import FollowUpState
from bridge.store.engine import Store
from bridge.store.sql import follow_ups, jobs

SMS = "sms"  # by this name its follow-ups are known
_LATER = "sms_status"  # subject: the message, what became of it, the error, and until when that is kept
_KEPT = timedelta(
    hours=1
)  # a process may die between Twilio's answer and its note; another finds the message
_AGAIN = timedelta(minutes=1)
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_ARRIVED = "delivered"
_FAILED = frozenset({"undelivered", "failed"})


def status_url(public_url: str) -> str | None:
    """Return where Twilio tells it, None where it could not reach that: it refuses to send then."""
    return f"{public_url}/notify/twilio" if public_url.startswith("https://") else None


@dataclass(frozen=True)
class SmsStatus:
    """Keeps what is told."""

    store: Store
    given_up: GivenUp
    now: Callable[[], datetime]

    def note(self, sid: str, status: str, code: int | None) -> None:
        """Note an outcome; what is on the way yet changes nothing.

        Of a message that is not noted itself yet the outcome is kept for an hour.
        """
        if status not in (_ARRIVED, *_FAILED) or not _SID.fullmatch(sid) or self._noted(sid, status, code):
            return
        until = (self.now() + _KEPT).isoformat()
        with self.store.write() as connection:
            jobs.schedule(connection, _LATER, f"{sid} {status} {code or 0} {until}", self.now() + _AGAIN)

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {_LATER: self._note_later}

    def _note_later(self, subject: str) -> timedelta | None:
        sid, status, code, until = subject.split(" ")
        is_over = self._noted(sid, status, int(code)) or datetime.fromisoformat(until) <= self.now()
        return None if is_over else _AGAIN

    def _noted(self, sid: str, status: str, code: int | None) -> bool:
        """Note the outcome of a message; False where it is not noted itself."""
        with self.store.read() as connection:
            found = follow_ups.by_reference(connection, SMS, sid)
        if found is None:
            return False
        if found.state is not FollowUpState.SENT:
            return True
        if status in _FAILED:
            self.given_up.add(found, why_not(code) if code else "Twilio could not deliver it")
        elif _ARRIVED not in found.note:
            with self.store.write() as connection:
                follow_ups.add_note(connection, found, f"{found.note}, {_ARRIVED}")
        return True
