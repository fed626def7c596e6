"""Names the background jobs of bookings and plans them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bridge.model import CalendarName, Write
from bridge.store.sql import jobs

RECONCILE = "reconcile"  # holds and moves nobody finishes
REMOVE = "remove"  # an unwanted write: subject "<booking>/<number>"
READ_BACK = "read_back"  # what lies beside a new event: subject "<booking>"
FOLLOW = "follow"  # what people did in a calendar: subject "<calendar>"
SURVEY = "survey"  # which calendars changed at all: subject "<vendor>", for those that can tell
LOOK = "look"  # where a booking's own event is, and how: subject "<booking>"
TIDY = "tidy"  # alerts and health that concern nobody any more
IDENTIFY = "identify"  # what a calendar's name means: subject "<calendar>"
CLAIM_CALENDARS = "claim_calendars"  # of bookings to come whose calendars are not claimed yet
WATCH = "watch"  # keep a push channel of a calendar open: subject "<calendar>"


def plan_removal(connection: Connection, write: Write, due_at: datetime) -> None:
    """Plan to look for an unwanted event, and to remove it."""
    jobs.schedule(connection, REMOVE, f"{write.booking_id}/{write.number}", due_at)


def plan_read_back(connection: Connection, booking_id: str, due_at: datetime) -> None:
    """Plan to look at what else lies where a new event was put."""
    jobs.schedule(connection, READ_BACK, booking_id, due_at)


def plan_look(connection: Connection, booking_id: str, due_at: datetime) -> None:
    """Plan to look at a booking's own event."""
    jobs.schedule(connection, LOOK, booking_id, due_at)


def plan_follow(connection: Connection, calendar: CalendarName, due_at: datetime) -> None:
    """Plan to see what people did in a calendar."""
    jobs.schedule(connection, FOLLOW, str(calendar), due_at)
