"""Has telli call back who asked for a call: once, while the owner's alert of it is open.

Source: `POST /v1/schedule-call` of telli's API, which takes no time: telli calls by its own plan. It knows
no idempotency key either, and a second call would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.alerts import Alerts
from bridge.attendee.contact_api import ContactApi
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused
from bridge.follow_ups.receivers import CALLER, Means, Receipt
from bridge.model import FollowUp
from providers.base import Deadline
from providers.errors import AccessDenied, ProviderError, ProviderUnavailable, WriteUnknown

TELLI_CALLS = "telli_calls"
_SECONDS = 10.0
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def called_by(contact_id: str, agent_id: str) -> str | None:
    """Return the recipient that a contact is, called by an agent; None where telli can't know them."""
    is_known = _ID.fullmatch(contact_id) and _ID.fullmatch(agent_id)
    return f"{CALLER}:{contact_id}/{agent_id}" if is_known else None


@dataclass(frozen=True)
class TelliCalls:
    """The calls of one telli account."""

    api: ContactApi
    alerts: Alerts
    monotonic: Callable[[], float]

    def call(self, follow_up: FollowUp) -> Receipt | None:
        """Have telli call; None: somebody has called back. Raises as a receiver's `deliver`."""
        if not self.alerts.is_open(follow_up.alert_key or ""):
            return None
        if follow_up.begun_at is not None:
            raise Refused("whether telli calls is not known, and nobody shall be called twice")
        contact_id, _, agent_id = follow_up.recipient.partition(":")[2].partition("/")
        try:
            self.api.schedule_call(contact_id, agent_id, Deadline(_SECONDS, self.monotonic))
        except AccessDenied as error:
            raise Misconfigured("telli refuses the API key") from error
        except ProviderUnavailable as error:
            raise NotDelivered("telli cannot be reached") from error
        except WriteUnknown as error:
            raise Refused("telli did not say whether it calls, and nobody shall be called twice") from error
        except ProviderError as error:
            raise Refused(f"telli does not call ({error.detail})") from error
        return Receipt()


def telli_calls_of(means: Means) -> Mapping[str, TelliCalls]:
    """Return what has callers called, by the name its follow-ups bear."""
    return {TELLI_CALLS: TelliCalls(ContactApi.of(means.config), means.alerts, means.clocks.monotonic)}
