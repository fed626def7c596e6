"""Tells a load balancer whether this process is up and whether it can work; no details for strangers."""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from bridge.errors import BridgeError
from bridge.store.engine import Store
from bridge.store.migrate import require_current

_log = logging.getLogger(__name__)


def health_blueprint(store: Store) -> Blueprint:
    """Return `/healthz` (the process is up) and `/readyz` (its database answers and is up to date)."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def up() -> Response:
        return Response("ok\n", content_type="text/plain")

    @blueprint.get("/readyz")
    def ready() -> Response:
        try:
            require_current(store)
        except BridgeError as error:
            _log.warning("not ready: %s", error)
            return Response("not ready\n", status=503, content_type="text/plain")
        return Response("ready\n", content_type="text/plain")

    return blueprint
