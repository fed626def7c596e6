"""Whose answers the jobs of receivers wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bridge.background import Lane, LanesOf
from bridge.follow_ups.delivery import DELIVER
from bridge.follow_ups.told_alerts import TELL_ALERTS
from bridge.store.sql.jobs import Job

_MOST_AT_ONCE = 4  # receivers; more that hang wait for each other, and calendars never for them


def receiver_lane(receiver: str) -> Lane:
    """Return the lane of a receiver of follow-ups."""
    return Lane("follow_ups", receiver, _MOST_AT_ONCE)


def with_receivers(lanes_of: LanesOf) -> LanesOf:
    """Return a rule that knows the receivers' jobs too, and asks `lanes_of` of all."""

    def lanes(connection: Connection, found: Sequence[Job]) -> Mapping[Job, Lane]:
        known = dict(lanes_of(connection, found))
        for job in found:
            if job.kind == DELIVER:
                known[job] = receiver_lane(job.subject)
            elif job.kind == TELL_ALERTS:
                known[job] = Lane("alerts", job.subject)
        return known

    return lanes
