"""Answers of a fake: JSON, pages, and refusals."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
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
    """An answer that refuses a request, raised wherever that is found out."""

    def __init__(self, answer: Answer, reason: str = "") -> None:
        super().__init__(reason or str(answer.status))
        self.answer = answer


def page(title: str, html: str, status: int = 200) -> Answer:
    """Return a page for a browser."""
    text = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>{html}</html>'
    return Answer(status, headers={"Content-Type": "text/html; charset=UTF-8"}, content=text.encode())
