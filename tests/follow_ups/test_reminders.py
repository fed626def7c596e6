"""Reminders live and move with their appointment, and nothing wakes a caller but their own call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bridge.model import FollowUp, FollowUpState, Source
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.cast.mail import LetterBox, mail_server, mail_toml

KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org"}


@pytest.fixture
def box() -> Iterator[LetterBox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def line(open_line: OpenLine, box: LetterBox) -> Line:
    return open_line(ANNA, rest=mail_toml(box), event_type="remind_hours = [24, 2]")


def waiting(line: Line) -> list[FollowUp]:
    return [each for each in line.bridge.outbox.listed(FollowUpState.WAITING) if each.change == "reminder"]


def subjects(box: LetterBox) -> list[str]:
    return [str(each["Subject"]).strip() for each in box.messages if each["To"] == "kim@example.org"]


def test_a_reminder_goes_out_when_it_is_due_with_the_callers_own_link(line: Line, box: LetterBox) -> None:
    line.book(at(14, day=25), **KIM)
    line.go_on(seconds=1)
    assert [each.due_at for each in reversed(waiting(line))] == [at(14, day=24), at(12, day=25)]
    line.go_on(hours=30, minutes=59)
    assert len(box.messages) == 1
    line.go_on(minutes=11)  # the next look at what is due
    line.go_on(hours=22)
    assert (
        subjects(box)[1:]
        == ["Reminder: your appointment Haircut is on Wednesday, November 25 at 2:00 PM"] * 2
    )
    assert len({each["Message-ID"] for each in box.messages}) == 3
    [booking] = line.confirmed()
    body = box.messages[1].get_body(("plain",))
    assert body is not None
    assert line.bridge.own_links.address(booking.id) in body.get_content()
    assert waiting(line) == []


def test_reminders_move_with_their_appointment_and_vanish_with_it(
    open_line_on_both: OpenLine, box: LetterBox
) -> None:
    line = open_line_on_both(ANNA, rest=mail_toml(box), event_type="remind_hours = [24, 2]")
    line.book(at(14, day=25), **KIM)
    line.bridge.reception.move(line.confirmed()[0], at(16, day=26))
    assert [each.due_at for each in reversed(waiting(line))] == [at(16, day=25), at(14, day=26)]
    line.bridge.reception.cancel(line.confirmed()[0])
    assert waiting(line) == []
    line.go_on(days=4)
    assert not any(subject.startswith("Reminder") for subject in subjects(box))


def test_a_reminder_that_could_not_be_sent_is_not_sent_after_the_start(line: Line, box: LetterBox) -> None:
    line.book(at(14, day=24), **KIM)
    line.go_on(seconds=1)
    box.answer = "451 later"
    line.go_on(hours=29, minutes=5)
    assert [each.why for each in waiting(line)] == ["the mail server answered 451"] * 2
    box.answer = "250 OK"
    line.go_on(hours=3)
    assert waiting(line) == []
    assert len(box.messages) == 1


def test_at_night_only_what_a_call_just_caused_reaches_its_caller(line: Line, box: LetterBox) -> None:
    line.go_on(hours=15)  # ten in the evening
    line.book(at(14, day=26), **KIM)
    line.go_on(seconds=1)
    assert len(subjects(box)) == 1
    line.clock.turn(minutes=2)
    line.bridge.reception.move(line.confirmed()[0], at(16, day=26), source=Source.PAGE)
    line.go_on(minutes=11)
    assert len(subjects(box)) == 1
    line.go_on(hours=10)
    assert subjects(box)[1].startswith("Your appointment Haircut has changed.")


def test_what_a_call_caused_and_could_not_be_sent_waits_for_the_morning(line: Line, box: LetterBox) -> None:
    line.go_on(hours=13, minutes=50)
    box.answer = "451 later"
    line.book(at(14, day=26), **KIM)
    line.go_on(seconds=1)
    box.answer = "250 OK"
    line.go_on(hours=2)
    assert subjects(box) == []
    line.go_on(hours=9, minutes=30)
    assert len(subjects(box)) == 1


def test_an_owner_is_told_at_any_hour(open_line: OpenLine, box: LetterBox) -> None:
    line = open_line(ANNA, rest=mail_toml(box), event_type='notify = ["office@example.com"]')
    line.go_on(hours=15)
    line.book(at(14, day=26), **KIM)
    line.go_on(minutes=2)
    line.bridge.reception.cancel(line.confirmed()[0], source=Source.PAGE)
    line.go_on(seconds=1)
    told = [str(each["Subject"]) for each in box.messages if each["To"] == "office@example.com"]
    assert [each.split(":")[0] for each in told] == ["New appointment", "Cancelled"]


def test_one_that_cannot_be_told_keeps_no_other_of_its_receiver(line: Line, box: LetterBox) -> None:
    line.available()  # the first request begins the background
    line.bridge.background.stop(patience=10)  # its own threads could tell of the booking before the fault
    line.book(at(14, day=25), **KIM)
    with line.bridge.store.write() as connection:  # as nothing can write it: a fault of ours
        connection.exec_driver_sql("UPDATE bookings SET calendar = 'nobodys:kim'")
    line.clock.turn(seconds=1)
    line.book(at(16, day=25), "lee", name="Lee", email="lee@example.org")
    line.go_on(seconds=1)
    assert [each["To"] for each in box.messages] == ["lee@example.org"]
    [found] = [each for each in line.bridge.outbox.listed(FollowUpState.WAITING) if each.change == "booked"]
    assert found.why == "the bridge made a fault; its log says which"
    assert found.due_at - line.clock.now() >= timedelta(seconds=45)
