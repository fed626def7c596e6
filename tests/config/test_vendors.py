"""What the sections google and microsoft may say, and the sentence for each thing they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.vendors.google import GoogleSection
from bridge.vendors.microsoft import MicrosoftSection
from tests.config.samples import config_of, problems_of

_CLIENT = 'client_id = "fake-client"\nclient_secret = "fake-secret"\n'
_NO_URL = 'is not a web address such as "https://example.com"'


def test_vendor_sections_have_the_documented_defaults() -> None:
    config = config_of(f"[google]\n{_CLIENT}[microsoft]\n{_CLIENT}")
    google, microsoft = config.section(GoogleSection), config.section(MicrosoftSection)
    assert google
    assert google.client_id == "fake-client"
    assert google.service_account_file is None
    assert google.api_url == "https://www.googleapis.com/calendar/v3/"
    assert google.auth_url == "https://accounts.google.com/o/oauth2/auth"
    assert google.token_url == "https://oauth2.googleapis.com/token"
    assert microsoft
    assert microsoft.client_secret.get_secret_value() == "fake-secret"
    assert microsoft.tenant == "common"
    assert microsoft.app_only is False
    assert microsoft.login_url == "https://login.microsoftonline.com"
    assert microsoft.graph_url == "https://graph.microsoft.com/v1.0"


def test_googles_api_address_ends_with_a_slash_and_others_do_not() -> None:
    config = config_of(
        f'[google]\n{_CLIENT}api_url = "http://127.0.0.1:1/calendar/v3"\ntoken_url = "http://127.0.0.1:1/t/"'
    )
    google = config.section(GoogleSection)
    assert google
    assert google.api_url == "http://127.0.0.1:1/calendar/v3/"
    assert google.token_url == "http://127.0.0.1:1/t"


def test_a_service_account_alone_is_enough_and_lies_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text("{}")
    config = config_of('[google]\nservice_account_file = "account.json"', base=tmp_path)
    google = config.section(GoogleSection)
    assert google
    assert google.service_account_file == tmp_path / "account.json"


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (
            "",
            [
                (
                    "google.client_id",
                    'is missing; write "env:GOOGLE_CLIENT_ID", or name a service_account_file instead',
                ),
                (
                    "google.client_secret",
                    'is missing; write "env:GOOGLE_CLIENT_SECRET", or name a service_account_file instead',
                ),
            ],
        ),
        (
            'client_id = "fake"',
            [
                (
                    "google.client_secret",
                    'is missing; write "env:GOOGLE_CLIENT_SECRET", or name a service_account_file instead',
                )
            ],
        ),
        ('client_id = "fake"\nclient_secret = ""', [("google.client_secret", "is empty")]),
        ('client_id = ""\nclient_secret = "fake"', [("google.client_id", '"" is empty')]),
        (f'{_CLIENT}api_url = "nowhere"', [("google.api_url", f'"nowhere" {_NO_URL}')]),
        (
            f"{_CLIENT}app_only = true",
            [("google.app_only", "is not known here; it belongs to [microsoft]")],
        ),
    ],
)
def test_a_wrong_google_section_is_told(lines: str, problems: list[tuple[str, str]]) -> None:
    assert problems_of(f"[google]\n{lines}\n") == problems


def test_a_service_account_makes_half_a_client_no_better(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text("{}")
    told = problems_of('[google]\nservice_account_file = "account.json"\nclient_id = "fake"', base=tmp_path)
    assert [path for path, _ in told] == ["google.client_secret"]


def test_a_missing_service_account_file_is_told_and_nothing_else(tmp_path: Path) -> None:
    assert problems_of('[google]\nservice_account_file = "no.json"', base=tmp_path) == [
        ("google.service_account_file", f'"no.json" is not a file, seen from the folder {tmp_path}')
    ]


@pytest.mark.parametrize(
    ("lines", "key", "sentence"),
    [
        (
            'client_secret = "fake"',
            "client_id",
            'is missing; write the application\'s id, such as "env:MICROSOFT_CLIENT_ID"',
        ),
        (
            'client_id = "fake"',
            "client_secret",
            'is missing; write the application\'s secret, such as "env:MICROSOFT_CLIENT_SECRET"',
        ),
        (
            f'{_CLIENT}tenant = "my tenant"',
            "tenant",
            '"my tenant" must be "common", "organizations", "consumers" or a tenant\'s id',
        ),
        (
            f'{_CLIENT}app_only = true\ntenant = ""',
            "tenant",
            '"" must be "common", "organizations", "consumers" or a tenant\'s id',
        ),
        (
            f"{_CLIENT}app_only = true",
            "tenant",
            "must be your own tenant's id when app_only is true, since such a client belongs to one tenant",
        ),
        (f"{_CLIENT}graph_url = 3", "graph_url", "3 must be text in quotes, not a number"),
        (f'{_CLIENT}tennant = "x"', "tennant", 'is not known here; did you mean "tenant"?'),
    ],
)
def test_a_wrong_microsoft_section_is_told(lines: str, key: str, sentence: str) -> None:
    assert problems_of(f"[microsoft]\n{lines}\n") == [(f"microsoft.{key}", sentence)]


def test_an_application_of_one_tenant_may_be_app_only() -> None:
    config = config_of(f'[microsoft]\n{_CLIENT}app_only = true\ntenant = "contoso.example.com"')
    microsoft = config.section(MicrosoftSection)
    assert microsoft
    assert microsoft.app_only
