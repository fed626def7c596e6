"""The example that comes with the project is sound and knows every key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from bridge.config import remarks
from tests.cast.reading import load_config
from tests.config.samples import ENVIRON, problems_in

_ROOT = Path(__file__).parents[2]
_EXAMPLE = _ROOT / "config.example.toml"
_SHARED = _ROOT.parent / "shared" / "design" / "config.example.toml"
# The issue asks for templates of mail, for which the page names no keys.
_TEMPLATES = (
    "booked",
    "changed",
    "cancelled",
    "reminder",
    "notice_booked",
    "notice_changed",
    "notice_cancelled",
)
_COMMENTED = re.compile(r'^# (\[{1,2}[\w.-]+\]{1,2}|"?[\w.-]+"? = )')


def _uncommented(text: str) -> str:
    return "\n".join(line[2:] if _COMMENTED.match(line) else line for line in text.splitlines())


def _keys(value: object, at: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _keys(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from _keys(value[0], at)
    else:
        yield at


def test_the_example_is_sound_once_its_secrets_exist() -> None:
    config = load_config(_EXAMPLE, ENVIRON)
    assert list(config.hosts) == ["anna"]
    assert set(config.vendors) == {"google", "microsoft"}
    assert config.default_event_type is config.event_types["consultation"]
    assert remarks(config) == ()


def test_without_its_secrets_the_example_names_each_missing_one() -> None:
    told = problems_in(_EXAMPLE.read_text())
    assert {text for _, text in told} == {f"the environment variable {name} is not set" for name in ENVIRON}


def test_the_commented_keys_of_the_example_are_known(tmp_path: Path) -> None:
    (tmp_path / "google-service-account.json").write_text("{}")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "company-ca.pem"))
    (tmp_path / "mail").mkdir()
    for name in _TEMPLATES:
        (tmp_path / "mail" / f"{name}.txt").write_text("{title}\n{facts}")
    environ = {
        **ENVIRON,
        "TELLI_TOOL_TOKEN": "fake-tool-token",
        "BRIDGE_METRICS_TOKEN": "x",
        "BRIDGE_SMTP_URL": "smtps://bridge:fake@mail.example.com",
        "TELLI_WEBHOOK_SECRET": "whsec_ZmFrZQ==",
        "BREVO_API_KEY": "fake-brevo-key",
        "ANNA_CALDAV_PASSWORD": "fake-app-password",
        "EXCHANGE_PASSWORD": "fake-service-password",
        "SHIFTS_URL": "webcal://shifts.example.com/all.ics",
        "ZOOM_ACCOUNT_ID": "fake-zoom-account",
        "ZOOM_CLIENT_ID": "fake-zoom-client",
        "ZOOM_CLIENT_SECRET": "fake-zoom-secret",
        "WEBHOOK_SIGNING_KEY": "fake-signing-key",
        "OFFICE_TOKEN": "fake-office-token",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "fake-twilio-token",
        "BRIDGE_TOTP_SECRET": "JBSWY3DPEHPK3PXP" * 2,
    }
    assert problems_in(_uncommented(_EXAMPLE.read_text()), environ=environ, base=tmp_path) == []


def test_the_example_has_every_key_of_the_shared_one_and_no_other() -> None:
    if not _SHARED.exists():
        pytest.skip("../shared/design/config.example.toml is not there to compare with")
    ours = set(_keys(tomllib.loads(_uncommented(_EXAMPLE.read_text()))))
    theirs = set(_keys(tomllib.loads(_uncommented(_SHARED.read_text()))))
    assert len(theirs) > 100
    # A way needs two places and a list two rooms, of which the page has one each.
    second = {"places.branch.address", "resources.room2.name", "resources.room2.calendar"}
    assert ours == theirs | {f"mail.templates.{name}" for name in _TEMPLATES} | second


@pytest.mark.parametrize("line", re.findall(r"^# (\w+ = .*)$", _EXAMPLE.read_text(), re.MULTILINE))
def test_a_commented_line_of_the_example_is_toml(line: str) -> None:
    assert tomllib.loads(line)
