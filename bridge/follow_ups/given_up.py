"""What was given up: shown, told to the owner once, and settled when nothing of it is left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bridge import log
from bridge.alerts import Alerts
from bridge.model import FollowUp, FollowUpState
from bridge.store.engine import Store
from bridge.store.sql import follow_ups

_ALERT = "follow_ups"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The follow-ups that need a person."""

    store: Store
    alerts: Alerts
    now: Callable[[], datetime]

    def add(self, follow_up: FollowUp, why: str) -> None:
        """Give one up that waits, or that was taken and did not arrive."""
        with self.store.write() as connection:
            follow_ups.give_up(connection, follow_up, self.now(), why)
            self.alerts.alert(
                _ALERT,
                "Messages about appointments, or calls that callers asked for, could not be delivered. "
                "`bridge followups` shows them and why; they can be sent again or dropped there.",
                within=connection,
            )
        log.event(
            "follow_up_given_up",
            level=logging.WARNING,
            booking=follow_up.booking_id,
            receiver=follow_up.receiver,
            why=why,
        )

    def settle(self) -> None:
        """Close the alert when none is left."""
        with self.store.read() as connection:
            is_left = bool(follow_ups.listed(connection, [FollowUpState.GIVEN_UP]))
        if not is_left:
            self.alerts.resolve(_ALERT)
