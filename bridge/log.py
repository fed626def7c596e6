"""Writes the log: one dated line per event, with its facts by name, plain or as JSON.

A fact is never a caller's name, number, address or words: those are the database's, and nobody else's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Form(StrEnum):
    """How a line looks."""

    PLAIN = "plain"
    JSON = "json"


_log = logging.getLogger(__name__)
# Whatever is logged while a request is answered bears its id; a thread's next request sets its own.
_request: ContextVar[str] = ContextVar("request", default="")


def event(name: str, *, at: datetime | None = None, level: int = logging.INFO, **facts: Any) -> None:
    """Log that something happened, `at` another moment than this one; facts that are None are left out."""
    if not _log.isEnabledFor(level):
        return
    known = {key: fact for key, fact in facts.items() if fact is not None}
    known.setdefault("request", _request.get() or None)
    record = _log.makeRecord(_log.name, level, "", 0, name, (), None, extra={"facts": known})
    if at is not None:
        record.created = at.timestamp()
    _log.handle(record)


def in_request(request_id: str) -> None:
    """Let what this thread logs from now on bear the id of a request."""
    _request.set(request_id)


class PlainFormat(logging.Formatter):
    """`2026-11-24T09:00:00.123Z info  booked host=anna start=...`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and below it what was raised, if anything was."""
        facts = [f"{key}={_shown(fact)}" for key, fact in _facts_of(record).items()]
        line = " ".join([_moment(record), f"{record.levelname.lower():7}", record.getMessage(), *facts])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormat(logging.Formatter):
    """One JSON object per line: time, level, event, then the facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told: dict[str, object] = {"time": _moment(record), "level": record.levelname.lower()}
        told["event" if hasattr(record, "facts") else "message"] = record.getMessage()
        told |= _facts_of(record)
        if record.exc_info:
            told["raised"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


def settings(form: Form) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` is told: all that happens goes to standard error."""
    format_of = {Form.PLAIN: PlainFormat, Form.JSON: JsonFormat}[form]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"bridge": {"()": f"{format_of.__module__}.{format_of.__name__}"}},
        "handlers": {"bridge": {"class": "logging.StreamHandler", "formatter": "bridge"}},
        "root": {"level": "WARNING", "handlers": ["bridge"]},
        # Without handlers of its own: gunicorn's lines look like the others. Its level is its own option.
        "loggers": {"bridge": {"level": "INFO"}, "gunicorn.error": {"handlers": [], "propagate": True}},
    }


def _facts_of(record: logging.LogRecord) -> Mapping[str, object]:
    facts: Mapping[str, object] = getattr(record, "facts", {})
    return {key: fact for key, fact in facts.items() if fact is not None}


def _moment(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC).isoformat('T', 'milliseconds')[:-6]}Z"


def _shown(fact: object) -> str:
    text = str(fact)
    return json.dumps(text, ensure_ascii=False) if not text or any(c in text for c in ' "=\n') else text
