"""The journal in the background: what is old is forgotten, bursts of refused signatures alert the owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.alerts import Alerts
from bridge.journal.journal import KEPT, MOST_ROWS
from bridge.store.engine import Store
from bridge.store.sql import journal

WATCH_CALLS = "watch_calls"
_EVERY = timedelta(minutes=1)
_WINDOW = timedelta(minutes=10)
_MANY = 20
_ALERT = "signatures"


def journal_chores(
    store: Store, alerts: Alerts, now: Callable[[], datetime]
) -> Mapping[str, Callable[[str], timedelta]]:
    """Return what to do for each kind of job."""

    def watch(_subject: str) -> timedelta:
        with store.write() as connection:
            journal.drop_older(connection, now() - KEPT, most=MOST_ROWS)
            refused = journal.count_refused(connection, now() - _WINDOW)
        if refused >= _MANY:
            alerts.alert(
                _ALERT,
                "{count} requests within ten minutes were refused for their signature: "
                "is the key in telli the one in the configuration ([telli] api_keys)?",
                count=refused,
            )
        elif not refused:
            alerts.resolve(_ALERT)
        return _EVERY

    return {WATCH_CALLS: watch}
