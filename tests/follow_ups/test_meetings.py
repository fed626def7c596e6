"""Meetings at Zoom follow the bookings: made, moved and removed with them, once, whatever Zoom answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.booking.link import with_meeting
from bridge.follow_ups.errors import Unclear
from bridge.follow_ups.meetings.maker import Wanted
from bridge.follow_ups.meetings.zoom import Zoom
from bridge.model import FollowUpState
from bridge.service.check import findings
from bridge.service.findings import Verdict
from providers.base import Deadline, Interval
from providers.route import STRAIGHT
from tests.cast.clock import TurnableClock
from tests.cast.config import ANNA, BEN, read_toml, salon_toml
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.config.samples import config_of, problems_of
from tests.vendors.common import Fault
from tests.vendors.inbox import FakeInbox
from tests.vendors.zoom import OWNER, FakeZoom
from tests.zygote import Zygote

KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org"}
ONLINE = 'meeting_platform = "zoom"\n'


@pytest.fixture
def zoom() -> Iterator[FakeZoom]:
    with FakeZoom() as served:
        yield served


def opened(open_line: OpenLine, zoom: FakeZoom, *staff: Any, event_type: str = ONLINE) -> Line:
    return open_line(*(staff or (ANNA,)), rest=zoom.toml(), event_type=event_type)


def test_a_meeting_follows_its_booking_to_the_end(open_line_on_both: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line_on_both, zoom)
    line.book(at(10), **KIM)
    line.go_on()
    [meeting], [booking] = zoom.meetings, line.confirmed()
    assert (meeting["host_email"], meeting["topic"]) == ("anna@example.com", "Haircut: Kim Example")
    assert (meeting["start_time"], meeting["duration"]) == ("2026-11-24T10:00:00Z", 30)
    assert booking.id in meeting["agenda"]
    assert booking.link == meeting["join_url"]
    assert line.events()[0]["location"] == meeting["join_url"]
    line.bridge.reception.move(booking, at(14))
    line.go_on()
    assert zoom.meetings == [meeting]
    assert meeting["start_time"] == "2026-11-24T14:00:00Z"
    assert line.confirmed()[0].link == meeting["join_url"]
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert (zoom.meetings, zoom.removed) == ([], [meeting])
    assert zoom.operations().count("make") == 1


def test_another_organiser_has_another_meeting(open_line: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line, zoom, ANNA, BEN)
    line.book(at(10), "kim", **KIM)
    line.go_on()
    [booking], [first] = line.confirmed(), zoom.meetings
    line.book(at(14), "lee", host=line.config.hosts[booking.hosts[0]].name)
    line.bridge.reception.move(booking, at(14))
    line.go_on()
    moved = next(each for each in line.confirmed() if each.id == booking.id)
    [second] = [each for each in zoom.meetings if booking.id in each["agenda"]]
    assert zoom.removed == [first]
    assert second["host_email"] == f"{moved.hosts[0]}@example.com" != first["host_email"]
    assert moved.link == second["join_url"]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_AFTER, Fault.DROP_AFTER, Fault.TRUNCATE])
def test_a_lost_answer_makes_no_second_meeting(open_line: OpenLine, zoom: FakeZoom, fault: Fault) -> None:
    line = opened(open_line, zoom)
    zoom.fail_next(fault, operation="make")
    line.book(at(10), **KIM)
    line.go_on()
    assert not line.confirmed()[0].link
    zoom.double(zoom.meetings[0])
    for number in range(3):  # of others, so that the list has pages
        zoom.double({**zoom.meetings[0], "agenda": f"Booking other{number}"})
    line.go_on(minutes=2)
    [kept] = [each for each in zoom.meetings if "other" not in each["agenda"]]
    assert line.confirmed()[0].link == kept["join_url"]
    assert zoom.operations().count("make") == 1


def test_a_meeting_made_by_a_lost_answer_goes_with_the_booking(open_line: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line, zoom)
    zoom.fail_next(Fault.SERVER_ERROR_AFTER, operation="make")
    line.book(at(10), **KIM)
    line.go_on()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on(minutes=2)
    assert zoom.meetings == []


@pytest.mark.parametrize("fault", [Fault.RATE_429, Fault.SERVER_ERROR, Fault.DROP, Fault.FORBIDDEN])
def test_without_zoom_the_booking_goes_on_and_the_link_follows(
    open_line: OpenLine, zoom: FakeZoom, fault: Fault
) -> None:
    line = opened(open_line, zoom)
    zoom.fail_next(fault, times=None)
    assert line.book(at(10), **KIM)["status"] == "success"
    line.go_on(minutes=1)
    line.go_on(minutes=20)
    [alert] = [each for each in line.bridge.alerts.open() if each.key.startswith("no_link:")]
    assert alert.key == f"no_link:{line.confirmed()[0].id}"
    assert "zoom.example" not in alert.text
    zoom.come_up()
    line.go_on(hours=1)
    assert line.confirmed()[0].link == line.events()[0]["location"] == zoom.meetings[0]["join_url"]
    assert line.bridge.alerts.open() == []


def test_a_token_that_ended_is_replaced(open_line: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line, zoom)
    line.book(at(10), "kim", **KIM)
    line.go_on()
    zoom.end_tokens()
    line.book(at(12), "lee", **KIM)
    line.go_on()
    assert [bool(each.link) for each in line.confirmed()] == [True, True]
    assert zoom.operations().count("token") == 2


def test_who_is_no_user_meets_as_the_owner_does(open_line: OpenLine, zoom: FakeZoom) -> None:
    zoom.users = {OWNER}
    line = opened(open_line, zoom)
    line.book(at(10), **KIM)
    line.go_on()
    assert [each["host_email"] for each in zoom.meetings] == [OWNER]


def test_a_meeting_that_somebody_removed_is_made_again_by_a_move(open_line: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line, zoom)
    line.book(at(10), **KIM)
    line.go_on()
    zoom.meetings.clear()
    line.bridge.reception.move(line.confirmed()[0], at(14))
    line.go_on()
    assert line.confirmed()[0].link == zoom.meetings[0]["join_url"]


def test_a_service_by_phone_ends_the_meeting(open_line: OpenLine, zoom: FakeZoom) -> None:
    services = '[event_types.cut.services.call]\ntitle = "Call"\nmeeting_platform = "phone"\n'
    line = opened(open_line, zoom, event_type=ONLINE + services)
    line.book(at(10), **KIM)
    line.go_on()
    line.book(at(14), **KIM, service="call")
    line.go_on()
    assert zoom.meetings == []
    assert (line.confirmed()[0].link, line.events()[0]["location"]) == ("", "")


def test_a_call_waits_for_the_link_for_a_second_at_most(open_line: OpenLine, zoom: FakeZoom) -> None:
    line = opened(open_line, zoom)
    began = line.clock.now()
    line.book(at(10), **KIM)  # nothing goes on in the background here
    assert 0.5 < (line.clock.now() - began).total_seconds() < 1.1
    [booking] = line.confirmed()
    line.go_on()
    in_time = Deadline(5, line.clock.monotonic)
    assert with_meeting(line.bridge.context, booking, in_time).link == zoom.meetings[0]["join_url"]
    waited = line.clock.now()
    with_meeting(line.bridge.context, booking, Deadline(0.6, line.clock.monotonic))
    assert line.clock.now() == waited


def test_one_letter_tells_of_booking_and_link_and_another_of_one_that_came_late(
    open_line: OpenLine, zoom: FakeZoom
) -> None:
    with mail_server() as box:
        line = open_line(ANNA, rest=zoom.toml() + mail_toml(box), event_type=ONLINE)
        line.book(at(10), "kim", **KIM)
        line.go_on()
        line.go_on(seconds=30)
        [letter] = box.messages
        assert zoom.meetings[0]["join_url"] in letter.as_string()
        zoom.go_down()
        line.book(at(12), "lee", **{**KIM, "email": "lee@example.org"})
        line.go_on()
        assert len(box.messages) == 1
        line.go_on(seconds=15)
        zoom.come_up()
        line.go_on(minutes=5)
        first, second = box.messages[1:]
    link = zoom.meetings[1]["join_url"]
    assert (link in first.as_string(), link in second.as_string()) == (False, True)
    assert first["Message-ID"] != second["Message-ID"]


def test_a_link_that_came_late_is_told_of_the_same_invitee(open_line: OpenLine, zoom: FakeZoom) -> None:
    with FakeInbox(now=lambda: line.clock.now()) as inbox:  # noqa: PLW0108 - it is opened after this
        line = open_line(ANNA, rest=zoom.toml() + inbox.toml(), event_type=ONLINE)
        zoom.fail_next(Fault.SERVER_ERROR, operation="make")
        line.book(at(10), **KIM)
        line.go_on()
        line.go_on(seconds=11)
        line.go_on(minutes=3)
        line.go_on(minutes=3)
    before, after = (each["payload"] for each in inbox.told)
    assert [each["event"] for each in inbox.told] == ["invitee.created"] * 2
    assert before["uri"] == after["uri"]
    places = [each["scheduled_event"]["location"] for each in (before, after)]
    assert [place["join_url"] for place in places] == [None, zoom.meetings[0]["join_url"]]


def test_check_says_whose_meetings_are_made(open_line: OpenLine, zoom: FakeZoom) -> None:
    zoom.users.discard("ben@example.com")
    line = opened(open_line, zoom, ANNA, BEN)

    def told() -> dict[str, tuple[Verdict, str]]:
        found = findings(line.config, line.bridge.context)
        return {each.subject: (each.verdict, each.text) for each in found if "zoom" in each.subject}

    well = told()
    assert well["zoom: anna"] == (Verdict.GOOD, "meetings can be made")
    assert well["zoom: ben"][0] is Verdict.UNWISE
    assert "ben@example.com is no user there" in well["zoom: ben"][1]
    zoom.fail_next(Fault.FORBIDDEN, operation="list", times=None)
    assert "Zoom answered 403 (4711)" in told()["zoom: anna"][1]


def test_zoom_that_hangs_leaves_it_unclear(zoom: FakeZoom) -> None:
    config = config_of(zoom.toml(), event_type=ONLINE)
    assert config.zoom is not None
    clock = TurnableClock()
    client = Zoom(config.zoom, STRAIGHT, clock.now, clock.monotonic)
    deadline = Deadline(1, clock.monotonic)  # it stands still: each answer has a second
    wanted = Wanted("b1", "anna@example.com", "Talk", Interval(at(10), at(11)), ZoneInfo("Europe/Berlin"))
    zoom.fail_next(Fault.HANG, operation="make")
    with pytest.raises(Unclear):
        client.make(wanted, deadline)
    made = client.make(wanted, deadline)
    assert client.find("anna@example.com", "b1", deadline) == [made]


def test_a_kill_between_zooms_answer_and_our_note_doubles_no_meeting(
    zygote: Zygote, sqlite_url: str, zoom: FakeZoom
) -> None:
    clock = TurnableClock()
    config = salon_toml(sqlite_url, ANNA, rest=zoom.toml(), event_type=ONLINE)
    ended = zygote.run("tests.follow_ups.told_and_killed", config, "told", "1", "book", "0")
    assert ended.returncode == -9, ended.output
    salon = Salon(read_toml(config), clock=clock)
    for _ in range(2):
        clock.turn(minutes=20)
        salon.bridge.background.run_due()
    assert salon.bridge.outbox.listed(FollowUpState.WAITING, FollowUpState.GIVEN_UP) == []
    [meeting] = zoom.meetings
    assert salon.confirmed()[0].link == meeting["join_url"]
    assert zoom.operations().count("make") == 1
    salon.bridge.stop()


def test_zoom_needs_its_section() -> None:
    missing = '"zoom" needs a [zoom] section, which is missing'
    assert problems_of(event_type=ONLINE) == [("event_types.consultation.meeting_platform", missing)]
    assert [path for path, _ in problems_of('[zoom]\naccount_id = "x"')] == [
        "zoom.client_id",
        "zoom.client_secret",
    ]
    config = config_of('[zoom]\naccount_id = "x"\nclient_id = "y"\nclient_secret = "z"', event_type=ONLINE)
    assert config.event_types["consultation"].conference is None
