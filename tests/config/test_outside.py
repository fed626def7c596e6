"""Values from the environment and from files, and what is told when they are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config.samples import SECRET_KEY, config_of, config_text, problems_in, problems_of


def test_text_is_read_from_the_environment_wherever_it_stands() -> None:
    environ = {
        "URL": "https://bridge.example.org",
        "KEY": SECRET_KEY,
        "API": "fake",
        "WHO": "anna",
        "H": "09:00-10:00",
    }
    config = config_of(
        environ=environ,
        bridge='public_url = "env:URL"\nsecret_key = ["env:KEY"]',
        telli='api_keys = ["env:API", "other"]',
        host='open_hours = { monday = ["env:H"] }',
        event_type='hosts = [{ host = "env:WHO" }]\ndescription = "env:API"',
    )
    assert config.bridge.public_url == "https://bridge.example.org"
    assert config.bridge.secret_keys[0].get_secret_value() == SECRET_KEY
    assert config.telli.api_keys[0].get_secret_value() == "fake"
    assert config.event_types["consultation"].team.hosts == ("anna",)
    assert config.event_types["consultation"].description == "fake"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_lies_beside_the_config_and_loses_one_newline(tmp_path: Path, end: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_bytes((SECRET_KEY + end).encode())
    config = config_of(bridge='secret_key = "file:secrets/key"', base=tmp_path)
    assert config.bridge.secret_keys[0].get_secret_value() == SECRET_KEY


def test_a_file_may_be_named_by_its_whole_path_and_begin_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbf" + SECRET_KEY.encode())
    config = config_of(bridge=f'secret_key = "file:{tmp_path}/key"', base=Path("/nowhere"))
    assert config.bridge.secret_keys[0].get_secret_value() == SECRET_KEY


def test_other_colons_are_nothing_special() -> None:
    description = "environment: see file: below"
    read = config_of(event_type=f'description = "{description}"').event_types["consultation"]
    assert read.description == description


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("env:NOT_SET", "the environment variable NOT_SET is not set"),
        ("env:", 'names no environment variable; write "env:NAME"'),
        ("file:", 'names no file; write "file:PATH"'),
        ("file:missing", "the file {base}/missing does not exist or is no ordinary file"),
        ("file:.", "the file {base} does not exist or is no ordinary file"),
        ("file:pipe", "the file {base}/pipe does not exist or is no ordinary file"),
        ("file:binary", "the file {base}/binary is no UTF-8 text"),
        ("file:large", "the file {base}/large is larger than 64 KiB"),
        ("file:a\\u0000b", None),
    ],
)
def test_a_value_that_cannot_be_read_is_told_once(tmp_path: Path, value: str, sentence: str | None) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_bytes(b"x" * 65537)
    [(path, told)] = problems_of(bridge=f'secret_key = "{value}"', base=tmp_path)
    assert path == "bridge.secret_key"
    if sentence:
        assert told == sentence.format(base=str(tmp_path))
    else:
        assert told.endswith("does not exist or is no ordinary file")


@pytest.mark.parametrize(
    ("section", "line", "path"),
    [
        ("telli", 'api_keys = ["fake", "env:NO"]', "telli.api_keys[1]"),
        ("telli", 'api_keys = "env:NO"', "telli.api_keys"),
        ("admin", 'password_hash = "env:NO"', "admin.password_hash"),
        ("bridge", 'timezone = "env:NO"', "bridge.timezone"),
        ("bridge", 'deadline_seconds = "env:NO"', "bridge.deadline_seconds"),
        ("host", 'booking_calendar = "env:NO"', "hosts.anna.booking_calendar"),
        ("host", 'open_hours = { monday = ["env:NO"] }', "hosts.anna.open_hours.monday[0]"),
        ("host", 'open_hours = { monday = "env:NO" }', "hosts.anna.open_hours.monday"),
        ("host", 'open_hours = "env:NO"', "hosts.anna.open_hours"),
        ("host", 'time_off = ["env:NO"]', "hosts.anna.time_off[0]"),
        ("event_type", 'hosts = ["env:NO"]', "event_types.consultation.hosts[0]"),
        ("event_type", 'hosts = "env:NO"', "event_types.consultation.hosts"),
        ("event_type", 'hosts = [{ host = "env:NO" }]', "event_types.consultation.hosts[0].host"),
        ("event_type", 'hosts =\ngroups = ["env:NO"]', "event_types.consultation.groups[0]"),
        ("event_type", 'fields = ["env:NO"]', "event_types.consultation.fields[0]"),
        (
            "event_type",
            'fields = [{ label = "x", name = "env:NO" }]',
            "event_types.consultation.fields[0].name",
        ),
        ("event_type", 'meeting_platform = "env:NO"', "event_types.consultation.meeting_platform"),
    ],
)
def test_a_missing_value_is_the_only_problem_it_causes(section: str, line: str, path: str) -> None:
    assert problems_in(config_text(**{section: line})) == [(path, "the environment variable NO is not set")]


def test_an_unknown_key_is_told_even_if_its_value_is_missing() -> None:
    assert problems_of(bridge='shade = "env:NO"') == [
        ("bridge.shade", "the environment variable NO is not set"),
        ("bridge.shade", "is not known here"),
    ]


def test_a_whole_section_that_is_missing_is_the_only_problem_it_causes() -> None:
    text = config_text().split("[hosts.anna]")[0] + '[event_types.x]\ntitle = "x"\nhosts = ["anna"]\n'
    assert problems_in(f'hosts = "env:NO"\n{text}') == [("hosts", "the environment variable NO is not set")]
