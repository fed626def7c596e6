"""What `bridge init` writes is a working configuration on the embedded calendar."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.config import remarks, starter_config
from tests.cast.reading import parse_config
from tests.config.samples import API_KEY, SECRET_KEY


def _starter(**changes: str) -> str:
    values = {"timezone": "Asia/Kolkata", "locale": "de_DE", "secret_key": SECRET_KEY, "api_key": API_KEY}
    return starter_config(**(values | changes))


def test_the_starter_loads_with_what_was_passed_in() -> None:
    config = parse_config(_starter(), environ={}, base=Path())
    assert config.bridge.timezone.key == "Asia/Kolkata"
    assert config.bridge.locale == "de_DE"
    assert [key.get_secret_value() for key in config.bridge.secret_keys] == [SECRET_KEY]
    assert [key.get_secret_value() for key in config.telli.api_keys] == [API_KEY]
    assert {str(host.booking_calendar) for host in config.hosts.values()} == {"local:anna"}
    assert config.default_event_type
    assert config.vendors == {}


def test_the_starter_only_needs_an_address_and_a_password_to_go_live() -> None:
    config = parse_config(_starter(), environ={}, base=Path())
    assert [path for path, _ in remarks(config)] == ["bridge.public_url", "admin.password_hash"]


def test_the_starter_explains_itself_in_comments() -> None:
    lines = _starter().splitlines()
    assert sum(line.startswith("#") for line in lines) > 15


def test_the_starters_password_lines_work_once_uncommented() -> None:
    printed = 'password_hash = "scrypt:32768:8:1$fake$00ff"'
    text = _starter().replace("# [admin]", f"[admin]\n{printed}")
    assert parse_config(text, environ={}, base=Path()).admin.password_hash


@pytest.mark.parametrize(
    ("name", "short"),
    [("Jörg Müller", "joerg"), ("Zoë", "zoe"), ("李 Na", "na"), ("李", "host"), ("Dr. Weiß", "dr")],
)
def test_a_host_is_named_after_the_first_word_that_fits_an_address(name: str, short: str) -> None:
    config = parse_config(_starter(host_name=name, host_email="x@example.com"), environ={}, base=Path())
    assert [(host.id, host.name) for host in config.hosts.values()] == [(short, name)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=100, deadline=None, database=None)
def test_whatever_is_passed_in_is_quoted(text: str) -> None:
    document = tomllib.loads(_starter(secret_key=text, host_name=text))
    assert document["bridge"]["secret_key"] == text
    assert next(iter(document["hosts"].values()))["name"] == text
