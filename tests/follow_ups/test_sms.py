"""SMS to callers at Twilio: what they say, once each, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.follow_ups.sms.segments import Segments, segments
from bridge.model import FollowUp, FollowUpState
from bridge.store.sql import follow_ups
from bridge.web.twilio import signature
from tests.cast.clock import TurnableClock
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.cast.mail import mail_server, mail_toml
from tests.config.samples import problems_of
from tests.vendors.common import Fault
from tests.vendors.twilio import ACCOUNT, SENDER, TOKEN, FakeTwilio

MOBILE, LANDLINE = "+4915112345678", "+493090182000"
KIM: dict[str, Any] = {"name": "Kim Example", "phone_number": MOBILE}
PUBLIC = "https://calendar.example.com"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(TurnableClock()) as fake:
        yield fake


@pytest.fixture
def line(open_line: OpenLine, twilio: FakeTwilio) -> Line:
    opened = open_line(
        ANNA, bridge=f'public_url = "{PUBLIC}"', rest=twilio.toml(), event_type="remind_hours = [24]"
    )
    twilio.clock = opened.clock
    return opened


def listed(line: Line, *states: FollowUpState) -> list[FollowUp]:
    return [each for each in line.bridge.outbox.listed(*(states or FollowUpState)) if each.change == "booked"]


def test_a_caller_is_written_to_when_it_is_booked_changed_near_and_cancelled(
    line: Line, twilio: FakeTwilio
) -> None:
    line.book(at(10, day=26), **KIM)
    line.go_on()
    [booking] = line.confirmed()
    own_page = line.bridge.own_links.address(booking.id)
    line.bridge.reception.move(booking, at(14, day=26))
    line.go_on()
    line.go_on(days=2, hours=7, minutes=10)
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    at_two = f"Thursday, November 26 at 2:00 PM, 30 minutes. {own_page}"
    assert twilio.texts(MOBILE) == [
        f"Your appointment: Thursday, November 26 at 10:00 AM, 30 minutes. {own_page}",
        f"Changed: {at_two}",
        f"Reminder: {at_two}",
        "Your appointment Haircut on Thursday, November 26 at 2:00 PM was cancelled.",
    ]
    assert {request.form.get("StatusCallback") for request in twilio.requests} == {f"{PUBLIC}/notify/twilio"}


def test_a_template_says_what_the_owner_wants(open_line: OpenLine, twilio: FakeTwilio) -> None:
    sms = (
        '[event_types.cut.sms]\ntemplate = "{name}: {title} bei {host}, {date}, {time}. {location}"\n'
        + twilio.toml()
    )
    keys = 'meeting_platform = "in_person"\naddress = "Musterweg 1"'
    line = open_line(ANNA, bridge='locale = "de_DE"', rest=sms, event_type=keys)
    line.book(at(10, day=26), **KIM)
    line.go_on()
    said = "Kim Example: Haircut bei Anna Example, Donnerstag, 26. November, 10:00. Musterweg 1"
    assert twilio.texts(MOBILE) == [said]
    assert twilio.requests[0].form.get("StatusCallback") is None, "nobody can reach this machine"


def test_only_a_number_that_can_take_sms_is_written_to_and_another_is_reminded_by_mail(
    open_line: OpenLine, twilio: FakeTwilio
) -> None:
    with mail_server() as box:
        line = open_line(ANNA, rest=twilio.toml() + mail_toml(box), event_type="remind_hours = [24]")
        line.book(at(10, day=26), name="Lee", phone_number=LANDLINE, email="lee@example.org")
        line.book(at(11, day=26), "kim", **KIM, email="kim@example.org")
        waiting = line.bridge.outbox.listed(FollowUpState.WAITING)
    reminders = {each.receiver: each.recipient for each in waiting if each.change == "reminder"}
    assert reminders == {"mail": "caller:lee@example.org", "sms": f"caller:{MOBILE}"}


@pytest.mark.parametrize("code", [21610, 21608, 21635])
def test_a_number_that_twilio_refuses_is_given_up_at_once_and_shown(
    line: Line, twilio: FakeTwilio, code: int
) -> None:
    twilio.refused[MOBILE] = code
    line.book(at(10, day=26), **KIM)
    line.go_on()
    line.go_on(hours=3)
    [found] = listed(line)
    assert found.state is FollowUpState.GIVEN_UP
    assert f"({code})" in found.why
    assert MOBILE not in found.why
    assert twilio.operations() == ["send"]


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.TRUNCATE])
def test_after_a_lost_answer_twilios_list_is_asked_and_nothing_is_sent_twice(
    line: Line, twilio: FakeTwilio, fault: Fault
) -> None:
    twilio.fail_next(fault, operation="send")
    line.book(at(10, day=26), **KIM)
    line.go_on()
    [unclear] = listed(line)
    assert unclear.why == "Twilio did not say whether it took the message"
    line.go_on(minutes=2)
    [found] = listed(line)
    assert found.state is FollowUpState.SENT
    assert found.reference == twilio.messages[0]["sid"]
    assert twilio.operations() == ["send", "list"]


def test_what_was_not_taken_is_sent_when_it_can_no_longer_arrive(line: Line, twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.DROP, operation="send")
    line.book(at(10, day=26), **KIM)
    line.go_on()
    line.go_on(minutes=2)
    assert twilio.operations() == ["send", "list"]
    line.go_on(minutes=6)
    assert twilio.operations() == ["send", "list", "list", "send"]
    assert len(twilio.messages) == 1


def test_what_stays_unclear_is_never_sent_again_and_shown(line: Line, twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.DROP_AFTER, operation="send")
    twilio.fail_next(Fault.UNAVAILABLE, operation="list", times=None)
    line.book(at(10, day=30), **KIM)
    line.go_on()
    line.go_on(hours=5)
    line.go_on(hours=47)
    [found] = listed(line)
    assert found.state is FollowUpState.GIVEN_UP
    assert found.why == "Twilio does not tell whether it took the message (503)"
    assert len(twilio.messages) == 1


def test_twilio_that_is_away_or_asks_for_patience_is_asked_again(line: Line, twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.RATE_429, operation="send", retry_after="600")
    line.book(at(10, day=26), **KIM)
    line.go_on()
    line.go_on(minutes=5)
    assert twilio.messages == []
    line.go_on(minutes=6)
    assert len(twilio.texts(MOBILE)) == 1


def tell(line: Line, said: dict[str, str], signed: str | None = None) -> int:
    header = signature(f"{PUBLIC}/notify/twilio", said, TOKEN) if signed is None else signed
    client = line.app.test_client()
    return client.post("/notify/twilio", data=said, headers={"X-Twilio-Signature": header}).status_code


def test_what_is_told_before_the_message_is_noted_is_kept(line: Line, twilio: FakeTwilio) -> None:
    line.book(at(10), **KIM)
    line.go_on()
    [told] = listed(line)
    with line.bridge.store.write() as connection:  # as in a process that waits for its own note
        follow_ups.sent(connection, told, line.clock.now(), "", told.note)
    for sid in (told.reference, "SM" + "0" * 32):  # the other is nobody's
        assert tell(line, {"MessageSid": sid, "MessageStatus": "delivered"}) == 204
    line.go_on(minutes=2)
    with line.bridge.store.write() as connection:
        follow_ups.sent(connection, told, line.clock.now(), told.reference, told.note)
    line.go_on(minutes=2)
    assert listed(line)[0].note == "1 segment, delivered"
    line.go_on(hours=1)
    with line.bridge.store.read() as connection:
        left = "SELECT count(*) FROM jobs WHERE kind = 'sms_status'"
        assert connection.exec_driver_sql(left).scalar_one() == 0


def test_what_became_of_an_sms_is_told_by_twilio_alone(line: Line, twilio: FakeTwilio) -> None:
    for number, hour in enumerate((10, 11)):
        line.book(at(hour, day=26), f"caller-{number}", **KIM)
    line.go_on()
    first, second = (each["sid"] for each in twilio.messages)
    arrived = {"MessageSid": first, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    assert tell(line, arrived, "forged") == 403
    assert tell(line, arrived, "") == 401
    assert tell(line, {"MessageSid": "SM", "MessageStatus": "failed"}) == 204
    assert tell(line, arrived) == tell(line, arrived) == 204
    assert tell(line, {"MessageSid": second, "MessageStatus": "undelivered", "ErrorCode": "30006"}) == 204
    found = {each.reference: each for each in listed(line)}
    assert found[first].note == "1 segment, delivered"
    assert found[second].state is FollowUpState.GIVEN_UP
    assert found[second].why == "Twilio: this is a landline number, or its carrier takes none (30006)"
    assert [alert.key for alert in line.bridge.alerts.open()] == ["follow_ups"]


def test_the_signature_is_the_one_of_twilios_documentation() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, form, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("text", "count", "is_ucs2"),
    [
        ("a" * 160, 1, False),
        ("a" * 161, 2, False),
        ("ä" * 306, 2, False),
        ("€" * 80, 1, False),
        ("€" * 81, 2, False),
        ("a" * 152 + "€" + "a" * 151, 2, False),
        ("a" * 152 + "€" + "a" * 152, 3, False),  # an escape is never parted from its character
        ("„" + "a" * 69, 1, True),
        ("„" + "a" * 70, 2, True),
        ("😀" * 35, 1, True),
        ("😀" * 67, 3, True),  # 33 to a segment
    ],
)
def test_segments_are_counted_as_they_are_charged(text: str, count: int, is_ucs2: bool) -> None:
    assert segments(text) == Segments(count, is_ucs2)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{nmae}", "has {nmae}; there are"),
        ("{date!r}", "has {date}; there are"),
        ("{date", "has a curly bracket too many or too few"),
        ("{}", "has {}; there are"),
    ],
)
def test_a_template_that_could_not_be_filled_is_refused(template: str, text: str) -> None:
    [(path, problem)] = problems_of(f'[event_types.consultation.sms]\ntemplate = "{template}"\n')
    assert path == "event_types.consultation.sms.template"
    assert text in problem


def test_an_account_needs_one_sender() -> None:
    account = f'[twilio]\naccount_sid = "{ACCOUNT}"\nauth_token = "{TOKEN}"\n'
    service = f'messaging_service_sid = "MG{"0" * 32}"\n'
    sentence = 'needs either the number that SMS come from, such as "+4930123456", or messaging_service_sid'
    assert problems_of(account) == [("twilio.from", sentence)]
    assert problems_of(f'{account}from = "{SENDER}"\n{service}') == [("twilio.from", sentence)]
    assert problems_of(account + service) == []
