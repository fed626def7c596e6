"""A practice whose hosts keep their calendars at Google and Microsoft, reached without any sign-in page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.builders import API_KEY, SECRET, WEEK
from tests.vendors.google import DEFAULT_SCOPES, FakeGoogle
from tests.vendors.microsoft import CONTOSO, FakeMicrosoft

ANNA = "anna@example.com"
BEN = "ben@contoso.example.com"
CALENDARS = {"anna": f"google:{ANNA}/primary", "ben": f"microsoft:{BEN}/calendar"}
ROBOT = "robot@fake-project.iam.gserviceaccount.com"


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """Return a moment of tomorrow, UTC."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)


def practice_toml(
    url: str,
    folder: Path,
    *,
    google: FakeGoogle | None = None,
    microsoft: FakeMicrosoft | None = None,
    event_type: str = "",
    bridge: str = "",
) -> str:
    """Return a config with Anna at the fake Google and Ben at the fake Microsoft, as far as given."""
    hosts = [host for host, vendor in (("anna", google), ("ben", microsoft)) if vendor is not None]
    parts = [
        (
            f'[bridge]\npublic_url = "http://127.0.0.1:8000"\nsecret_key = "{SECRET}"\n'
            f'database_url = "{url}"\ntimezone = "UTC"\n{bridge}\n[telli]\napi_keys = ["{API_KEY}"]\n'
        ),
    ]
    if google is not None:
        parts.append(_google_section(google, folder))
    if microsoft is not None:
        parts.append(_microsoft_section(microsoft))
    parts += [_host(host) for host in hosts]
    parts.append(
        f"[event_types.visit]\ntitle = 'Visit'\nhosts = {json.dumps(hosts)}\nminimum_notice_minutes = 0\n"
        f"default = true\n{event_type}\n"
    )
    return "\n".join(parts)


def _google_section(google: FakeGoogle, folder: Path) -> str:
    google.add_account(ANNA)
    key = folder / "service-account.json"
    key.write_text(json.dumps(google.add_service_account(ROBOT, DEFAULT_SCOPES)))
    return (
        f'[google]\nservice_account_file = "{key}"\napi_url = "{google.api_url}"\n'
        f'auth_url = "{google.auth_url}"\ntoken_url = "{google.token_url}"\n'
    )


def _microsoft_section(microsoft: FakeMicrosoft) -> str:
    microsoft.add_account(BEN)
    settings = microsoft.settings(tenant=CONTOSO, app_only=True)
    return (
        f'[microsoft]\nclient_id = "{settings.client_id}"\nclient_secret = "{settings.client_secret}"\n'
        f'tenant = "{CONTOSO}"\napp_only = true\nlogin_url = "{settings.login_url}"\n'
        f'graph_url = "{settings.graph_url}"\n'
    )


def _host(host: str) -> str:
    week = "\n".join(f'{day} = ["00:00-24:00"]' for day in WEEK)
    return (
        f'[hosts.{host}]\nname = "{host.title()} Example"\nemail = "{host}@example.com"\n'
        f'booking_calendar = "{CALENDARS[host]}"\n[hosts.{host}.open_hours]\n{week}\n'
    )
