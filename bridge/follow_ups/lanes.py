"""Whose answers the jobs of receivers wait for."""

from __future__ import annotations

from sqlalchemy import Connection

from bridge.background import Lane, LaneOf
from bridge.follow_ups.delivery import DELIVER
from bridge.follow_ups.told_alerts import TELL_ALERTS

_MOST_AT_ONCE = 4  # receivers; more that hang wait for each other, and calendars never for them


def receiver_lane(receiver: str) -> Lane:
    """Return the lane of a receiver of follow-ups."""
    return Lane("follow_ups", receiver, _MOST_AT_ONCE)


def with_receivers(lane_of: LaneOf) -> LaneOf:
    """Return a rule that knows the receivers' jobs too, and asks `lane_of` of all others."""

    def lane(connection: Connection, kind: str, subject: str) -> Lane | None:
        if kind == DELIVER:
            return receiver_lane(subject)
        return Lane("alerts", subject) if kind == TELL_ALERTS else lane_of(connection, kind, subject)

    return lane
