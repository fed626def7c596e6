"""Every problem of a file is told at once, with its path, and unknown names with what was meant."""

from __future__ import annotations

import pytest

from bridge.config.problems.found import written
from tests.config.samples import problems_in, problems_of

_FAULTY = """
greeting = "hello"
[bridge]
secret_key = "short"
timezone = "Europe/Berln"
deadline = 2
[admin]
password_hash = "hunter2"
[telli]
api_keys = []
office_tokens = ["x"]
[googel]
[exchange]
url = "x"
[hosts.anna]
name = "Anna"
e-mail = "anna@example.com"
booking_calendar = "google:anna@example.com/primary"
public_holidays = "XX"
[hosts.anna.open_hours]
monday = ["09:00-12:00", "22:00-02:00"]
teusday = []
priority = 3
[hosts.ben]
name = "Ben"
email = "ben@example.com"
[event_types.tools]
title = "Tools"
hosts = ["anna", "bob"]
[event_types.visit]
hosts = ["anna"]
meeting_platform = "in_person"
slots_per_day = 0
[[event_types.visit.fields]]
label = "Reason"
"""


def test_every_problem_of_a_file_is_told_at_once() -> None:
    assert [path for path, _ in problems_in(_FAULTY)] == [
        "greeting",
        "googel",
        "bridge.public_url",
        "bridge.secret_key",
        "bridge.timezone",
        "bridge.deadline",
        "hosts.anna.email",
        "hosts.anna.public_holidays",
        "hosts.anna.open_hours.monday[1]",
        "hosts.anna.open_hours.teusday",
        "hosts.anna.open_hours.priority",
        "hosts.anna.e-mail",
        "hosts.anna.booking_calendar",
        "hosts.ben.booking_calendar",
        "event_types.visit.title",
        "event_types.visit.slots_per_day",
        "event_types.tools",
        "event_types.tools.hosts[1]",
        "event_types.visit.address",
        "event_types.visit.fields[0].name",
        "admin.password_hash",
        "telli.api_keys",
        "exchange.url",
    ]


@pytest.mark.parametrize(
    ("more", "path", "sentence"),
    [
        ("[host.ben]\n", "host", 'is not known here; did you mean "hosts"?'),
        ("[event_type.x]\n", "event_type", 'is not known here; did you mean "event_types"?'),
        ("[Bridge]\n", "Bridge", 'is not known here; did you mean "bridge"?'),
        ("[something.else]\n", "something", "is not known here"),
    ],
)
def test_an_unknown_section_is_told_with_what_was_meant(more: str, path: str, sentence: str) -> None:
    assert problems_of(more) == [(path, sentence)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("public-url = 1", 'is not known here; did you mean "public_url"?'),
        ("secret_keys = 1", 'is not known here; did you mean "secret_key"?'),
        ("database = 1", 'is not known here; did you mean "database_url"?'),
        ("Locale = 1", 'is not known here; did you mean "locale"?'),
        ("metrics_tokens = 1", 'is not known here; did you mean "metrics_token"?'),
        ("duration_minutes = 30", "is not known here; it belongs to [event_types.<name>]"),
        ("api_keys = 1", "is not known here; it belongs to [telli]"),
    ],
)
def test_an_unknown_key_is_told_with_what_was_meant_or_where_it_belongs(line: str, sentence: str) -> None:
    assert problems_of(bridge=line) == [(f"bridge.{line.partition(' ')[0]}", sentence)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('"text"', "text"),
        ("1", "a number"),
        ("1.5", "a number"),
        ("true", "true or false"),
        ("[1]", "a list"),
        ("2026-01-01", "a date"),
        ("10:00:00", "a time"),
    ],
)
@pytest.mark.parametrize("section", ["bridge", "hosts.x", "event_types.x", "google"])
def test_anything_but_a_table_in_a_tables_place_is_told(section: str, line: str, kind: str) -> None:
    text = f"{section} = {line}\n"
    assert (section, f"must be a section of its own, not {kind}") in problems_in(text)


@pytest.mark.parametrize(("section", "example"), [("hosts", "anna"), ("event_types", "consultation")])
def test_named_sections_are_asked_for_by_example(section: str, example: str) -> None:
    told = dict(problems_in(f"{section} = 3"))
    assert told[section] == f"must hold a section for each, such as [{section}.{example}], not a number"
    told = dict(problems_in(f"[{section}]"))
    assert told[section] == f"is empty; at least one section such as [{section}.{example}] is needed"


def test_a_path_is_written_as_toml_spells_it() -> None:
    path = ("hosts", "ann a", "open_hours", "monday", 1)
    assert written(path) == 'hosts."ann a".open_hours.monday[1]'
    assert written(("x" * 200,)) == f'"{"x" * 80}"'
