"""Receivers that take nothing any more: told to the owner long before anything is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.follow_ups.errors import Misconfigured, NotDelivered
from bridge.model import FollowUp
from bridge.store.sql import follow_ups

_PATIENCE = timedelta(minutes=45)  # with the pauses between tries about an hour


@dataclass(frozen=True, slots=True)
class Failing:
    """The alerts of receivers, one each."""

    alerts: Alerts
    now: Callable[[], datetime]

    def failed(self, connection: Connection, found: FollowUp, error: NotDelivered) -> None:
        """Raise the alert where a receiver refuses the bridge itself, or has taken nothing for long."""
        receiver = found.receiver
        if isinstance(error, Misconfigured):
            self.alerts.alert(
                _key(receiver),
                "{receiver} refuses the password, key or account in the configuration, so nothing is told "
                "there. `bridge check` says what to do; what waits is sent by itself then.",
                within=connection,
                receiver=receiver,
            )
        elif self._is_long(found) and not follow_ups.any_sent(connection, receiver, found.planned_at):
            self.alerts.alert(
                _key(receiver),
                "Since {time} nothing could be told to {receiver}. It is tried again for two days; `bridge "
                "check` says what is wrong, `bridge followups` what waits.",
                within=connection,
                time=found.planned_at,
                receiver=receiver,
            )

    def is_over(self, connection: Connection, receiver: str) -> None:
        """Close the alert of a receiver that takes something again, or is told nothing any more."""
        self.alerts.resolve(_key(receiver), within=connection)

    def _is_long(self, found: FollowUp) -> bool:
        # Not at its first failure, which is late only since the bridge was down, say.
        return bool(found.why) and self.now() - found.planned_at >= _PATIENCE


def _key(receiver: str) -> str:
    return f"receiver:{receiver}"
