"""Calls an address each minute while database and background work are well: its silence tells somebody.

It is a job like the others, so one process does it for all of them, and none does when the database or the
background is down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bridge.config import Config
from providers.outward import MOST_BYTES, Outward, OutwardError

HEARTBEAT = "heartbeat"
_EVERY = timedelta(minutes=1)
_TOO_LATE = timedelta(minutes=5)  # a job that waits so long shows that the background does not get on

_log = logging.getLogger(__name__)


def heartbeat_chores(
    config: Config, lag: Callable[[], timedelta]
) -> Mapping[str, Callable[[str], timedelta | None]]:
    """Return what to do for each kind of job."""
    url = config.alerts.heartbeat_url
    # Whose owner watches from their own network says so by naming the address; nobody else names one.
    outward = Outward(replace(config.route, is_private_allowed=True))

    def beat(_subject: str) -> timedelta | None:
        if url is None:  # taken out of the configuration
            return None
        if lag() > _TOO_LATE:
            _log.warning("the heartbeat is left out: background work waits for more than five minutes")
            return _EVERY
        try:
            status = outward.get(url, {}, most=MOST_BYTES).status
        except OutwardError as error:
            _log.warning("the heartbeat did not arrive: %s", error)
        else:
            if status >= 400:
                _log.warning("the heartbeat was answered %s", status)
        return _EVERY

    return {HEARTBEAT: beat}
