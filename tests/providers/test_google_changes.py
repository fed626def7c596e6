"""Hearing of changes: sync tokens and push channels."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from providers.base import Channel
from providers.errors import AccessDenied, UnexpectedResponse
from providers.google.push import read_notification
from tests.providers.google import (
    ANNA,
    BEN,
    BOOKING,
    KEY,
    NOW,
    TEAM,
    calendars,
    draft,
    provider_of,
    soon,
    span,
)
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.google.canned import Canned


def test_a_full_listing_goes_back_a_month_and_expands_no_series(google: FakeGoogle) -> None:
    long_ago = NOW - timedelta(days=40)
    google.add_event(ANNA, long_ago, long_ago + timedelta(hours=1))
    lately = google.add_event(ANNA, NOW - timedelta(days=20), NOW - timedelta(days=19))
    series = google.add_event(ANNA, *span(1, 9), recurrence=["RRULE:FREQ=DAILY"])
    changes = calendars(google).changes(ANNA, None, deadline=soon())
    assert {event.ref.event_id for event in changes.events} == {lately, series}
    assert changes.complete


def test_changes_of_many_pages_are_one_answer_with_the_last_pages_cursor(google: FakeGoogle) -> None:
    provider = calendars(google)
    cursor = provider.changes(ANNA, None, deadline=soon()).cursor
    ids = [google.add_event(ANNA, *span(day, 9)) for day in range(1, 8)]
    google.set_pages(2, empty_first=True)
    changes = provider.changes(ANNA, cursor, deadline=soon())
    assert [event.ref.event_id for event in changes.events] == ids
    assert provider.changes(ANNA, changes.cursor, deadline=soon()).events == ()


def test_a_removed_event_is_told_by_its_id_alone(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    cursor = provider.changes(ANNA, None, deadline=soon()).cursor
    google.delete_event(ANNA, KEY)
    changes = provider.changes(ANNA, cursor, deadline=soon())
    assert (changes.events, changes.deleted) == ((), (KEY,))


def test_a_removed_event_told_with_its_times_says_whose_it_was(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.delete_event(ANNA, KEY)
    (told,) = provider.changes(ANNA, None, deadline=soon()).events
    assert (told.cancelled, told.blocks, told.booking_id) == (True, False, BOOKING)


def test_an_event_made_all_day_is_told_in_the_calendars_days(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    cursor = provider.changes(ANNA, None, deadline=soon()).cursor
    google.move_event(ANNA, KEY, date(2026, 12, 1), date(2026, 12, 2))
    (told,) = provider.changes(ANNA, cursor, deadline=soon()).events
    assert told.interval.start == datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("cursor", ["nonsense", "", "e30="])
def test_a_cursor_that_is_none_starts_over(google: FakeGoogle, cursor: str) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    changes = provider.changes(ANNA, cursor, deadline=soon())
    assert changes.complete
    assert [event.ref.event_id for event in changes.events] == [KEY]


def test_a_cursor_of_another_calendar_starts_over(google: FakeGoogle) -> None:
    provider = calendars(google)
    cursor = provider.changes(TEAM, None, deadline=soon()).cursor
    assert provider.changes(ANNA, cursor, deadline=soon()).complete


def test_an_expired_cursor_costs_one_request_more(google: FakeGoogle) -> None:
    provider = calendars(google)
    cursor = provider.changes(ANNA, None, deadline=soon()).cursor
    google.expire_sync_tokens(ANNA)
    assert provider.changes(ANNA, cursor, deadline=soon()).complete
    assert google.operations() == ["events.list"] * 3


def test_a_listing_without_a_cursor_at_its_end_is_not_taken(canned: Canned) -> None:
    canned.answer({"items": [], "timeZone": "UTC"})
    with pytest.raises(UnexpectedResponse) as caught:
        provider_of(canned).changes(ANNA, None, deadline=soon())
    assert caught.value.field == "nextSyncToken"


def test_a_calendar_that_shows_only_when_it_is_busy_has_no_changes_to_tell(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "freeBusyReader")
    with pytest.raises(AccessDenied):
        calendars(google).changes(BEN, None, deadline=soon())


class Inbox:
    """Receives push messages."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.headers.append(dict(self.headers.items()))
                assert self.rfile.read(int(self.headers.get("Content-Length") or 0)) == b""
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/notify/google"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.close()


