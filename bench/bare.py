"""The least a Flask endpoint for telli can do: check the signature, answer a constant. The yardstick."""

from __future__ import annotations

from flask import Flask, Response, request

from bench.salon import API_KEY, TYPICAL_ANSWER
from bridge.service.signing import HEADER
from bridge.web.signature import verify


class _NoBackground:
    """Stands where the project's gunicorn.conf.py expects the bridge."""

    def start(self) -> None:
        """Start nothing."""

    def stop(self) -> None:
        """Stop nothing."""


app = Flask("bare", static_folder=None)
app.extensions["bridge"] = _NoBackground()


@app.post("/available")
def available() -> Response:
    """Answer the same to everybody whose signature is good."""
    verify(request.get_data(), request.headers.get(HEADER), [API_KEY])
    return Response(TYPICAL_ANSWER, content_type="application/json")
