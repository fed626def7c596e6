"""What the sections bridge, admin and telli may say, and the sentence for each thing they may not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cast.reading import parse_config
from tests.config.samples import (
    API_KEY,
    PASSWORD_HASH,
    SECRET_KEY,
    config_of,
    config_text,
    problems_in,
    problems_of,
)

_NO_URL = 'is not a web address such as "https://example.com"'
_NO_LOCALE = 'is not a language with its country, such as "en_US" or "de_DE"'
_NO_DATABASE = 'must be "sqlite:///FILE" or "postgresql+psycopg://USER:PASSWORD@SERVER/DATABASE"'
_KEY_TOO_SHORT = "is too short: at least 32 characters are needed; `openssl rand -hex 32` makes some"


@pytest.mark.parametrize(
    ("line", "path", "sentence"),
    [
        (
            "public_url =",
            "public_url",
            'is missing; write where telli reaches this bridge, such as "https://calendar.example.com"',
        ),
        ('public_url = ""', "public_url", f'"" {_NO_URL}'),
        ("public_url = 5", "public_url", "5 must be text in quotes, not a number"),
        ('public_url = "calendar.example.com"', "public_url", f'"calendar.example.com" {_NO_URL}'),
        ('public_url = "ftp://example.com"', "public_url", f'"ftp://example.com" {_NO_URL}'),
        ('public_url = "https://a:b@example.com"', "public_url", f'"https://a:b@example.com" {_NO_URL}'),
        ('public_url = "https://example.com:x"', "public_url", f'"https://example.com:x" {_NO_URL}'),
        ('public_url = "https://example.com:0"', "public_url", f'"https://example.com:0" {_NO_URL}'),
        ('public_url = "https://[::1"', "public_url", f'"https://[::1" {_NO_URL}'),
        ('public_url = "https://exa mple.com"', "public_url", f'"https://exa mple.com" {_NO_URL}'),
        (
            'public_url = "https://example.com/bridge/"',
            "public_url",
            '"https://example.com/bridge/" must end after the server\'s name: "https://example.com"',
        ),
        (
            'public_url = "https://example.com?x=1"',
            "public_url",
            '"https://example.com?x=1" must end after the server\'s name: "https://example.com"',
        ),
        (
            'timezone = "Europe/Berln"',
            "timezone",
            '"Europe/Berln" is not a time zone such as "Europe/Berlin"; did you mean "Europe/Berlin"?',
        ),
        (
            'timezone = "New York"',
            "timezone",
            '"New York" is not a time zone such as "Europe/Berlin"; did you mean "America/New_York"?',
        ),
        ('timezone = ""', "timezone", '"" is not a time zone such as "Europe/Berlin"'),
        ("timezone = 1", "timezone", "1 must be text in quotes, not a number"),
        ('locale = "de"', "locale", f'"de" {_NO_LOCALE}; did you mean "de_DE"?'),
        ("locale = true", "locale", "true must be text in quotes, not true or false"),
        ('database_url = "mysql://db/bridge"', "database_url", _NO_DATABASE),
        (
            'database_url = "sqlite:///:memory:"',
            "database_url",
            "must name a file: a database in memory forgets every booking",
        ),
        (
            'database_url = "sqlite:///file:x?mode=memory&uri=true"',
            "database_url",
            "must name a file: a database in memory forgets every booking",
        ),
        (
            'database_url = "sqlite:///"',
            "database_url",
            "must name a file: a database in memory forgets every booking",
        ),
        ('database_url = ""', "database_url", "is empty"),
        (
            "deadline_seconds = 0",
            "deadline_seconds",
            "0 is out of range: it must be a number from 0.1 to 60",
        ),
        (
            "deadline_seconds = nan",
            "deadline_seconds",
            "nan is out of range: it must be a number from 0.1 to 60",
        ),
        (
            "deadline_seconds = inf",
            "deadline_seconds",
            "inf is out of range: it must be a number from 0.1 to 60",
        ),
        (
            'deadline_seconds = "2.5"',
            "deadline_seconds",
            '"2.5" must be a number from 0.1 to 60, without quotes',
        ),
        ("deadline_seconds = true", "deadline_seconds", "true must be a number from 0.1 to 60"),
        (
            "book_deadline_seconds = 1",
            "book_deadline_seconds",
            "1 is out of range: it must be a number from 1.5 to 60",
        ),
        (
            "busy_max_age_seconds = -1",
            "busy_max_age_seconds",
            "-1 is out of range: it must be a number from 0 to 3600",
        ),
        (
            "trusted_proxies = 1.5",
            "trusted_proxies",
            "1.5 must be a whole number from 0 to 10",
        ),
        ("trusted_proxies = true", "trusted_proxies", "true must be a whole number from 0 to 10"),
        (
            "trusted_proxies = 0xffffffffffffffffffffffff",
            "trusted_proxies",
            "this number is out of range: it must be a whole number from 0 to 10",
        ),
        (
            "secret_key =",
            "secret_key",
            (
                "is missing; write at least 32 random characters, best as env:NAME; "
                "`openssl rand -hex 32` makes some"
            ),
        ),
        ('secret_key = "short"', "secret_key", _KEY_TOO_SHORT),
        (f'secret_key = ["{SECRET_KEY}", "short"]', "secret_key[1]", _KEY_TOO_SHORT),
        ('secret_key = ""', "secret_key", "is empty"),
        ("secret_key = []", "secret_key", "is an empty list; at least one is needed"),
        ("secret_key = 12", "secret_key", "must be text in quotes, not a number"),
    ],
)
def test_a_wrong_line_of_bridge_is_told(line: str, path: str, sentence: str) -> None:
    assert problems_of(bridge=line) == [(f"bridge.{path}", sentence)]


@pytest.mark.parametrize("name", ["Berlin!", "Europe", "/etc/localtime", "../UTC", "zone.tab", "x" * 5000])
def test_what_is_no_time_zone_is_told(name: str) -> None:
    [(path, told)] = problems_of(bridge=f'timezone = "{name}"')
    assert path == "bridge.timezone"
    assert 'is not a time zone such as "Europe/Berlin"' in told
    assert len(told) < 200


@pytest.mark.parametrize("name", ["xx_YY", "german", "de_FR", "es_419", "", "de_DE.UTF-8"])
def test_what_is_no_language_with_a_country_is_told(name: str) -> None:
    [(path, told)] = problems_of(bridge=f'locale = "{name}"')
    assert path == "bridge.locale"
    assert told.startswith(f'"{name}" {_NO_LOCALE}')


@pytest.mark.parametrize(
    ("section", "line", "path", "sentence"),
    [
        ("admin", "password_hash =", "", "is missing; write what `bridge admin-password` prints"),
        ("admin", 'password_hash = ""', "", "is empty"),
        (
            "admin",
            'password_hash = "hunter2"',
            "",
            "is not a password's hash; `bridge admin-password` prints one (mind $ signs in shells)",
        ),
        (
            "telli",
            "api_keys =",
            "",
            'is missing; write telli\'s API key in a list, such as ["env:TELLI_API_KEY"]',
        ),
        ("telli", "api_keys = []", "", "is an empty list; at least one is needed"),
        ("telli", 'api_keys = ["fake", ""]', "[1]", "is empty"),
        ("telli", 'api_keys = [" "]', "[0]", "is empty"),
        ("telli", "api_keys = [7]", "[0]", "must be text in quotes, not a number"),
        (
            "telli",
            'api_keys = ["fake "]',
            "[0]",
            "begins or ends with a space or an empty line, surely by mistake",
        ),
        ("telli", 'api_keys = "fake"', "", "must be a list in square brackets, not text"),
        ("telli", "api_keys = { a = 1 }", "", "must be a list in square brackets, not a section"),
        ("telli", "booking_details = 1", "", "1 must be true or false, without quotes"),
        ("telli", 'booking_details = "yes"', "", '"yes" must be true or false, without quotes'),
        ("telli", 'api_url = "telli"', "", f'"telli" {_NO_URL}'),
    ],
)
def test_a_wrong_line_of_admin_or_telli_is_told(section: str, line: str, path: str, sentence: str) -> None:
    key = line.split(" ", 1)[0]
    assert problems_in(config_text(**{section: line})) == [(f"{section}.{key}{path}", sentence)]


def test_what_is_left_out_has_the_documented_default() -> None:
    config = config_of(bridge="trusted_proxies =", base=Path("/srv/bridge"))
    assert config.bridge.database_url.get_secret_value() == "sqlite:////srv/bridge/bridge.db"
    assert config.bridge.timezone == ZoneInfo("Europe/Berlin")
    assert config.bridge.locale == "en_US"
    assert config.bridge.deadline == timedelta(seconds=2.5)
    assert config.bridge.book_deadline == timedelta(seconds=5)
    assert config.bridge.busy_max_age == timedelta(seconds=60)
    assert config.bridge.trusted_proxies == 0
    assert config.telli.booking_details is False
    assert config.telli.api_url == "https://api.telli.com"
    assert config.vendors == {}


def test_what_is_written_is_read() -> None:
    config = config_of(
        bridge='locale = "de-DE"\ntimezone = "Asia/Kolkata"\ndeadline_seconds = 2\ntrusted_proxies = 0\n'
        'public_url = "http://127.0.0.1:8000/"',
        telli=f'booking_details = true\napi_keys = ["{API_KEY}", "another-fake-key"]',
    )
    assert config.bridge.locale == "de_DE"
    assert config.bridge.timezone == ZoneInfo("Asia/Kolkata")
    assert config.bridge.deadline == timedelta(seconds=2)
    assert config.bridge.public_url == "http://127.0.0.1:8000"
    assert config.telli.booking_details is True
    assert [key.get_secret_value() for key in config.telli.api_keys] == [API_KEY, "another-fake-key"]


def test_one_secret_key_is_a_list_of_one_and_several_keep_their_order() -> None:
    other = SECRET_KEY[::-1]
    assert [key.get_secret_value() for key in config_of().bridge.secret_keys] == [SECRET_KEY]
    several = config_of(bridge=f'secret_key = ["{other}", "{SECRET_KEY}"]')
    assert [key.get_secret_value() for key in several.bridge.secret_keys] == [other, SECRET_KEY]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_a_postgresql_address_means_the_installed_driver(scheme: str) -> None:
    config = config_of(bridge=f'database_url = "{scheme}://bridge:fake@db/bridge"')
    assert config.bridge.database_url.get_secret_value() == "postgresql+psycopg://bridge:fake@db/bridge"


def test_an_absolute_database_file_stays_where_it_is() -> None:
    config = config_of(bridge='database_url = "sqlite:////var/lib/bridge.db"', base=Path("/srv"))
    assert config.bridge.database_url.get_secret_value() == "sqlite:////var/lib/bridge.db"


def test_without_an_admin_section_nobody_has_a_password() -> None:
    text = config_text().replace(f'[admin]\npassword_hash = "{PASSWORD_HASH}"\n', "")
    assert "admin" not in text
    assert parse_config(text, environ={}, base=Path()).admin.password_hash is None


@pytest.mark.parametrize(
    ("lines", "country"),
    [
        ("", "DE"),
        ('locale = "en_US"\ntimezone = "Europe/Vienna"', "AT"),
        ('timezone = "Europe/Zurich"', "CH"),
        ('timezone = "US/Eastern"', "US"),
        ('timezone = "Asia/Calcutta"', "IN"),
        ('timezone = "UTC"', None),
        ('timezone = "UTC"\ncountry = "GB"', "GB"),
    ],
)
def test_the_country_is_the_named_one_or_that_of_the_time_zone(lines: str, country: str | None) -> None:
    assert config_of(bridge=lines).bridge.country == country


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('"de"', '"de" is not a country such as "DE" or "US"; did you mean "DE"?'),
        ('"UK"', '"UK" is not a country such as "DE" or "US"; did you mean "GB"?'),
        ("49", "49 must be text in quotes, not a number"),
    ],
)
def test_what_is_no_country_is_told(written: str, told: str) -> None:
    assert problems_of(bridge=f"country = {written}") == [("bridge.country", told)]
