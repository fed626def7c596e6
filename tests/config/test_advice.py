"""What is allowed but unwise is remarked upon, each thing by its own line, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.config import remarks
from tests.cast.reading import parse_config
from tests.config.samples import PASSWORD_HASH, config_of, config_text

_FEW = "a voice agent does best with few: {} is the Cal.com action's range"


@pytest.mark.parametrize(
    ("section", "lines", "key", "text"),
    [
        (
            "bridge",
            'public_url = "http://calendar.example.com"',
            "public_url",
            "is not https: callers' names and numbers would travel unprotected",
        ),
        (
            "bridge",
            'public_url = "http://127.0.0.1:8000"',
            "public_url",
            "only this machine can reach this address; telli needs a public https one",
        ),
        (
            "bridge",
            'locale = "fr_FR"',
            "locale",
            "reasons are spoken in English: only English and German sentences exist",
        ),
        (
            "bridge",
            "deadline_seconds = 5.5",
            "deadline_seconds",
            "a caller waits in silence this long; 2 to 3 seconds are good",
        ),
        (
            "bridge",
            "book_deadline_seconds = 2",
            "book_deadline_seconds",
            "telli gives up after 1 to 10 seconds; 4 to 6 are good",
        ),
        (
            "bridge",
            "book_deadline_seconds = 11",
            "book_deadline_seconds",
            "telli gives up after 1 to 10 seconds; 4 to 6 are good",
        ),
        ("host", "open_hours =", "open_hours", "names no hours, so this host is never offered"),
        (
            "host",
            "open_hours = { monday = [] }",
            "open_hours",
            "names no hours, so this host is never offered",
        ),
        (
            "host",
            'busy_calendars = ["local:other"]',
            "booking_calendar",
            "is not among busy_calendars, so what people write into it themselves blocks nothing",
        ),
        (
            "host",
            'busy_statuses = ["busy", "tentative"]',
            "busy_statuses",
            'without "oof" and "unknown", callers may be booked over such entries',
        ),
        ("event_type", "days_to_look_ahead = 4", "days_to_look_ahead", _FEW.format("1 to 3")),
        ("event_type", "slots_per_day = 1", "slots_per_day", _FEW.format("2 to 5")),
        ("event_type", "slots_per_day = 6", "slots_per_day", _FEW.format("2 to 5")),
        (
            "event_type",
            "hours_between_suggestions = 0.5",
            "hours_between_suggestions",
            _FEW.format("1 to 4"),
        ),
        (
            "event_type",
            "hours_between_suggestions = 4.5",
            "hours_between_suggestions",
            _FEW.format("1 to 4"),
        ),
        (
            "event_type",
            "horizon_days = 0",
            "horizon_days",
            "is shorter than days_to_look_ahead, so fewer days are offered than asked for",
        ),
        (
            "event_type",
            "minimum_notice_minutes = 21600",
            "minimum_notice_minutes",
            "reaches past horizon_days, so nothing can ever be booked",
        ),
        (
            "event_type",
            "open_hours = {}",
            "open_hours",
            "names no hours, so nothing can ever be booked; leave it out for the hosts' hours",
        ),
        (
            "event_type",
            "duration_minutes = 481",
            "duration_minutes",
            "is longer than somebody's hours of any day, who can thus never attend",
        ),
        (
            "event_type",
            'open_hours = { monday = ["09:00-09:20"] }',
            "duration_minutes",
            "is longer than somebody's hours of any day, who can thus never attend",
        ),
        (
            "event_type",
            'address = "Hauptstr. 1"',
            "address",
            'has no effect while meeting_platform is "phone"; it needs "in_person"',
        ),
        (
            "event_type",
            'link = "https://meet.example.com"',
            "link",
            'has no effect while meeting_platform is "phone"; it needs "link"',
        ),
        (
            "event_type",
            'require_email = true\nfallback_email = "office@example.com"',
            "require_email",
            "has no effect beside fallback_email, which stands in for a missing address",
        ),
    ],
)
def test_what_is_unwise_is_remarked_upon(section: str, lines: str, key: str, text: str) -> None:
    section_path = {"host": "hosts.anna", "event_type": "event_types.consultation"}.get(section, section)
    config = parse_config(config_text(**{section: lines}), environ={}, base=Path())
    assert remarks(config) == ((f"{section_path}.{key}", text),)


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("event_type", "days_to_look_ahead = 3\nslots_per_day = 5\nhours_between_suggestions = 4"),
        ("event_type", "days_to_look_ahead = 1\nslots_per_day = 2\nhours_between_suggestions = 1"),
        ("event_type", "horizon_days = 1"),
        ("event_type", "minimum_notice_minutes = 21599"),
        ("event_type", "minimum_notice_minutes = 21600\nstart_date = 2026-12-01"),
        ("event_type", "duration_minutes = 480"),
        ("host", 'date_overrides = { "2026-12-24" = ["09:00-12:00"] }\nopen_hours ='),
        ("host", 'busy_statuses = ["busy", "oof", "unknown"]'),
        ("bridge", 'locale = "de_AT"'),
    ],
)
def test_what_is_wise_enough_is_not_remarked_upon(section: str, lines: str) -> None:
    assert remarks(parse_config(config_text(**{section: lines}), environ={}, base=Path())) == ()


def test_hours_that_meet_or_touch_midnight_are_long_enough() -> None:
    halves = 'open_hours = { monday = ["09:00-12:00", "12:00-15:00"] }'
    assert remarks(config_of(host=halves, event_type="duration_minutes = 360")) == ()
    assert remarks(config_of(host=halves, event_type="duration_minutes = 361")) != ()
    night = 'open_hours = { monday = ["22:00-24:00"], tuesday = ["00:00-06:00"] }'
    assert remarks(config_of(host=night, event_type="duration_minutes = 480")) == ()


def test_a_missing_password_is_remarked_upon() -> None:
    text = config_text().replace(f'[admin]\npassword_hash = "{PASSWORD_HASH}"\n', "")
    told = remarks(parse_config(text, environ={}, base=Path()))
    assert told == (
        ("admin.password_hash", "nobody can sign in without it; `bridge admin-password` prints one"),
    )


_BEN = (
    '[hosts.ben]\nname = "Ben"\nemail = "ben@example.com"\nbooking_calendar = "local:ben"\n'
    'open_hours = { monday = ["09:00-17:00"] }\n'
)


def test_a_host_nobody_can_book_is_remarked_upon() -> None:
    assert remarks(config_of(_BEN)) == (
        ("hosts.ben.name", "attends no event type, so nobody is ever offered this host"),
    )


@pytest.mark.parametrize(
    ("assignment", "member", "ignored"),
    [
        ("least_recently_booked", "weight = 50", ["weights"]),
        ("least_recently_booked", "priority = 3", ["priorities"]),
        ("priority", "weight = 50, priority = 3", ["weights"]),
        ("weighted", "weight = 50, priority = 3", []),
    ],
)
def test_shares_without_effect_are_remarked_upon(assignment: str, member: str, ignored: list[str]) -> None:
    lines = f'hosts = ["anna", {{ host = "ben", {member} }}]\nassignment = "{assignment}"'
    assert remarks(config_of(_BEN, event_type=lines)) == tuple(
        (
            "event_types.consultation.assignment",
            f'is "{assignment}", so the hosts\' different {what} have no effect',
        )
        for what in ignored
    )
