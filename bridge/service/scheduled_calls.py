"""Has telli call back who asked for a call: in the background, once, while the owner's alert of it is open.

Source: `POST /v1/schedule-call` of telli's API, which takes no time: telli calls by its own plan.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge import log
from bridge.alerts import Alerts
from bridge.attendee.contact_api import ContactApi
from bridge.background import Work
from bridge.store.sql import jobs
from providers.base import Deadline
from providers.errors import ProviderError, ProviderUnavailable

SCHEDULE_CALL = "schedule_call"  # subject: the alert's key, telli's contact and its agent
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SECONDS = 10.0
_AGAIN = timedelta(minutes=5)


def plan_call(connection: Connection, alert_key: str, contact_id: str, agent_id: str, now: datetime) -> None:
    """Add to a transaction that telli shall call a contact; nothing where it can't know whom or by whom."""
    if _ID.fullmatch(contact_id) and _ID.fullmatch(agent_id):
        jobs.schedule(connection, SCHEDULE_CALL, f"{alert_key} {contact_id} {agent_id}", now)


def call_chores(api: ContactApi, alerts: Alerts, monotonic: Callable[[], float]) -> Mapping[str, Work]:
    """Return what to do for each kind of job."""

    def schedule(subject: str) -> timedelta | None:
        alert_key, contact_id, agent_id = subject.split(" ")
        if not alerts.is_open(alert_key):  # somebody has called back
            return None
        try:
            api.schedule_call(contact_id, agent_id, Deadline(_SECONDS, monotonic))
        except ProviderUnavailable:
            return _AGAIN
        except ProviderError as error:
            # Refused, or not clear: a second call would be worse than none, and the owner knows of it.
            log.event("call_not_scheduled", level=logging.WARNING, about=alert_key, why=str(error))
            return None
        log.event("call_scheduled", about=alert_key)
        return None

    return {SCHEDULE_CALL: schedule}
