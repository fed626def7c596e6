"""The background job of connections: renewing tokens before they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.connections.connections import Connections

REFRESH_TOKENS = "refresh_tokens"
_EVERY = timedelta(minutes=1)


def connection_chores(
    connections: Connections, now: Callable[[], datetime]
) -> Mapping[str, Callable[[str], timedelta]]:
    """Return what to do for each kind of job."""

    def refresh(_subject: str) -> timedelta:
        connections.refresh_due(now())
        return _EVERY

    return {REFRESH_TOKENS: refresh}
