"""What the fake answers: JSON, pages, and refusals as Graph words them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `content` goes out as it is, else `body` as JSON."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def encoded(self) -> bytes:
        """Return the bytes to send."""
        if self.content is not None:
            return self.content
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refused(Exception):
    """A refusal in Graph's words: `members` stand beside code and message."""

    def __init__(
        self, status: int, code: str, message: str = "", *, retry_after: str | None = None, **members: str
    ) -> None:
        error = {
            "code": code,
            "message": message or f"{code}, in Microsoft's words.",
            "innerError": {"request-id": str(uuid.uuid4()), "date": "2026-12-01T09:00:00"},
        }
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        named = {f"@event.{name}": value for name, value in members.items()}
        self.answer = Answer(status, {"error": error | named}, headers)
        super().__init__(code)


def not_found() -> Refused:
    """Return what Graph says of an id that leads nowhere."""
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed() -> Refused:
    """Return what Graph says of an id that is none."""
    return Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def page(title: str, html: str, status: int = 200) -> Answer:
    """Return a page for a browser."""
    text = f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1>{html}</html>"
    return Answer(status, headers={"Content-Type": "text/html; charset=utf-8"}, content=text.encode())
