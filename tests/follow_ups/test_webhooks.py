"""Bookings are told as Calendly's webhooks tell them: verified as it documents, in its shapes, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.model import FollowUpState
from bridge.service.privacy import caller_of, forget
from bridge.store.sql import webhook_invitees
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.config.samples import config_of, problems_of
from tests.vendors.described import complaints, is_there
from tests.vendors.inbox import DESCRIPTION, FakeInbox

_SOUND = 'url = "https://hooks.example.com"\nsigning_key = "x"\n'
KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org", "phone_number": "+49 30 901820"}


@pytest.fixture
def inbox() -> Iterator[FakeInbox]:
    with FakeInbox() as served:
        yield served


def opened(open_line: OpenLine, inbox: FakeInbox, more: str = "", **keys: str) -> Line:
    line = open_line(ANNA, BEN, rest=inbox.toml(more), **keys)
    inbox.now = line.clock.now
    return line


def test_a_booking_is_told_in_calendlys_words(open_line_on_both: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line_on_both, inbox)
    line.book(at(10), **KIM)
    line.go_on()
    [told] = inbox.told
    assert told["event"] == "invitee.created"
    payload = told["payload"]
    assert (payload["name"], payload["email"], payload["text_reminder_number"]) == (
        "Kim Example",
        "kim@example.org",
        "+4930901820",
    )
    assert (payload["status"], payload["rescheduled"], payload["old_invitee"]) == ("active", False, None)
    event = payload["scheduled_event"]
    assert (event["start_time"], event["end_time"]) == (
        "2026-11-24T10:00:00.000000Z",
        "2026-11-24T10:30:00.000000Z",
    )
    assert event["name"] == "Haircut"
    assert payload["uri"].startswith(f"{payload['event']}/invitees/")
    assert payload["cancel_url"] == line.bridge.own_links.address(line.confirmed()[0].id)
    assert inbox.requests[0].path == "/hooks/calendly/"


def test_a_move_is_the_end_of_one_invitee_and_the_beginning_of_another(
    open_line_on_both: OpenLine, inbox: FakeInbox
) -> None:
    line = opened(open_line_on_both, inbox)
    line.book(at(10), **KIM)
    line.go_on()
    for hour in (14, 10):  # and back again: still an invitee of its own
        line.bridge.reception.move(line.confirmed()[0], at(hour))
        line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    created, ended, moved, ended_too, back, over = (each["payload"] for each in inbox.told)
    assert inbox.events() == ["invitee.created", "invitee.canceled"] * 3
    assert (ended["uri"], ended["rescheduled"], ended["new_invitee"]) == (created["uri"], True, moved["uri"])
    assert (moved["old_invitee"], moved["rescheduled"]) == (created["uri"], False)
    assert ended["scheduled_event"]["start_time"] == created["scheduled_event"]["start_time"]
    assert moved["scheduled_event"]["start_time"] == "2026-11-24T14:00:00.000000Z"
    assert len({created["uri"], moved["uri"], back["uri"]}) == 3
    assert ended_too["uri"] == moved["uri"]
    assert (over["uri"], over["status"], over["rescheduled"]) == (back["uri"], "canceled", False)
    assert over["cancellation"]["canceler_type"] == "invitee"
    assert over["cancellation"]["created_at"] == over["updated_at"] == "2026-11-23T07:00:03.000000Z"


def test_a_corrected_caller_is_another_invitee(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    line.book(at(10), name="Kim Example", email="kym@example.org")
    line.go_on()
    line.book(at(10), name="Kim Example", email="kim@example.org")
    line.go_on()
    told = [(each["event"], each["payload"]["email"]) for each in inbox.told]
    assert told == [
        ("invitee.created", "kym@example.org"),
        ("invitee.canceled", "kym@example.org"),
        ("invitee.created", "kim@example.org"),
    ]


def test_a_no_show_is_told_and_taken_back(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    line.book(at(10), **KIM)
    line.go_on()
    line.clock.turn(days=2)
    context = line.bridge.context
    undo_no_show(context, mark_no_show(context, line.confirmed()[0]))
    line.go_on()  # both before anything was told: nothing to tell
    mark_no_show(context, line.confirmed()[0])
    line.go_on()
    undo_no_show(context, line.bridge.reception.bookings(states=["no_show"])[0])
    line.go_on()
    assert inbox.events() == ["invitee.created", "invitee_no_show.created", "invitee_no_show.deleted"]
    assert inbox.told[1]["payload"]["no_show"]["uri"].startswith(
        "http://127.0.0.1:8000/api/invitee_no_shows/"
    )
    assert inbox.told[2]["payload"]["no_show"] is None


def test_only_what_is_asked_for_is_posted(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox, 'events = ["invitee.canceled"]')
    line.book(at(10), **KIM)
    line.go_on()
    assert inbox.told == []
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert inbox.events() == ["invitee.canceled"]


def test_each_step_is_told_once_though_the_next_is_not_taken(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    line.book(at(10), **KIM)
    line.go_on()
    line.bridge.reception.move(line.confirmed()[0], at(14))
    inbox.fail_next("unavailable", operation="hook", after=1, times=2)
    line.go_on()
    line.go_on(minutes=2)
    assert inbox.events() == ["invitee.created", "invitee.canceled"]
    line.bridge.reception.cancel(line.confirmed()[0])  # of the second nothing was heard yet
    line.go_on(minutes=5)
    line.go_on(minutes=5)
    assert inbox.events()[2:] == ["invitee.created", "invitee.canceled"]
    assert inbox.told[1]["payload"]["new_invitee"] == inbox.told[2]["payload"]["uri"]
    assert line.bridge.outbox.listed(FollowUpState.WAITING) == []


def test_a_lost_answer_doubles_an_event_under_the_same_uri(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    inbox.fail_next("drop_after", operation="hook")
    line.book(at(10), **KIM)
    line.go_on()
    line.go_on(minutes=3)
    first, second = inbox.told
    assert first == second


def test_what_was_over_before_it_was_told_is_not_told(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    inbox.go_down()
    line.book(at(10), **KIM)
    line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    inbox.come_up()
    line.go_on(minutes=3)
    assert inbox.told == []


@pytest.mark.parametrize("fault", ["redirect", "refused"])
def test_an_address_that_moved_or_refuses_is_given_up_and_shown(
    open_line: OpenLine, inbox: FakeInbox, fault: str
) -> None:
    line = opened(open_line, inbox)
    if fault == "redirect":
        inbox.fail_next("redirect")
    else:
        inbox.statuses = [410]
    line.book(at(10), **KIM)
    line.go_on()
    [given_up] = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    assert given_up.why == ("the address answered 302" if fault == "redirect" else "the address answered 410")
    assert inbox.operations() == ["hook"]  # nothing was followed
    assert given_up.receiver.startswith("webhook 127.0.0.1 ")
    line.bridge.outbox.retry(given_up)
    line.go_on()
    assert inbox.events() == ["invitee.created"]


def test_the_own_network_is_no_place_to_post_to(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = open_line(ANNA, rest=inbox.toml().replace("allow_private_addresses = true", ""))
    line.book(at(10), **KIM)
    line.go_on()
    [given_up] = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    assert "own network" in given_up.why
    assert inbox.requests == []


def test_forgotten_callers_are_in_no_webhooks_memory(open_line: OpenLine, inbox: FakeInbox) -> None:
    line = opened(open_line, inbox)
    line.book(at(10), **KIM)
    line.go_on()
    [booking] = line.confirmed()
    [name] = {each.receiver for each in line.bridge.outbox.listed(*FollowUpState)}
    with line.bridge.store.read() as connection:
        assert webhook_invitees.get(connection, booking.id, name)
    line.clock.turn(days=2)
    forget(line.bridge.context, caller_of("kim@example.org", None), with_events=False)
    with line.bridge.store.read() as connection:
        assert webhook_invitees.get(connection, booking.id, name) is None


def test_calendlys_description_is_what_it_is_checked_by() -> None:
    if not is_there(DESCRIPTION):
        pytest.skip(f"../shared/data/specs/{DESCRIPTION} is not there to check with")
    assert complaints(DESCRIPTION, "Invitee", {"status": "gone"})


class TestTheSection:
    """What may be written under [[webhooks]]."""

    def test_all_events_are_told_unless_some_are_named(self) -> None:
        text = '[[webhooks]]\nurl = "https://hooks.example.com/a/"\nsigning_key = "x"\n'
        [table] = config_of(text).webhooks
        assert table.url == "https://hooks.example.com/a/"
        assert len(table.events) == 4

    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            ('signing_key = "x"', "webhooks[0].url"),
            ('url = "https://hooks.example.com"', "webhooks[0].signing_key"),
            ('url = "hooks"\nsigning_key = "x"', "webhooks[0].url"),
            (f"{_SOUND}events = []", "webhooks[0].events"),
            (f'{_SOUND}events = ["booked"]', "webhooks[0].events[0]"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, lines: str, path: str) -> None:
        assert [where for where, _ in problems_of(f"[[webhooks]]\n{lines}\n")] == [path]

    def test_an_address_stands_there_once(self) -> None:
        assert [where for where, _ in problems_of(f"[[webhooks]]\n{_SOUND}" * 2)] == ["webhooks[1].url"]
