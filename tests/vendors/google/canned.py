"""A server that gives the answers it was told, in order, whatever it is asked: odd shapes, and speed."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from tests.vendors.common import Answer, Fake, Request


class Canned(Fake):
    """Answers 500 when it has run out; the last answer may be kept for ever."""

    def __init__(self) -> None:
        self._answers: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._last: Answer | None = None
        super().__init__()
        self.api_url = f"{self.url}/calendar/v3/"

    def answer(
        self, body: Any, *, status: int = 200, times: int = 1, headers: dict[str, str] | None = None
    ) -> None:
        """Give this JSON next, so many times."""
        content = b"null" if body is None else None
        self._answers.extend(Answer(status, body, dict(headers or {}), content) for _ in range(times))

    def say(self, content: bytes, headers: dict[str, str] | None = None) -> None:
        """Give these bytes next, as a 200."""
        self._answers.append(Answer(200, headers=dict(headers or {}), content=content))

    def always(self, body: Any) -> None:
        """Give this JSON whenever there is nothing else."""
        self._last = Answer(200, content=Answer(200, body).encoded())

    def answer_to(self, request: Request) -> Answer:
        with self._lock:
            if self._answers:
                return self._answers.popleft()
        return self._last or Answer(500, {"error": {"code": 500, "message": "nothing left to say"}})
