"""Whatever a document holds, reading it ends with a configuration or one ConfigError."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bridge.config import remarks
from bridge.errors import ConfigError
from tests.cast.reading import parse_config, read_config
from tests.config.samples import ENVIRON, config_text

_SOUND = tomllib.loads((Path(__file__).parents[2] / "config.example.toml").read_text())
_WORDS = st.sampled_from(
    [
        "anna", "consultation", "monday", "09:00-17:00", "22:00-02:00", "2026-12-24",
        "2026-12-22/2027-01-03", "env:NO", "env:TELLI_API_KEY", "file:x", "file:.", "local:anna",
        "google:a@b.c/d", "microsoft:a@b.c/schedule:x", "Europe/Berlin", "Europe", "de_DE", "DE-BE", "DE",
        "https://x.example", "http://[", "weighted", "zoom", "google_meet", "link", "constant",
        "sqlite:///x", "postgres://x/y", "busy", "", "x",
    ]
)  # fmt: skip
_LEAVES = st.one_of(
    st.integers(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    _WORDS,
    st.dates(),
    st.datetimes(),
    st.times(),
)
_KEYS = st.one_of(_WORDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


def _places(table: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for key, value in table.items():
        yield table, key
        if isinstance(value, dict):
            yield from _places(value)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


_KNOWN_KEYS = st.sampled_from(
    [
        "weight", "priority", "fixed_hosts", "groups", "assignment", "fields", "open_hours", "date_overrides",
        "time_off", "busy_statuses", "all_day_events", "public_holidays", "timezone", "locale", "default",
        "duration_minutes", "hours_between_suggestions", "start_date", "meeting_platform", "address", "link",
        "sms", "fallback_email", "deadline_seconds", "database_url", "service_account_file", "tenant",
        "app_only", "trusted_proxies", "api_url", "booking_details", "lookup_contacts", "phone", "suggest",
    ]
)  # fmt: skip


@st.composite
def _damaged(draw: st.DrawFn) -> dict[str, Any]:
    """Return the sound example with a few values replaced, removed or added anywhere."""
    document: dict[str, Any] = _copy(_SOUND)
    for _ in range(draw(st.integers(1, 4))):
        table, key = draw(st.sampled_from(list(_places(document))))
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "remove":
            del table[key]
        else:
            table[key if action == "replace" else draw(_KNOWN_KEYS)] = draw(_VALUES)
        if not document:
            break
    return document


def _told(text_or_document: str | dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the problems, or the remarks when there are none."""
    nowhere = Path("/nowhere")
    try:
        if isinstance(text_or_document, str):
            return remarks(parse_config(text_or_document, environ=ENVIRON, base=nowhere))
        return remarks(read_config(text_or_document, environ=ENVIRON, base=nowhere))
    except ConfigError as error:
        return error.problems or (("", "a ConfigError without a problem"),)


_QUICK = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@given(_damaged())
@example({"hosts": {"anna": {"open_hours": {"monday": [[]]}}}})
@example({"event_types": {"x": {"groups": [[["anna"]]]}}})
@example({"bridge": {"trusted_proxies": 10**5000}})
@example({"bridge": {"deadline_seconds": 10**5000}})
@example({"event_types": {"x": {"start_date": datetime(2026, 1, 1), "open_hours": {"monday": time(9)}}}})  # noqa: DTZ001
@example({"hosts": {"x": {"time_off": [date.min, date.max], "date_overrides": {"0001-01-01": ["x"]}}}})
@_QUICK
def test_a_damaged_example_is_read_or_refused_with_reasons(document: dict[str, Any]) -> None:
    assert all(path and sentence for path, sentence in _told(document))


@given(st.dictionaries(st.sampled_from(list(_SOUND)) | _KEYS, _VALUES, max_size=5))
@_QUICK
def test_any_document_is_read_or_refused_with_reasons(document: dict[str, Any]) -> None:
    assert all(path and sentence for path, sentence in _told(document))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(0, 600))
@_QUICK
def test_any_text_within_a_config_is_read_or_refused_with_reasons(text: str, place: int) -> None:
    sound = config_text()
    assert all(path and sentence for path, sentence in _told(sound[:place] + text + sound[place:]))
