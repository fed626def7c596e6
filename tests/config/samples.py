"""A small sound configuration, and what reading a changed one tells."""

from __future__ import annotations

from pathlib import Path

from bridge.config import Config
from bridge.errors import ConfigError
from tests.cast.reading import parse_config

SECRET_KEY = "fake-secret-key-of-forty-characters-0000"
API_KEY = "fake-telli-api-key"
PASSWORD_HASH = "scrypt:32768:8:1$fakesalt$0123456789abcdef"

_SOUND = {
    "bridge": {
        "public_url": '"https://calendar.example.com"',
        "secret_key": f'"{SECRET_KEY}"',
        "trusted_proxies": "1",
    },
    "admin": {"password_hash": f'"{PASSWORD_HASH}"'},
    "telli": {"api_keys": f'["{API_KEY}"]'},
    "hosts.anna": {
        "name": '"Anna Weber"',
        "email": '"anna@example.com"',
        "booking_calendar": '"local:anna"',
        "open_hours": '{ monday = ["09:00-17:00"] }',
    },
    "event_types.consultation": {"title": '"Consultation"', "hosts": '["anna"]'},
}
_SHORT = {"host": "hosts.anna", "event_type": "event_types.consultation"}

ENVIRON = {
    "BRIDGE_SECRET_KEY": SECRET_KEY,
    "BRIDGE_ADMIN_PASSWORD_HASH": PASSWORD_HASH,
    "TELLI_API_KEY": API_KEY,
    "GOOGLE_CLIENT_ID": "fake-google-client",
    "GOOGLE_CLIENT_SECRET": "fake-google-secret",
    "MICROSOFT_CLIENT_ID": "fake-microsoft-client",
    "MICROSOFT_CLIENT_SECRET": "fake-microsoft-secret",
}


def config_text(more: str = "", **changes: str) -> str:
    """Return the sound configuration with lines changed: `key = value` sets, `key =` removes.

    Sections are named bridge, admin, telli, host and event_type; `more` is put at the end.
    """
    text = ""
    for section, keys in _SOUND.items():
        lines = dict(keys)
        for short, changed in changes.items():
            if _SHORT.get(short, short) == section:
                lines |= dict(_key_and_value(line) for line in changed.splitlines())
        text += f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items() if value)
    return text + more


def config_of(
    more: str = "", *, environ: dict[str, str] | None = None, base: Path = Path(), **changes: str
) -> Config:
    """Return the changed configuration, which must be sound."""
    return parse_config(config_text(more, **changes), environ=environ or {}, base=base)


def problems_of(
    more: str = "", *, environ: dict[str, str] | None = None, base: Path = Path(), **changes: str
) -> list[tuple[str, str]]:
    """Return what is wrong with the changed configuration; nothing when it is sound."""
    return problems_in(config_text(more, **changes), environ=environ, base=base)


def problems_in(
    text: str, *, environ: dict[str, str] | None = None, base: Path = Path()
) -> list[tuple[str, str]]:
    """Return what is wrong with a whole configuration; nothing when it is sound."""
    try:
        parse_config(text, environ=environ or {}, base=base)
    except ConfigError as error:
        return list(error.problems)
    return []


def _key_and_value(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key.strip(), value.strip()
