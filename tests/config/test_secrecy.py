"""No secret shows in a message, a repr or a traceback, whatever else is wrong."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from bridge.errors import ConfigError
from tests.cast.reading import parse_config
from tests.config.samples import config_of, config_text, problems_in, problems_of

_SECRET = "s3cr3t-that-must-not-show-anywhere-0"


def test_a_configurations_repr_shows_no_secret() -> None:
    google = f'[google]\nclient_id = "x"\nclient_secret = "{_SECRET}"\n'
    microsoft = f'[microsoft]\nclient_id = "x"\nclient_secret = "{_SECRET}"\n'
    config = config_of(
        google + microsoft,
        bridge=f'secret_key = "{_SECRET}"\ndatabase_url = "postgresql://bridge:{_SECRET}@db/bridge"',
        admin=f'password_hash = "scrypt:1:1:1${_SECRET}$00"',
        telli=f'api_keys = ["{_SECRET}"]',
    )
    assert _SECRET not in f"{config!r} {config} {config.bridge} {config.telli!r} {config.vendors!r}"


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("bridge", f'secret_key = " {_SECRET}"'),
        ("bridge", f'secret_key = {{ a = "{_SECRET}" }}'),
        ("bridge", f'database_url = "mysql://bridge:{_SECRET}@db/bridge"'),
        ("bridge", f'secretkey = "{_SECRET}"'),
        ("bridge", f'secret_key = {{ {_SECRET[:6]} = [["{_SECRET}"]] }}'),
        ("admin", f'password_hash = "{_SECRET}"'),
        ("admin", f'password_hash = ["{_SECRET}"]'),
        ("telli", f'api_keys = "{_SECRET}"'),
        ("telli", f'api_keys = [["{_SECRET}"]]'),
        ("telli", f'api_keys = ["{_SECRET} "]'),
        ("telli", f'api_key = "{_SECRET}"'),
    ],
)
def test_a_problem_with_a_secret_does_not_show_it(section: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(config_text(**{section: line}), environ={}, base=Path())
    assert _SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("bridge", "public_url"),
        ("bridge", "timezone"),
        ("bridge", "locale"),
        ("bridge", "deadline_seconds"),
        ("telli", "api_url"),
        ("telli", "booking_details"),
        ("host", "email"),
        ("host", "phone"),
        ("host", "booking_calendar"),
        ("host", "public_holidays"),
        ("host", "all_day_events"),
        ("host", "weight"),
        ("host", "open_hours"),
        ("event_type", "start_date"),
        ("event_type", "link"),
        ("event_type", "suggest"),
    ],
)
def test_a_secret_from_outside_in_a_wrong_place_is_not_shown(section: str, key: str) -> None:
    text = config_text(**{section: f'{key} = "env:FAKE_SECRET"'})
    told = problems_in(text, environ={"FAKE_SECRET": _SECRET})
    assert len(told) == 1
    assert _SECRET not in told[0][1]
    assert told[0][1].startswith("the value of env:FAKE_SECRET ")


@pytest.mark.parametrize("line", ['hosts = ["{}"]', 'hosts = [{{ host = "{}" }}]', 'fixed_hosts = ["{}"]'])
def test_a_secret_from_outside_among_the_hosts_is_not_shown(line: str) -> None:
    told = problems_of(environ={"S": _SECRET}, event_type=line.format("env:S"))
    assert told
    assert _SECRET not in str(told)


def test_a_service_account_given_in_place_of_its_file_is_not_shown(tmp_path: Path) -> None:
    more = '[google]\nservice_account_file = "env:S"\n'
    told = problems_of(more, environ={"S": f'{{"private_key": "{_SECRET}"}}'}, base=tmp_path)
    assert [path for path, _ in told] == ["google.service_account_file"]
    assert _SECRET not in str(told)
