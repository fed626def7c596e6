"""Tells a load balancer whether this process is up and whether it can work; no details for strangers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response

from bridge.errors import BridgeError

_log = logging.getLogger(__name__)


def health_blueprint(require_ready: Callable[[], None]) -> Blueprint:
    """Return `/healthz` (the process is up) and `/readyz` (`require_ready` raises no BridgeError)."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def up() -> Response:
        return Response("ok\n", content_type="text/plain")

    @blueprint.get("/readyz")
    def ready() -> Response:
        try:
            require_ready()
        except BridgeError as error:
            _log.warning("not ready: %s", error)
            return Response("not ready\n", status=503, content_type="text/plain")
        return Response("ready\n", content_type="text/plain")

    return blueprint
