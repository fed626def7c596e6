"""`bridge alerts`, and what `bridge check` says of a calendar that would fail a call."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from bridge.alerts import Alerts
from bridge.speech.language import language
from bridge.store.engine import Store
from tests.cast.at_vendors import ANNA_GOOGLE, vendors_toml
from tests.cast.clock import MONDAY
from tests.cast.config import ANNA, Staff, salon_toml
from tests.cast.terminal import Terminal
from tests.vendors.google import FakeGoogle, Fault


def raised(url: str, *keys: str) -> None:
    """Let alerts have been raised, each in its key's words."""
    store = Store(url)
    alerts = Alerts(store, lambda: MONDAY, language=language("en_US"), zone=UTC)
    for key in keys:
        alerts.alert(key, f"About {key}.")
    store.close()


def at(folder: Path, text: str) -> Terminal:
    bridge = Terminal(folder)
    bridge.config.write_text(text)
    return bridge


def test_alerts_are_listed_and_closed_by_the_beginning_of_their_id(bridge: Terminal, sqlite_url: str) -> None:
    assert bridge("alerts").out == "Nothing needs a person.\n"
    raised(sqlite_url, "read:local:anna", "read:local:ben")
    first, second = bridge("alerts", "--json").json
    assert (first["key"], first["text"]) == ("read:local:anna", "About read:local:anna.")
    assert first["raised_iso"] == "2026-11-23T07:00:00.000Z"
    assert bridge("alerts", "close", first["id"][:5]).out == "Closed: About read:local:anna.\n"
    assert [each["id"] for each in bridge("alerts", "--json").json] == [second["id"]]
    assert bridge("alerts", "close", first["id"]).code == 5
    assert "About read:local:ben." in bridge("check").out


def test_a_host_without_hours_and_what_nobody_can_be_booked_for_fail_the_check(
    tmp_path: Path, sqlite_url: str
) -> None:
    closed = Staff("ben", lines='time_off = ["2020-01-01/2090-01-01"]')
    bridge = at(tmp_path, salon_toml(sqlite_url, ANNA, closed, cut='hosts = ["anna"]', dye='hosts = ["ben"]'))
    told = bridge("check", "--json")
    assert told.code == 1
    failed = {each["subject"] for each in told.json if each["verdict"] == "fails"}
    assert failed == {"hosts.ben", "event_types.dye"}


def test_a_calendar_that_is_not_connected_is_told_with_the_address_that_connects_it(
    tmp_path: Path, sqlite_url: str
) -> None:
    bridge = at(tmp_path, salon_toml(sqlite_url, Staff("anna", calendar="google:anna@example.com/primary")))
    told = bridge("check")
    assert told.code == 1
    assert "/connect/google?account=anna@example.com" in told.out.replace("\n", "").replace(" ", "")


def test_a_test_event_shows_that_a_calendar_takes_none_and_later_that_it_does_again(
    tmp_path: Path, sqlite_url: str, google: FakeGoogle
) -> None:
    bridge = at(tmp_path, vendors_toml(sqlite_url, tmp_path, google=google))
    google.fail_next(Fault.FORBIDDEN, operation="events.insert")
    assert bridge("check", "--book").code == 1
    told = bridge("check", "--json")
    assert told.code == 1
    assert any(each["text"].startswith("write: HTTP 403 forbidden (since") for each in told.json)
    assert bridge("check", "--book").code == 0
    assert bridge("alerts", "--json").json == []
    assert google.events(ANNA_GOOGLE) == []
