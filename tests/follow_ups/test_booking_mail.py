"""From a booking to the letter box: what callers, co-hosts and owners are written, in order and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest

from bridge.follow_ups.errors import Refused
from bridge.follow_ups.receivers import Means
from bridge.follow_ups.registry import receivers_of
from bridge.model import FollowUpState
from bridge.service.privacy import caller_of, forget
from tests.cast.config import ANNA, BEN, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.cast.mail import LetterBox, mail_server, mail_toml

KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org", "phone_number": "+49 30 901820"}


@pytest.fixture
def box() -> Iterator[LetterBox]:
    with mail_server() as served:
        yield served


def opened(opens: OpenLine, box: LetterBox) -> Line:
    return opens(ANNA, BEN, rest=mail_toml(box), cut='fixed_hosts = ["anna", "ben"]\ndefault = true')


@pytest.fixture
def line(open_line: OpenLine, box: LetterBox) -> Line:
    return opened(open_line, box)


def letters(box: LetterBox, to: str) -> list[EmailMessage]:
    return [each for each in box.messages if each["To"] == to]


def event_of(letter: EmailMessage) -> tuple[str, Any]:
    [part] = [each for each in letter.walk() if each.get_content_type() == "text/calendar"]
    calendar: Any = icalendar.Calendar.from_ical(part.get_content())
    assert part.get_param("method") == calendar["METHOD"]
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def test_the_caller_and_the_co_host_get_an_entry_where_the_calendar_invites_nobody(
    line: Line, box: LetterBox
) -> None:
    line.book(at(10), **KIM)
    line.go_on()
    [letter] = letters(box, "kim@example.org")
    method, event = event_of(letter)
    assert (method, event.start, event.end) == ("REQUEST", at(10), at(10, 30))
    assert event["ORGANIZER"] == "mailto:anna@example.com"
    assert {str(each) for each in event["ATTENDEE"]} == {"mailto:ben@example.com", "mailto:kim@example.org"}
    assert letter["Subject"] == "Your appointment Cut is booked on Tuesday, November 24 at 10:00 AM"
    assert "With: Anna Example and Ben Example" in text_of(letter)
    [booking] = line.confirmed()
    own_page = line.bridge.own_links.address(booking.id)
    assert f"Change or cancel: {own_page}" in text_of(letter)
    assert own_page not in text_of(letters(box, "ben@example.com")[0])
    assert letter["Reply-To"] == "Anna Example <anna@example.com>"
    assert len(letters(box, "ben@example.com")) == 1
    assert sorted(box.recipients) == [["ben@example.com"], ["kim@example.org"]]


def test_a_move_is_a_newer_entry_and_a_cancellation_ends_it(
    open_line_on_both: OpenLine, box: LetterBox
) -> None:
    line = opened(open_line_on_both, box)
    line.book(at(10), **KIM)
    line.go_on()
    [booking] = line.confirmed()
    line.bridge.reception.move(booking, at(14))
    line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    told = [event_of(each) for each in letters(box, "kim@example.org")]
    assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for _, event in told}) == 1
    sequences = [int(event["SEQUENCE"]) for _, event in told]
    assert sequences == sorted(set(sequences))
    assert told[1][1].start == at(14)
    assert told[2][1]["STATUS"] == "CANCELLED"


def test_what_a_later_change_made_needless_is_not_sent(line: Line, box: LetterBox) -> None:
    box.answer = "451 later"
    line.book(at(10), **KIM)
    line.bridge.reception.move(line.confirmed()[0], at(14))
    line.book(at(16), "lee", email="lee@example.org")
    line.bridge.reception.cancel(line.confirmed()[-1])
    line.go_on()
    box.answer = "250 OK"
    line.go_on(minutes=3)
    line.go_on(minutes=3)
    [letter] = letters(box, "kim@example.org")
    assert event_of(letter)[1].start == at(14)
    assert letters(box, "lee@example.org") == []
    assert line.bridge.outbox.listed(FollowUpState.WAITING) == []


def test_a_corrected_address_gets_the_entry_and_the_wrong_one_its_end(line: Line, box: LetterBox) -> None:
    line.book(at(10), name="Kim Example", email="kym@example.org")
    line.go_on()
    line.book(at(10), name="Kim Example", email="kim@example.org")
    line.go_on()
    assert [event_of(each)[0] for each in letters(box, "kym@example.org")] == ["REQUEST", "CANCEL"]
    assert [event_of(each)[0] for each in letters(box, "kim@example.org")] == ["REQUEST"]


def test_a_wrong_address_hears_once_that_it_is_over_and_never_of_later_times(
    line: Line, box: LetterBox
) -> None:
    line.book(at(10), name="Kim Example", email="kym@example.org")
    line.go_on()
    line.book(at(10), name="Kim Example", email="kim@example.org")
    line.go_on()
    line.bridge.reception.move(line.confirmed()[0], at(14))
    line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert [event_of(each)[0] for each in letters(box, "kym@example.org")] == ["REQUEST", "CANCEL"]
    told = [event_of(each)[0] for each in letters(box, "kim@example.org")]
    assert told == ["REQUEST", "REQUEST", "CANCEL"]


def test_a_wrong_address_learns_neither_the_new_time_nor_the_right_address(
    line: Line, box: LetterBox
) -> None:
    line.book(at(10), name="Kim Example", email="kym@example.org", phone="+4930901820")
    line.go_on()
    line.book(at(14), name="Kim Example", email="kim@example.org")
    line.go_on()
    [_, farewell] = letters(box, "kym@example.org")
    method, event = event_of(farewell)
    assert (farewell["Subject"], method) == ("Your appointment Cut was cancelled", "CANCEL")
    assert event.get("dtstart") is None
    told = "".join(part.get_content() for part in farewell.walk() if not part.is_multipart())
    for untold in ("2:00 PM", "20261124T14", "kim@example.org", "+4930901820"):
        assert untold not in told


def test_who_looks_after_callers_without_address_is_told_of_a_later_one(
    open_line: OpenLine, box: LetterBox
) -> None:
    line = open_line(ANNA, rest=mail_toml(box), event_type='fallback_email = "inbox@example.com"')
    line.book(at(10), name="Kim Example")
    line.go_on()
    line.book(at(10), name="Kim Example", email="kim@example.org")
    line.go_on()
    subjects = [letter["Subject"] for letter in letters(box, "inbox@example.com")]
    when = "on Tuesday, November 24 at 10:00 AM"
    assert subjects == [f"New appointment: Haircut {when}", f"Changed: Haircut, now {when}"]


def test_a_caller_reads_whom_to_ring(open_line: OpenLine, box: LetterBox) -> None:
    line = open_line(Staff("anna", lines='phone = "+4930901820"'), rest=mail_toml(box))
    line.book(at(10), **KIM)
    line.go_on()
    [letter] = letters(box, "kim@example.org")
    assert "Phone of Anna Example: +4930901820" in text_of(letter)
    assert "Call to" not in text_of(letter)


def test_a_caller_who_can_ring_nobody_reads_at_which_number_they_are_called(
    open_line: OpenLine, box: LetterBox
) -> None:
    line = open_line(ANNA, rest=mail_toml(box))
    line.book(at(10), **KIM)
    line.go_on()
    [letter] = letters(box, "kim@example.org")
    assert "Call to: Kim Example, +4930901820" in text_of(letter)
    assert "Where" not in text_of(letter)
    html = letter.get_body(("html",))
    assert html and '<a href="http' in html.get_content(), "the way to their own page is one to click at"


def test_who_wants_notice_is_told_in_words(open_line: OpenLine, box: LetterBox) -> None:
    keys = 'notify = ["office@example.com"]\nfallback_email = "inbox@example.com"'
    line = open_line(ANNA, rest=mail_toml(box), event_type=keys, bridge='locale = "de_DE"')
    line.book(at(10), name="Kim Example", phone_number="+49 30 901820", appointment_reason="Farbe")
    line.go_on()
    [notice] = letters(box, "office@example.com")
    assert notice["Subject"] == "Neuer Termin: Haircut am Dienstag, dem 24. November um 10:00 Uhr"
    assert "Telefon: +4930901820" in text_of(notice)
    assert len(letters(box, "inbox@example.com")) == 1
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert letters(box, "office@example.com")[1]["Subject"].startswith("Abgesagt: Haircut")


def test_a_server_that_is_down_delays_and_two_days_later_it_is_given_up(line: Line, box: LetterBox) -> None:
    box.answer = "451 later"
    line.book(at(10, day=30), **KIM)
    line.go_on()
    assert [each.why for each in line.bridge.outbox.listed(FollowUpState.WAITING)] == [
        "the mail server answered 451"
    ] * 2
    line.go_on(hours=47)
    assert line.bridge.outbox.listed(FollowUpState.GIVEN_UP) == []
    line.go_on(hours=3)
    given_up = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    assert len(given_up) == 2
    assert [alert.key for alert in line.bridge.alerts.open()] == ["receiver:mail", "follow_ups"]
    box.answer = "250 OK"
    for each in given_up:
        line.bridge.outbox.retry(each)
    line.go_on()
    assert len(box.messages) == 2
    assert line.bridge.alerts.open() == []


def test_an_entry_whose_host_left_the_configuration_is_refused(line: Line) -> None:
    config = line.bridge.config
    hosts = {"ben": config.hosts["ben"]}
    remaining = replace(config, hosts=hosts)
    line.book(at(10), **KIM)
    told = [each for each in line.bridge.outbox.listed(FollowUpState.WAITING) if "kim" in each.recipient]
    bridge = line.bridge
    clock, language = line.clock, bridge.speech.language
    means = Means(
        remaining,
        bridge.vendors,
        language,
        str,
        clock.clocks(),
        bridge.store,
        bridge.alerts,
        lambda *_meeting: None,
    )
    mail = receivers_of(means)["mail"]
    with pytest.raises(Refused):
        mail.deliver(told[0], line.confirmed()[0], was_told=False)


def test_told_twice_it_bears_the_same_id(line: Line, box: LetterBox) -> None:
    line.book(at(10), **KIM)
    line.go_on()
    with line.bridge.store.write() as connection:  # as if it had been killed before it noted the telling
        connection.exec_driver_sql("UPDATE follow_ups SET state = 'waiting'")
    line.bridge.plan_standing()
    line.go_on()
    first, second = letters(box, "kim@example.org")
    assert first["Message-ID"] == second["Message-ID"]


def test_callers_text_breaks_out_of_nothing(line: Line, box: LetterBox) -> None:
    line.book(at(10), name="<b>Kim</b>\r\nBcc: all@example.org", email="kim@example.org")
    line.go_on()
    for letter in box.messages:
        assert letter["Bcc"] is None
        body = letter.get_body(("html",))
        assert body is not None
        assert "<b>" not in body.get_content()


def test_a_forgotten_callers_address_is_in_no_follow_up(open_line_on_both: OpenLine, box: LetterBox) -> None:
    line = opened(open_line_on_both, box)
    line.book(at(10), **KIM)
    line.go_on()
    line.clock.turn(days=2)
    context = line.bridge.context
    forget(context, caller_of("kim@example.org", None), with_events=False)
    assert line.bridge.outbox.listed(*FollowUpState) == []


def test_a_cancellation_is_told_to_whoever_may_have_heard_of_it(line: Line, box: LetterBox) -> None:
    line.book(at(10), **KIM)
    line.go_on()
    with line.bridge.store.write() as connection:  # as if it had been killed before it noted the telling
        connection.exec_driver_sql("UPDATE follow_ups SET state = 'waiting'")
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert [event_of(each)[0] for each in letters(box, "kim@example.org")] == ["REQUEST", "CANCEL"]
