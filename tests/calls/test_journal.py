"""Each call leaves one line and one entry, with why it was refused and never who called."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from bridge.journal.journal import KEPT
from bridge.service.signing import HEADER
from bridge.signin import AdminSignIn, SignInRefused, Visitor
from bridge.store.patience import within
from bridge.store.sql.journal import add
from providers.base import Deadline
from tests.cast.config import ANNA, BEN, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

CALLER: dict[str, Any] = {
    "first_name": "Kimberley",
    "phone": "+49 30 1234567",
    "email": "kimberley@example.com",
}


def entries(line: Line) -> list[dict[str, Any]]:
    line.bridge.journal.write_down()
    return [dict(each) for each in line.bridge.journal.last()]


def test_each_call_is_an_entry_with_what_came_of_it(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.available()
    line.clock.turn(seconds=1)
    line.book(at(10), **CALLER)
    line.clock.turn(seconds=1)
    line.book(at(10), "other", **CALLER)
    offered, booked, refused = entries(line)
    assert (offered["outcome"], offered["event_type"], len(offered["told"]) > 0) == ("offered", "cut", True)
    assert (booked["outcome"], booked["hosts"], booked["starts_at"]) == ("booked", ["anna"], at(10))
    assert booked["booking_id"] == line.confirmed()[0].id
    assert (refused["outcome"], refused["kind"]) == ("failed", "slot_taken")
    assert len(refused["told"]) == 3


def test_a_refusal_says_of_each_host_which_rule_and_which_calendar(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN, cut='hosts = ["anna", "ben"]')
    line.book(at(3))
    for who in "abc":
        line.clock.turn(seconds=1)
        line.book(at(10), who)
    early, *_, taken = entries(line)
    assert [(each["host"], each["rules"]["open"]) for each in early["explanation"]] == [
        ("anna", False),
        ("ben", False),
    ]
    assert [each["busy_calendars"] for each in taken["explanation"]] == [["local:anna"], ["local:ben"]]


def test_an_empty_offer_says_of_each_host_which_rule_and_which_calendar(open_line: OpenLine) -> None:
    silent = Staff("carl", calendar="google:carl@example.com/primary")
    line = open_line(Staff("anna", "14:00-15:00"), silent, cut='hosts = ["anna", "carl"]\nhorizon_days = 1')
    for day in (23, 24):
        for minute in (0, 30):
            line.book(at(14, minute, day=day), f"{day}/{minute}")
    line.clock.turn(seconds=1)
    assert line.available() == []
    line.clock.turn(seconds=1)
    line.find(date="2026-11-24")
    told, found = entries(line)[-2:]
    assert (told["outcome"], found["outcome"]) == ("nothing", "nothing")
    for anna, carl in (told["explanation"], found["explanation"]):
        assert (anna["host"], anna["busy_calendars"]) == ("anna", ["local:anna"])
        assert [rule for rule, holds in anna["rules"].items() if not holds] == ["free"]
        assert carl["host"] == "carl"
        assert [*carl["silent_calendars"]] == ["google:carl@example.com/primary"]
        assert not carl["rules"]["known"]


def test_an_offer_that_no_hours_allow_says_so(open_line: OpenLine) -> None:
    line = open_line(Staff("anna", "14:00-14:10"))
    assert line.available() == []
    (anna,) = entries(line)[0]["explanation"]
    assert not anna["rules"]["open"]


def test_neither_journal_nor_log_hold_who_called(
    open_line: OpenLine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    line = open_line(ANNA)
    line.book(at(10), "contact-4711", **CALLER)
    line.book(at(11), "contact-4711", **{**CALLER, "first_name": "Kimberley Ann"})
    line.book(at(3), "contact-4711", **CALLER)
    facts = [str(getattr(record, "facts", "")) for record in caplog.records]
    kept = f"{entries(line)} {caplog.text} {facts}"
    assert "booking_moved" in caplog.text
    assert [word for word in ("Kimberley", "1234567", "contact-4711", "@example") if word in kept] == []


def test_a_wrong_and_a_missing_signature_are_told_apart(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    client = line.app.test_client()
    client.post("/book", data=b"{}", headers={HEADER: "a" * 64})
    line.clock.turn(seconds=1)
    client.post("/book", data=b"{}")
    assert [each["signature"] for each in entries(line)] == ["wrong", "missing"]


def test_a_flood_is_counted_and_not_listed(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    for _ in range(150):
        line.bridge.journal.note_unsigned("book")
    line.book(at(10))
    line.bridge.journal.write_down()
    found = [each["outcome"] for each in line.bridge.journal.last(1000)]
    assert (found.count("refused"), found.count("booked")) == (25, 1)


def test_a_burst_of_refused_signatures_alerts_once_and_closes_when_it_is_over(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    watch = line.bridge.background._kinds["watch_calls"]
    for _ in range(20):
        line.bridge.journal.note_unsigned("book")
    line.bridge.journal.write_down()
    watch("")
    (alert,) = line.bridge.alerts.open()
    assert alert.text.startswith("20 requests within ten minutes were refused for their signature")
    line.clock.turn(minutes=11)
    watch("")
    assert line.bridge.alerts.open() == []


def test_an_entry_whose_commit_was_not_heard_of_keeps_no_later_one_out(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.available()
    (first,) = entries(line)
    with line.bridge.store.write() as connection:
        add(connection, [first, {**first, "request_id": "another"}])
    assert {each["request_id"] for each in entries(line)} == {first["request_id"], "another"}


def test_entries_wait_for_a_database_that_is_away_which_is_said_once(
    open_line: OpenLine, caplog: pytest.LogCaptureFixture
) -> None:
    line = open_line(ANNA)
    journal = line.bridge.journal
    line.available()
    with closing(sqlite3.connect(line.bridge.store.file or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with within(Deadline(0.01, time.monotonic), time.sleep):
                journal.write_down()
        other.execute("ROLLBACK")
    assert caplog.text.count("could not be written down") == 1
    assert len(entries(line)) == 1


def test_entries_are_forgotten_after_a_week(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.available()
    assert len(entries(line)) == 1
    line.clock.turn(days=KEPT.days, minutes=1)
    line.bridge.background._kinds["watch_calls"]("")
    assert entries(line) == []


def test_an_answer_bears_the_id_that_the_journal_knows(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    answer = line.app.test_client().post("/available", data=b"{}", headers={HEADER: "a" * 64})
    assert answer.headers["X-Request-Id"] == entries(line)[0]["request_id"]
    assert json.loads(answer.data) == {"error": "invalid signature"}


def test_sign_ins_are_told_without_where_they_came_from(
    open_line: OpenLine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    line = open_line(ANNA)
    admin = AdminSignIn(
        line.bridge.store, generate_password_hash("a long password"), None, now=line.clock.now
    )
    visitor = Visitor("203.0.113.7", None)
    with pytest.raises(SignInRefused):
        admin.check("a wrong password", "", visitor)
    admin.check("a long password", "", visitor)
    told = [
        (record.message, record.__dict__["facts"]["outcome"])
        for record in caplog.records
        if record.message == "sign_in"
    ]
    assert told == [("sign_in", "refused"), ("sign_in", "right")]
    assert "203.0.113.7" not in str([record.__dict__ for record in caplog.records])
