"""The background job that tells of new alerts; a receiver that is down delays nobody but itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge import log
from bridge.background import Work
from bridge.follow_ups.alert_receivers import AlertReceiver
from bridge.follow_ups.errors import NotDelivered
from bridge.follow_ups.noting import noting
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import alerts, jobs
from providers.http import Clocks

TELL_ALERTS = "tell_alerts"  # subject: the receiver's name
_GATHERED = timedelta(seconds=10)  # one cause may raise several, and one mail is enough
_GATHERED_LONGEST = timedelta(minutes=1)  # while more and more come up
_AGAIN, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)


class AlertTelling:
    """Plans and does the telling, for each receiver by itself."""

    def __init__(self, store: Store, receivers: Mapping[str, AlertReceiver], clocks: Clocks) -> None:
        self._store = store
        self._receivers = receivers
        self._clocks = clocks
        self._now = clocks.now

    def plan(self, connection: Connection) -> None:
        """Add to the transaction of a new alert that it will be told."""
        for name in self._receivers:
            jobs.schedule(connection, TELL_ALERTS, name, self._now() + _GATHERED)

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {TELL_ALERTS: self._tell}

    def _tell(self, name: str) -> timedelta | None:
        receiver = self._receivers.get(name)
        if receiver is None:
            return None  # taken out of the configuration
        with self._store.read() as connection:
            untold = alerts.untold(connection, name, self._now())
        if not untold:
            return None
        # One that was raised a moment before another may be committed after it, and would count as told.
        now = self._now()
        settled = [each for each in untold if not timedelta(0) <= now - each.raised_at < _GATHERED]
        is_all = len(settled) == len(untold)
        if not is_all and (not settled or now - settled[0].raised_at < _GATHERED_LONGEST):
            return _GATHERED
        try:
            receiver.tell(settled)
        except NotDelivered as error:
            log.event("alerts_not_told", level=logging.WARNING, receiver=name, why=str(error))
            return min(max(_AGAIN, self._now() - settled[0].raised_at), LONGEST_WAIT)
        with noting(self._clocks):
            self._note(name, min(settled[-1].raised_at, now))
        return None if is_all else _GATHERED

    @repeated
    def _note(self, name: str, until: datetime) -> None:
        with self._store.write() as connection:
            alerts.mark_told(connection, name, until)
