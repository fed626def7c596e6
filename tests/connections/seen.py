"""What can be seen of connections from outside: rows, alerts, requests at the vendor."""

from __future__ import annotations

from bridge.connections.accounts import AccountState
from bridge.store.sql import alerts
from bridge.store.sql import connections as rows
from bridge.store.sql.connections import ConnectionRow
from tests.connections.stage import ANNA, Process
from tests.vendors.google import FakeGoogle


def row_of(process: Process, account: str = ANNA) -> ConnectionRow:
    with process.store.read() as connection:
        found = rows.read(connection, "google", account)
    assert found is not None
    return found


def states(process: Process) -> dict[tuple[str, str], AccountState]:
    """Return what each account is good for, by provider and account."""
    return {(each.provider, each.account): each.state for each in process.connections.list()}


def open_alerts(process: Process) -> list[str]:
    with process.store.read() as connection:
        return [each.text for each in alerts.open_alerts(connection)]


def asked(google: FakeGoogle) -> int:
    """Return how many refreshes the vendor saw."""
    return sum(request.form.get("grant_type") == "refresh_token" for request in google.requests)
