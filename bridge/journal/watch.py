"""The journal in the background: what is old is forgotten, refused signatures and floods alert the owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.alerts import Alerts
from bridge.journal.call import Outcome
from bridge.journal.journal import KEPT, MOST_ROWS
from bridge.store.engine import Store
from bridge.store.sql import journal

WATCH_CALLS = "watch_calls"
_EVERY = timedelta(minutes=1)
_WINDOW = timedelta(minutes=10)
_MANY = 20
_ALERT = "signatures"
_CROWDED = "overload"


def journal_chores(
    store: Store, alerts: Alerts, now: Callable[[], datetime]
) -> Mapping[str, Callable[[str], timedelta]]:
    """Return what to do for each kind of job."""

    def watch(_subject: str) -> timedelta:
        with store.write() as connection:
            journal.drop_older(connection, now() - KEPT, most=MOST_ROWS)
            refused = journal.count_refused(connection, now() - _WINDOW)
            shed_since = journal.first_of(connection, Outcome.SHED, now() - _WINDOW)
        if refused >= _MANY:
            alerts.alert(
                _ALERT,
                "{count} requests within ten minutes were refused for their signature: "
                "is the key in telli the one in the configuration ([telli] api_keys)?",
                count=refused,
            )
        elif not refused:
            alerts.resolve(_ALERT)
        if shed_since:
            alerts.alert(
                _CROWDED,
                "Since {time} more people have called at once than can be answered. Some were asked to try "
                "again in a moment, and nothing was booked for them. If it happens again, raise workers "
                "under [server].",
                time=shed_since,
            )
        else:
            alerts.resolve(_CROWDED)
        return _EVERY

    return {WATCH_CALLS: watch}
