"""Statements on what each webhook was last told of a booking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from bridge.store.dialects import upsert
from bridge.store.tables import webhook_invitees


class Known(NamedTuple):
    """The invitee as it was told, and the how-manieth of the booking it is."""

    number: int
    invitee: Mapping[str, Any]


def get(connection: Connection, booking_id: str, webhook: str) -> Known | None:
    """Return what a webhook knows of a booking."""
    of_both = (webhook_invitees.c.booking_id == booking_id, webhook_invitees.c.webhook == webhook)
    row = connection.execute(select(webhook_invitees).where(*of_both)).one_or_none()
    return Known(row.number, row.invitee) if row else None


def keep(connection: Connection, booking_id: str, webhook: str, known: Known) -> None:
    """Remember what a webhook has been told."""
    told = known._asdict()
    upsert(connection, webhook_invitees, {"booking_id": booking_id, "webhook": webhook, **told}, then=told)
