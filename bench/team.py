"""`/available` for a team of five Google and five Microsoft hosts, each vendor request 100 ms late."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bridge.parts import Bridge
from bridge.store.migrate import migrate
from tests.cast.config import API_KEY, SECRET, WEEK
from tests.cast.reading import parse_config
from tests.vendors.google import DEFAULT_SCOPES, FakeGoogle
from tests.vendors.microsoft import CONTOSO, FakeMicrosoft

LATENCY = 0.1
ROUNDS = 7
ROBOT = "robot@fake-project.iam.gserviceaccount.com"


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        google, microsoft = stack.enter_context(FakeGoogle()), stack.enter_context(FakeMicrosoft())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bridge = _bridge(google, microsoft, folder)
        stack.callback(bridge.stop)
        bridge.connections.keep_fresh()
        google.set_latency(LATENCY)
        microsoft.set_latency(LATENCY)
        figures = [_answer_seconds(bridge) for _ in range(ROUNDS)]
    table = Table(
        title=f"/available, 5 Google and 5 Microsoft hosts, {LATENCY * 1000:.0f} ms per vendor request"
    )
    for column in ("rounds", "fastest", "median", "slowest", "median / latency (target: under 2.5)"):
        table.add_column(column, justify="right")
    median = statistics.median(figures)
    shown = [f"{1000 * each:.0f} ms" for each in (min(figures), median, max(figures))]
    table.add_row(str(ROUNDS), *shown, f"{median / LATENCY:.2f}")
    wide_console().print(table)


def _answer_seconds(bridge: Bridge) -> float:
    began = time.perf_counter()
    slots = bridge.reception.offer(bridge.reception.event_type(None)).slots
    seconds = time.perf_counter() - began
    if not slots:
        raise SystemExit("nothing was offered: the figures would mean nothing")
    return seconds


def _bridge(google: FakeGoogle, microsoft: FakeMicrosoft, folder: Path) -> Bridge:
    key = folder / "key.json"
    key.write_text(json.dumps(google.add_service_account(ROBOT, DEFAULT_SCOPES)))
    settings = microsoft.settings(tenant=CONTOSO, app_only=True)
    url = f"sqlite:///{folder / 'bridge.db'}"
    parts = [
        (
            f'[bridge]\npublic_url = "http://127.0.0.1:8000"\nsecret_key = "{SECRET}"\n'
            f'database_url = "{url}"\nbusy_max_age_seconds = 0'
        ),
        f'[telli]\napi_keys = ["{API_KEY}"]',
        (
            f'[google]\nservice_account_file = "{key}"\napi_url = "{google.api_url}"\n'
            f'token_url = "{google.token_url}"\nauth_url = "{google.auth_url}"'
        ),
        (
            f'[microsoft]\nclient_id = "{settings.client_id}"\nclient_secret = "{settings.client_secret}"\n'
            f'tenant = "{CONTOSO}"\napp_only = true\nlogin_url = "{settings.login_url}"\n'
            f'graph_url = "{settings.graph_url}"\n[network]\nca_file = "{microsoft.ca_bundle}"'
        ),
    ]
    hosts = []
    for number in range(10):
        vendor = "google" if number < 5 else "microsoft"
        address = f"host{number}@{'example.com' if vendor == 'google' else 'contoso.example.com'}"
        (google if vendor == "google" else microsoft).add_account(address)
        hosts.append(f"host{number}")
        calendar = f"{vendor}:{address}/{'primary' if vendor == 'google' else 'calendar'}"
        week = "\n".join(f'{day} = ["09:00-17:00"]' for day in WEEK)
        parts.append(
            f'[hosts.host{number}]\nname = "Host {number}"\nemail = "{address}"\n'
            f'booking_calendar = "{calendar}"\n[hosts.host{number}.open_hours]\n{week}'
        )
    parts.append(f"[event_types.visit]\ntitle = 'Visit'\nhosts = {json.dumps(hosts)}\n")
    config = parse_config("\n".join(parts), environ=os.environ, base=folder)
    migrate(url)
    return Bridge(config)


if __name__ == "__main__":
    main()