def test_a_channel_tells_of_every_change_until_it_is_closed(google: FakeGoogle, inbox: Inbox) -> None:
    provider = calendars(google)
    channel = provider.watch(ANNA, inbox.url, "fake-channel-token", deadline=soon())
    assert channel is not None
    google.add_event(ANNA, *span(1, 9))
    google.add_event(TEAM, *span(1, 9))
    google.wait_for_pushes()
    told = [read_notification(headers) for headers in inbox.headers]
    assert [(each.state, each.number) for each in told if each] == [("sync", 1), ("exists", 2)]
    assert {(each.channel, each.resource, each.token) for each in told if each} == {
        (channel.id, channel.resource, "fake-channel-token")
    }
    provider.unwatch(channel, deadline=soon())
    google.add_event(ANNA, *span(2, 9))
    google.wait_for_pushes()
    assert len(inbox.headers) == 2


def test_a_channel_lasts_a_week(google: FakeGoogle, inbox: Inbox) -> None:
    before = datetime.now(UTC)
    channel = calendars(google).watch(ANNA, inbox.url, "t", deadline=soon())
    assert channel is not None
    assert (
        timedelta(days=7) <= channel.expires_at - before + timedelta(seconds=1) < timedelta(days=7, minutes=1)
    )


def test_channels_overlap_while_one_is_renewed(google: FakeGoogle, inbox: Inbox) -> None:
    provider = calendars(google)
    old = provider.watch(ANNA, inbox.url, "t", deadline=soon())
    new = provider.watch(ANNA, inbox.url, "t", deadline=soon())
    assert old is not None
    assert new is not None
    assert old.id != new.id
    provider.unwatch(old, deadline=soon())
    assert [each.id for each in google.open_channels()] == [new.id]


def test_closing_a_channel_that_is_gone_is_done(google: FakeGoogle) -> None:
    gone = Channel("gone", "resource", datetime.now(UTC))
    calendars(google).unwatch(gone, deadline=soon())


def test_a_calendar_without_push_has_no_channel(canned: Canned) -> None:
    reason = {"domain": "push", "reason": "pushNotSupportedForRequestedResource", "message": "no"}
    canned.answer({"error": {"code": 400, "message": "no", "errors": [reason]}}, status=400)
    assert provider_of(canned).watch(ANNA, "https://bridge.example.com/", "t", deadline=soon()) is None


def test_an_address_google_does_not_take_is_refused(google: FakeGoogle) -> None:
    google.fail_next(Fault.FORBIDDEN, operation="events.watch")
    with pytest.raises(AccessDenied):
        calendars(google).watch(ANNA, "https://bridge.example.com/", "t", deadline=soon())


@pytest.mark.parametrize("expiration", [None, "soon", "9" * 40, 7])
def test_a_channel_without_an_end_is_not_taken(canned: Canned, expiration: object) -> None:
    canned.answer({"id": "c", "resourceId": "r", "expiration": expiration})
    with pytest.raises(UnexpectedResponse):
        provider_of(canned).watch(ANNA, "https://bridge.example.com/", "t", deadline=soon())


HEADERS = {
    "X-Goog-Channel-ID": "c",
    "X-Goog-Message-Number": "10",
    "X-Goog-Resource-ID": "r",
    "X-Goog-Resource-State": "not_exists",
    "X-Goog-Channel-Token": "fake-channel-token",
}


def test_a_push_messages_headers_are_read_in_any_case() -> None:
    for headers in (HEADERS, {name.upper(): value for name, value in HEADERS.items()}):
        told = read_notification(headers)
        assert told is not None
        assert (told.channel, told.resource, told.state, told.number) == ("c", "r", "not_exists", 10)
        assert "fake-channel-token" not in repr(told)


@pytest.mark.parametrize("missing", ["X-Goog-Channel-ID", "X-Goog-Resource-State", "X-Goog-Message-Number"])
def test_a_request_without_the_headers_is_no_push_message(missing: str) -> None:
    assert read_notification({name: value for name, value in HEADERS.items() if name != missing}) is None
    assert read_notification(HEADERS | {missing: ""}) is None


def test_a_message_number_that_is_none_makes_no_push_message() -> None:
    assert read_notification(HEADERS | {"X-Goog-Message-Number": "²"}) is None
