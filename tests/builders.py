"""Builds what many tests begin with: a small salon with two hosts on embedded calendars."""

from __future__ import annotations

from pathlib import Path

from bridge.config import Config
from tests.configs import parse_config

SECRET = "plainly-fake-secret-key-for-tests-only-0001"
API_KEY = "fake-telli-key"

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def salon_toml(
    url: str,
    *,
    hosts: tuple[str, ...] = ("anna", "ben"),
    event_type: str = "",
    bridge: str = "",
    rest: str = "",
) -> str:
    """Return a config: every day 08:00-20:00 UTC, 30 minutes, no notice, embedded calendars.

    `event_type`, `bridge` and `rest` are lines added to the event type, the bridge section and the end.
    """
    parts = [
        (
            f'[bridge]\npublic_url = "http://127.0.0.1:8000"\nsecret_key = "{SECRET}"\n'
            f'database_url = "{url}"\ntimezone = "UTC"\n{bridge}\n'
        ),
        f'[telli]\napi_keys = ["{API_KEY}"]\n',
    ]
    for host in hosts:
        week = "\n".join(f'{day} = ["08:00-20:00"]' for day in WEEK)
        parts.append(
            f'[hosts.{host}]\nname = "{host.title()} Example"\nemail = "{host}@example.com"\n'
            f'booking_calendar = "local:{host}"\n[hosts.{host}.open_hours]\n{week}\n'
        )
    named = ", ".join(f'"{host}"' for host in hosts)
    parts.append(
        f'[event_types.cut]\ntitle = "Haircut"\nhosts = [{named}]\nminimum_notice_minutes = 0\n'
        f"default = true\n{event_type}\n{rest}"
    )
    return "\n".join(parts)


def salon(
    url: str, *, hosts: tuple[str, ...] = ("anna", "ben"), event_type: str = "", rest: str = ""
) -> Config:
    """Return the salon's configuration, read as from a file."""
    text = salon_toml(url, hosts=hosts, event_type=event_type, rest=rest)
    return parse_config(text, environ={}, base=Path())
