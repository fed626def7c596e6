"""What Twilio tells afterwards of an SMS it took: that it arrived, or that it never will."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.sms.twilio import why_not
from bridge.model import FollowUpState
from bridge.store.engine import Store
from bridge.store.sql import follow_ups

SMS = "sms"  # by this name its follow-ups are known
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

    def note(self, sid: str, status: str, code: int | None) -> None:
        """Note an outcome; what is on the way yet, and what is not ours, changes nothing."""
        with self.store.read() as connection:
            found = follow_ups.by_reference(connection, SMS, sid) if sid else None
        if found is None or found.state is not FollowUpState.SENT:
            return
        if status in _FAILED:
            self.given_up.add(found, why_not(code) if code else "Twilio could not deliver it")
        elif status == _ARRIVED and _ARRIVED not in found.note:
            with self.store.write() as connection:
                follow_ups.add_note(connection, found, f"{found.note}, {_ARRIVED}")
