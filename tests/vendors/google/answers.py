"""Answers as Google words them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Answer:
    """An HTTP answer; `body` is JSON unless `content` is given."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def encoded(self) -> bytes:
        """Return the body's bytes, setting the type."""
        if self.content is not None:
            return self.content
        if self.body is None:
            return b""
        self.headers.setdefault("Content-Type", "application/json; charset=UTF-8")
        return json.dumps(self.body, indent=1).encode()


class Refused(Exception):
    """The API's error answer, raised wherever it is found out."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str = "",
        *,
        domain: str = "global",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        entry = {"domain": domain, "reason": reason, "message": message or reason}
        self.answer = Answer(
            status,
            {"error": {"code": status, "message": message or reason, "errors": [entry]}},
            dict(headers or {}),
        )


def insufficient_scope(method: str) -> Refused:
    """Return the answer to a token without the scope."""
    refused = Refused(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
        },
    )
    refused.answer.body["error"]["details"] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "calendar-json.googleapis.com", "method": method},
        }
    ]
    return refused


def page(title: str, body: str, status: int = 200) -> Answer:
    """Return an HTML page."""
    text = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>{body}</html>'
    return Answer(status, headers={"Content-Type": "text/html; charset=UTF-8"}, content=text.encode())
