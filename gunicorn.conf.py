"""The server's settings: two processes of eight threads answer a small business's calls with ease."""

from typing import Any

from bridge.errors import BridgeError

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 8
keepalive = 30
# With keep-alive, all connections can land on one worker; the kernel spreads them with this.
reuse_port = True
timeout = 60
graceful_timeout = 15  # above the booking deadline: a call under way is answered before a restart
max_requests = 0
accesslog = None


def post_worker_init(worker: Any) -> None:
    """Start the background work when a process begins to serve, not when it is forked."""
    try:
        worker.wsgi.extensions["bridge"].start()
    except (
        BridgeError
    ) as error:  # a database that is away must not stop the server; the first request retries
        worker.log.warning("the background work cannot start yet: %s", error)


def worker_exit(_server: Any, worker: Any) -> None:
    """End the background work with the process."""
    app = getattr(worker, "wsgi", None)  # one that could not be loaded is not there
    bridge = getattr(app, "extensions", {}).get("bridge")
    if bridge is not None:
        bridge.stop()
