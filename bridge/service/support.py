"""Gathers what somebody who helps needs to know, without anybody's name, number, address or secret.

Only what is known to be harmless is told: numbers, instants, words of the program. Every other text, and the
name of every host, account and calendar, is left out or counted.
"""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from sqlalchemy import func, select

from bridge.config.document import parse_document
from bridge.config.table import Table
from bridge.errors import ConfigError
from bridge.journal import Journal
from bridge.model.event_types import Assignment, CountDays, FieldSource, MeetingPlatform, Suggest
from bridge.service.system import BACKUP, System
from bridge.store.schema import HEAD
from bridge.store.sql import upkeep
from bridge.store.tables import jobs, metadata

_CALLS = 200
_LARGEST_NUMBER = 100_000  # a longer one may be a telephone's
_OURS = re.compile(r"[a-z_]+")
_HOURS = re.compile(r"\d\d:\d\d-\d\d:\d\d")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KINDS: tuple[type[StrEnum], ...] = (Assignment, CountDays, FieldSource, MeetingPlatform, Suggest)
_WORDS = frozenset(word for kind in _KINDS for word in kind)


def bundle(system: System, journal: Journal) -> Mapping[str, Any]:
    """Return what may be passed on, as JSON takes it."""
    context = system.context
    with context.store.read() as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
        waiting = connection.execute(select(jobs.c.kind, jobs.c.due_at, jobs.c.tries)).all()
        last = upkeep.get(connection, BACKUP)
    return {
        "made_at": context.now().isoformat(),
        "version": version("calendar-bridge"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "database": {
            "kind": "sqlite" if context.store.file else "postgresql",
            "revision": HEAD,
            "rows": rows,
        },
        "background": {
            "behind_seconds": system.lag().total_seconds(),
            "jobs": Counter(row.kind for row in waiting),
            "tried_in_vain": Counter(row.kind for row in waiting if row.tries > 1),
        },
        "backup_at": last.at.isoformat() if last else None,
        "configuration": {"is_changed": system.is_changed, "says": _configuration(system)},
        "health": list(_health(system)),
        "alerts": [
            {"kind": _word(each.key.partition(":")[0]), "since": each.raised_at.isoformat()}
            for each in context.alerts.open()
        ],
        "calls": [_call(each) for each in journal.last(_CALLS)],
    }


def _configuration(system: System) -> object:
    try:
        document = parse_document(system.path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, ConfigError):
        return None
    return _harmless(document, _known_keys())


def _known_keys() -> frozenset[str]:
    """Return the keys that a configuration may have; any other may be a name, or a misplaced secret."""
    keys = {*_WEEK, "hosts", "event_types", "open_hours", "date_overrides", "services", "fields", "sms"}
    waiting: list[type[Table]] = [Table]
    while waiting:
        table = waiting.pop()
        waiting += table.__subclasses__()
        keys |= {getattr(table, "section", "").partition(".")[0]}
        keys |= {each.alias or name for name, each in table.model_fields.items()}
    return frozenset(keys)


def _harmless(value: object, known: frozenset[str]) -> object:
    if isinstance(value, dict):
        names = {key: key if key in known else f"name {place}" for place, key in enumerate(value, 1)}
        return {names[key]: _harmless(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_harmless(item, known) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < _LARGEST_NUMBER else "(number)"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    text = str(value)
    return text if text in _WORDS or _HOURS.fullmatch(text) else "(text)"


def _health(system: System) -> Iterator[Mapping[str, object]]:
    subjects: dict[str, int] = {}
    for each in system.context.health.every():
        number = subjects.setdefault(each.subject, len(subjects) + 1)
        yield {
            "vendor": _word(each.subject.partition(":")[0]),
            "subject": number,
            "ability": str(each.ability),
            "kind": each.kind,
            "since": each.since.isoformat(),
            "good_at": each.good_at.isoformat() if each.good_at else None,
        }


def _call(told: Mapping[str, Any]) -> Mapping[str, object]:
    return {
        "at": told["at"].isoformat(),
        "request": told["request_id"],
        "question": _word(told["question"]),
        "outcome": _word(told["outcome"]),
        "kind": _word(told["kind"] or ""),
        "signature": _word(told["signature"] or ""),
        "milliseconds": round(told["seconds"] * 1000, 1),
    }


def _word(text: str) -> str:
    """Return a word of the program; of what could be anything else nothing."""
    return text if _OURS.fullmatch(text) else ""
