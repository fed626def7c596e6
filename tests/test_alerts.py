"""Alerts: in whose words they are told, and when they are there."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.alerts import Alerts
from bridge.model import CalendarName
from bridge.speech.language import language
from bridge.store.engine import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA = CalendarName("local", "", "anna")


@pytest.fixture
def alerts(store: Store) -> Alerts:
    return Alerts(store, lambda: NOON, language=language("de_DE"), zone=ZoneInfo("Europe/Berlin"))


def texts(alerts: Alerts) -> list[str]:
    return [each.text for each in alerts.open()]


def test_an_alert_is_told_in_the_owners_language_and_zone(alerts: Alerts) -> None:
    alerts.alert(
        "overlap:1",
        "The appointment on {time} in {calendar} overlaps something that was entered at the same moment. "
        "Please look at both.",
        time=NOON,
        calendar=ANNA,
    )
    (text,) = texts(alerts)
    assert text == (
        "Der Termin am Montag, 23. November um 13:00 Uhr in local:anna überschneidet sich mit etwas, "
        "das im selben Augenblick eingetragen wurde. Bitte sehen Sie sich beides an."
    )


def test_braces_in_what_others_said_are_no_places(alerts: Alerts) -> None:
    alerts.alert("connection:1", "Was Google sagt: {error}")
    alerts.alert(
        "calendar:1",
        "The calendar {calendar} cannot be read ({cause}), so nothing is offered there. {advice}",
        calendar=ANNA,
        cause="{calendar}",
        advice="",
    )
    assert texts(alerts) == [
        "Der Kalender local:anna lässt sich nicht lesen ({calendar}), deshalb wird dort nichts angeboten. ",
        "Was Google sagt: {error}",
    ]


def test_an_alert_within_a_transaction_comes_and_goes_with_it(alerts: Alerts, store: Store) -> None:
    with store.write() as connection:
        alerts.alert("missing:1", "gone", within=connection)
        connection.rollback()
    assert texts(alerts) == []
    with store.write() as connection:
        alerts.alert("missing:1", "gone", within=connection)
    assert texts(alerts) == ["gone"]
    with store.write() as connection:
        alerts.resolve("missing:1", within=connection)
        connection.rollback()
    assert alerts.is_open("missing:1")


def test_what_is_rolled_back_is_not_in_the_log(
    alerts: Alerts, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bridge.log")
    with suppress(ZeroDivisionError), store.write() as connection:
        alerts.alert("missing:1", "gone", within=connection)
        raise ZeroDivisionError
    assert caplog.messages == []
    alerts.alert("missing:1", "gone")
    alerts.resolve("missing:1")
    assert caplog.messages == ["alert", "alert_closed"]
