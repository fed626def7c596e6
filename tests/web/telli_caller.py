"""Asks as telli does: a signed POST of compact JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from bridge.service.signing import sign
from tests.web.diary import KEY

CALLER = {"contact_id": "c-1", "external_contact_id": "K-4711", "contact_details": {"name": "Max Muster"}}
NINE_ISO = "2026-11-24T09:00:00.000Z"


def post_raw(
    app: Flask, path: str, body: bytes, *, key: str = KEY, headers: Mapping[str, str] | None = None
) -> TestResponse:
    signed = {"x-telli-signature": sign(body, key), "content-type": "application/json"}
    return app.test_client().post(path, data=body, headers={**signed, **(headers or {})})


def post(app: Flask, path: str, payload: object, **more: Any) -> TestResponse:
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    return post_raw(app, path, body, **more)
