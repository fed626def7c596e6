"""What gunicorn is told: two processes of eight threads answer a small business's calls with ease."""

from __future__ import annotations

from typing import Any

from bridge.config import Config
from bridge.errors import BridgeError
from bridge.parts import Bridge

_ABOVE_A_BOOKING = 10  # seconds that a stopping process has beyond the longest booking
_LEAST_GRACE = 15


def settings(config: Config) -> dict[str, Any]:
    """Return gunicorn's settings for a configuration, by gunicorn's names."""
    server = config.server
    longest = config.bridge.book_deadline.total_seconds()
    return {
        "bind": str(server.bind),
        "workers": server.workers,
        "threads": server.threads,
        "worker_class": "bridge.server.worker.BridgeWorker",
        "keepalive": 30,
        "worker_connections": 400,  # below what a process may have open (1,024 as a rule), with its own files
        "timeout": 60,
        # A call under way is answered before its process ends.
        "graceful_timeout": max(_LEAST_GRACE, round(longest) + _ABOVE_A_BOOKING),
        "accesslog": None,  # the bridge tells of each call itself
        "control_socket_disable": True,  # whoever may send a signal can do all that it offers
        "forwarder_headers": "",  # a SCRIPT_NAME sent along would walk round a proxy's rules for paths
        "forwarded_allow_ips": "",
        "post_worker_init": begin,
        "worker_exit": end,
    }


def begin(worker: Any) -> None:
    """Start the background work when a process begins to serve, not when it is forked."""
    bridge = _bridge_of(worker)
    try:
        if bridge:
            bridge.start()
    except BridgeError as error:  # a database that is away must not stop it; the first request retries
        worker.log.warning("The background work cannot start yet: %s", error)


def end(_server: Any, worker: Any) -> None:
    """End the background work with the process."""
    bridge = _bridge_of(worker)
    if bridge:
        bridge.stop()


def _bridge_of(worker: Any) -> Bridge | None:
    app = getattr(worker.app, "callable", None)  # one that could not be loaded is not there
    found: Bridge | None = getattr(app, "extensions", {}).get("bridge")
    return found
