"""Calls an address each minute while database and background work are well: its silence tells somebody.

It is a job like the others, so one process does it for all of them, and none does when the database or the
background is down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from bridge.config import Config
from providers.base import Deadline
from providers.errors import ProviderError
from providers.http import Call, send, session

HEARTBEAT = "heartbeat"
_EVERY = timedelta(minutes=1)
_TOO_LATE = timedelta(minutes=5)  # a job that waits so long shows that the background does not get on
_SECONDS = 10.0

_log = logging.getLogger(__name__)


def heartbeat_chores(
    config: Config, monotonic: Callable[[], float], lag: Callable[[], timedelta]
) -> Mapping[str, Callable[[str], timedelta | None]]:
    """Return what to do for each kind of job."""
    url = config.alerts.heartbeat_url

    def beat(_subject: str) -> timedelta | None:
        if url is None:  # taken out of the configuration
            return None
        if lag() > _TOO_LATE:
            _log.warning("the heartbeat is left out: background work waits for more than five minutes")
            return _EVERY
        call = Call("heartbeat", "beat", Deadline(_SECONDS, monotonic))
        try:
            with session(config.route, connections=1) as line:
                status = send(line, call, "GET", url).status_code
        except ProviderError as error:
            _log.warning("the heartbeat did not arrive: %s", error.detail)
        else:
            if status >= 400:
                _log.warning("the heartbeat was answered %s", status)
        return _EVERY

    return {HEARTBEAT: beat}
