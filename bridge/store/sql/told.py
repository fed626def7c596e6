"""Statements on what a booking's caller was told last: whether a success after what they heard had failed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from bridge.model import BookingState
from bridge.store.tables import bookings


def told_values() -> dict[str, Any]:
    """Return the column of a change after which what its caller hears is true, whatever was told before."""
    return {"told_version": bookings.c.version + 1}


def at_version(version: int) -> list[ColumnElement[bool]]:
    """Return the condition that a booking is as it was read."""
    return [bookings.c.version == version]


def stands_as_told(version: int) -> list[ColumnElement[bool]]:
    """Return the conditions that a caller was told of no success after this version, and nobody is at it.

    What people and the background did since is no matter.
    """
    return [
        bookings.c.version >= version,
        bookings.c.told_version <= version,
        bookings.c.owner.is_(None),
    ]


def is_as_told(connection: Connection, booking_id: str, version: int) -> bool:
    """Tell whether a booking is confirmed, and its caller was told of no success after this version."""
    confirmed = (bookings.c.id == booking_id, bookings.c.state == BookingState.CONFIRMED)
    wanted = select(bookings.c.id).where(*confirmed, *stands_as_told(version))
    return connection.execute(wanted).first() is not None
