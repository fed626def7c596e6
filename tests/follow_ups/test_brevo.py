"""Brevo's contacts follow the bookings: made, changed and ended by its API, with consent, never twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.config import remarks
from bridge.follow_ups.brevo import Brevo
from bridge.follow_ups.errors import NotDelivered
from bridge.model import FollowUpState
from providers.route import STRAIGHT
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.config.samples import config_of, problems_of
from tests.vendors.brevo import DESCRIPTION, KEY, FakeBrevo
from tests.vendors.described import complaints, is_there

KIM: dict[str, Any] = {
    "name": "Kim M. Example",
    "email": "kim@example.org",
    "phone_number": "+49 170 9018200",
}
LISTS = "brevo_list_ids = [10, 11]\n"
COMPANY = '[[event_types.cut.fields]]\nlabel = "Your company"\nname = "company"\n'


@pytest.fixture
def brevo() -> Iterator[FakeBrevo]:
    with FakeBrevo() as served:
        yield served


def opened(open_line: OpenLine, brevo: FakeBrevo, more: str = "", event_type: str = LISTS) -> Line:
    account = brevo.toml(f"no_show_list_ids = [20]\n{more}")
    return open_line(ANNA, BEN, rest=account, event_type=event_type)


def test_a_booking_makes_a_contact_with_its_lists_and_attributes(
    open_line_on_both: OpenLine, brevo: FakeBrevo
) -> None:
    line = opened(open_line_on_both, brevo)
    line.book(at(10), **KIM)
    line.go_on()
    [contact] = brevo.contacts
    assert (contact["email"], contact["lists"]) == ("kim@example.org", {10, 11})
    assert contact["attributes"] == {
        "FIRSTNAME": "Kim",
        "SMS": "+491709018200",
        "CALENDLY_EVENT_TYPE": "Haircut",
        "MEETING_DATE": "2026-11-24",
        "BOOKING_STATUS": "booked",
    }


def test_a_contact_follows_its_booking_to_the_end(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    line.book(at(10), **KIM)
    line.go_on()
    line.bridge.reception.move(line.confirmed()[0], at(10, day=25))
    line.go_on()
    assert brevo.contact("kim@example.org")["attributes"]["MEETING_DATE"] == "2026-11-25"
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert brevo.contact("kim@example.org")["attributes"]["BOOKING_STATUS"] == "cancelled"
    assert brevo.operations() == ["create"] * 3


def test_a_no_show_joins_its_list_and_leaves_it_again(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    line.book(at(10), **KIM)
    line.go_on(days=2)
    context = line.bridge.context
    missed = mark_no_show(context, line.confirmed()[0])
    line.go_on()
    contact = brevo.contact("kim@example.org")
    assert (contact["attributes"]["BOOKING_STATUS"], contact["lists"]) == ("no_show", {10, 11, 20})
    undo_no_show(context, missed)
    line.go_on()
    assert (contact["attributes"]["BOOKING_STATUS"], contact["lists"]) == ("booked", {10, 11})


def test_a_number_that_another_contact_has_is_left_out(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    line.book(at(10), "lee", **KIM)
    line.go_on()
    line.book(at(12), "kim", **{**KIM, "email": "robin@example.org"})
    line.go_on()
    assert "SMS" not in brevo.contact("robin@example.org")["attributes"]
    assert brevo.contact("robin@example.org")["lists"] == {10, 11}
    assert brevo.operations() == ["create"] * 3


def test_a_caller_without_an_address_is_a_contact_by_number(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    line.book(at(10), name="Kim Example", phone_number="+49 170 9018200")
    line.book(at(12), "nobody", name="Lee Example")
    line.go_on()
    [contact] = brevo.contacts
    assert contact["attributes"]["SMS"] == "+491709018200"


def test_a_wrong_address_leaves_the_lists_when_it_is_corrected(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    line.book(at(10), name="Kim Example", email="kym@example.org")
    line.go_on()
    line.book(at(10), name="Kim Example", email="kim@example.org")
    line.go_on()
    wrong, right = brevo.contact("kym@example.org"), brevo.contact("kim@example.org")
    assert (wrong["lists"], wrong["attributes"]["BOOKING_STATUS"]) == (set(), "cancelled")
    assert right["lists"] == {10, 11}


@pytest.mark.parametrize(("said", "is_sent"), [("Ja", True), ("yes ", True), ("no", False), ("", False)])
def test_without_consent_nothing_is_sent(
    open_line: OpenLine, brevo: FakeBrevo, said: str, is_sent: bool
) -> None:
    field = '[[event_types.cut.fields]]\nlabel = "Newsletter?"\nname = "newsletter"\n'
    line = opened(open_line, brevo, 'consent_field = "newsletter"', LISTS + field)
    line.book(at(10), **KIM, newsletter=said)
    line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert bool(brevo.requests) is is_sent


def test_answers_are_attributes_by_label_or_name(open_line: OpenLine, brevo: FakeBrevo) -> None:
    mapping = 'attributes = { "field:company" = "COMPANY", last_name = "LASTNAME", time = "MEETING_TIME" }'
    line = opened(open_line, brevo, mapping, LISTS + COMPANY)
    line.book(at(10), **KIM, company="Example Ltd")
    line.go_on()
    [contact] = brevo.contacts
    told = {"COMPANY": "Example Ltd", "LASTNAME": "M. Example", "MEETING_TIME": "10:00"}
    assert contact["attributes"] == told


@pytest.mark.parametrize("fault", ["rate_429", "unavailable", "drop", "drop_after", "redirect"])
def test_what_was_not_taken_is_asked_again_and_makes_one_contact(
    open_line: OpenLine, brevo: FakeBrevo, fault: str
) -> None:
    line = opened(open_line, brevo)
    brevo.fail_next(fault, retry_after="90" if fault == "rate_429" else None)
    line.book(at(10), **KIM)
    line.go_on()
    if fault == "redirect":  # no API moves by redirects: it is somebody else who answers
        assert len(line.bridge.outbox.listed(FollowUpState.GIVEN_UP)) == 1
        return
    assert len(line.bridge.outbox.listed(FollowUpState.WAITING)) == 1
    line.go_on(minutes=2)
    assert len(brevo.contacts) == 1
    assert line.bridge.outbox.listed(FollowUpState.WAITING) == []


@pytest.mark.parametrize("ages", ["999999999", "9" * 5000])
def test_a_brevo_that_asks_for_ages_is_asked_within_two_days(
    open_line: OpenLine, brevo: FakeBrevo, ages: str
) -> None:
    line = opened(open_line, brevo)
    brevo.fail_next("rate_429", retry_after=ages)
    line.book(at(10), **KIM)
    line.go_on()
    [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
    assert waiting.why == "Brevo answered 429 too_many_requests"
    line.clock.turn(hours=48)
    line.go_on()
    assert len(brevo.contacts) == 1


def test_a_brevo_that_hangs_is_not_waited_for_longer_than_its_time(
    open_line: OpenLine, brevo: FakeBrevo
) -> None:
    line = opened(open_line, brevo)
    brevo.fail_next("hang")
    line.book(at(10), **KIM)
    [told], config = line.bridge.outbox.listed(FollowUpState.WAITING), line.config
    assert config.brevo
    clock = line.clock
    hasty = Brevo(
        config.brevo, config.hosts, config.event_types, STRAIGHT, clock.now, clock.monotonic, seconds=0.05
    )
    with pytest.raises(NotDelivered, match="cannot be reached"):
        hasty.deliver(told, line.confirmed()[0], was_told=False)


def test_a_wrong_key_may_be_put_right_for_two_days(open_line: OpenLine, brevo: FakeBrevo) -> None:
    line = opened(open_line, brevo)
    assert KEY not in repr(line.config.brevo)
    brevo.key = "another"
    line.book(at(10), **KIM)
    line.go_on()
    [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
    assert waiting.why == "Brevo answered 401 unauthorized"
    brevo.key = KEY
    line.go_on(minutes=2)
    assert len(brevo.contacts) == 1


def test_brevos_description_is_what_it_is_checked_by() -> None:
    if not is_there(DESCRIPTION):
        pytest.skip(f"../shared/data/specs/{DESCRIPTION} is not there to check with")
    assert complaints(DESCRIPTION, "createContact", {"listIds": ["ten"]})


class TestTheSection:
    """What may be written under [brevo]."""

    def test_without_a_key_it_is_incomplete(self) -> None:
        assert [where for where, _ in problems_of("[brevo]\nno_show_list_ids = [1]\n")] == ["brevo.api_key"]

    def test_the_usual_attributes_are_told_unless_others_are_named(self) -> None:
        section = config_of('[brevo]\napi_key = "x"\n').brevo
        assert section
        assert section.attributes["phone"] == "SMS"

    def test_what_is_never_sent_is_told(self) -> None:
        config = config_of('[brevo]\napi_key = "x"\nattributes = { "field:company" = "COMPANY" }\n')
        text = "is the label or name of no field of an event type, so it is never sent"
        assert ('brevo.attributes."field:company"', text) in remarks(config)
        listed = config_of(event_type="brevo_list_ids = [10]")
        where = "event_types.consultation.brevo_list_ids"
        assert (where, "is of no use without a section [brevo]") in remarks(listed)

    @pytest.mark.parametrize(
        ("line", "path"),
        [
            ('attributes = { forename = "X" }', "brevo.attributes.forename"),
            ('attributes = { "field:" = "X" }', 'brevo.attributes."field:"'),
            ('attributes = { name = "first name" }', "brevo.attributes.name"),
            ('attributes = "SMS"', "brevo.attributes"),
            ("no_show_list_ids = [0]", "brevo.no_show_list_ids[0]"),
            ('consent_field = "newsletter"', "brevo.consent_field"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, line: str, path: str) -> None:
        assert [where for where, _ in problems_of(f'[brevo]\napi_key = "x"\n{line}\n')] == [path]
