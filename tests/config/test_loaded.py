"""A server loads the libraries of the vendors that are configured, and no others: each takes 10 to 40 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast.config import DORA, salon_toml

OF_VENDORS = {
    "google": {"googleapiclient", "httplib2", "pyparsing"},
    "microsoft": {"msal"},
    "exchange": {"exchangelib", "lxml", "spnego"},
}
SECTIONS = {
    "": "",
    "google": '[google]\nclient_id = "fake"\nclient_secret = "fake"\n',
    "microsoft": '[microsoft]\nclient_id = "fake"\nclient_secret = "fake"\n',
    "exchange": '[exchange]\nurl = "https://mail.example.com/EWS/Exchange.asmx"\n',
}
# What only a sign-in, a file of entries, a mail or Prometheus needs.
RARELY_USED = {"google_auth_oauthlib", "icalendar", "segno", "prometheus_client"}
PROGRAM = """
import sys, bridge.app
bridge.app.create_app(bridge.app.load()).extensions["bridge"].stop()
print(*sys.modules)
"""


@pytest.mark.parametrize("vendor", SECTIONS)
def test_only_what_is_configured_is_loaded(tmp_path: Path, vendor: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(salon_toml(f"sqlite:///{tmp_path / 'bridge.db'}", DORA, rest=SECTIONS[vendor]))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"BRIDGE_CONFIG": str(config)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert {name for name, libraries in OF_VENDORS.items() if libraries & loaded} == {vendor} - {""}
    assert RARELY_USED.isdisjoint(loaded)
