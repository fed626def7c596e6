"""What goes wrong on the way to Google and back, and what the provider makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from providers.base import Deadline, EventRef
from providers.errors import (
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    WriteUnknown,
)
from providers.google.calendars import GoogleCalendars
from tests.providers.google import (
    ANNA,
    KEY,
    WINDOW,
    Waiting,
    calendars,
    draft,
    query,
    soon,
    span,
)
from tests.vendors.google import FakeGoogle, Fault

Ask = Callable[[GoogleCalendars, Deadline], Any]
REF = EventRef(ANNA, KEY)

READS: dict[str, Ask] = {
    "list_calendars": lambda provider, deadline: provider.list_calendars(deadline=deadline),
    "read_event": lambda provider, deadline: provider.read_event(REF, deadline=deadline),
    "find_event": lambda provider, deadline: provider.find_event(ANNA, KEY, deadline=deadline),
    "find_booking": lambda provider, deadline: provider.find_booking(ANNA, "b", deadline=deadline),
    "list_events": lambda provider, deadline: provider.list_events(ANNA, WINDOW, deadline=deadline),
    "changes": lambda provider, deadline: provider.changes(ANNA, None, deadline=deadline),
    "watch": lambda provider, deadline: provider.watch(ANNA, "http://127.0.0.1:9/", "t", deadline=deadline),
}
WRITES: dict[str, Ask] = {
    "create_event": lambda provider, deadline: provider.create_event(
        ANNA, "00000", draft(span(2, 9), key="00000"), deadline=deadline
    ),
    "move_event": lambda provider, deadline: provider.move_event(
        REF, span(2, 9), timezone="Europe/Berlin", deadline=deadline
    ),
    "cancel_event": lambda provider, deadline: provider.cancel_event(REF, notify=False, deadline=deadline),
}
# Each lasts for ever and is given no time to be sat out.
BROKEN_READS = [
    Fault.RATE_429,
    Fault.RATE_403_USER,
    Fault.RATE_403_PROJECT,
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_AFTER,
    Fault.UNAVAILABLE,
    Fault.DROP,
    Fault.DROP_AFTER,
    Fault.TRUNCATE,
    Fault.HANG,
    Fault.REDIRECT,
    Fault.GARBAGE,
]
DOUBTFUL_WRITES = [
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_AFTER,
    Fault.UNAVAILABLE,
    Fault.DROP,
    Fault.TRUNCATE,
    Fault.REDIRECT,
]


@pytest.fixture
def stored(google: FakeGoogle) -> FakeGoogle:
    """Return a fake that holds our event under KEY."""
    calendars(google).create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    return google


@pytest.mark.parametrize("fault", BROKEN_READS)
@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_for_good_is_unavailable(stored: FakeGoogle, name: str, fault: Fault) -> None:
    stored.fail_next(fault, times=None)
    waiting = Waiting()
    with pytest.raises(ProviderUnavailable):
        READS[name](calendars(stored, waiting=waiting), waiting.deadline(0.15))


@pytest.mark.parametrize("fault", [*BROKEN_READS, Fault.UNAUTHORIZED, Fault.SCOPE, Fault.FORBIDDEN])
def test_free_busy_that_fails_for_good_is_an_error_for_every_calendar(
    stored: FakeGoogle, fault: Fault
) -> None:
    stored.fail_next(fault, times=None)
    waiting = Waiting()
    asked = [query(), query(without=REF)]
    answers = calendars(stored, waiting=waiting).free_busy(asked, WINDOW, deadline=waiting.deadline(0.15))
    assert all(isinstance(answers[each], ProviderError) for each in asked)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RATE_429,
        Fault.RATE_403_USER,
        Fault.RATE_403_PROJECT,
        Fault.SERVER_ERROR,
        Fault.UNAVAILABLE,
        Fault.DROP,
        Fault.TRUNCATE,
    ],
)
@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_once_is_asked_again(stored: FakeGoogle, name: str, fault: Fault) -> None:
    stored.fail_next(fault)
    READS[name](calendars(stored), soon())


@pytest.mark.parametrize("fault", [*DOUBTFUL_WRITES, Fault.GARBAGE])
@pytest.mark.parametrize("name", WRITES)
def test_a_write_without_a_clear_answer_is_in_doubt(stored: FakeGoogle, name: str, fault: Fault) -> None:
    stored.fail_next(fault, times=None)
    with pytest.raises(WriteUnknown):
        WRITES[name](calendars(stored), soon())


@pytest.mark.parametrize(
    ("name", "fault"),
    [("create_event", Fault.HANG_AFTER), ("move_event", Fault.HANG), ("cancel_event", Fault.HANG)],
)
def test_a_write_that_is_not_answered_in_time_is_in_doubt(
    stored: FakeGoogle, name: str, fault: Fault
) -> None:
    stored.fail_next(fault)
    with pytest.raises(WriteUnknown):
        WRITES[name](calendars(stored), Waiting().deadline(1.1))


@pytest.mark.parametrize("fault", [Fault.RATE_429, Fault.RATE_403_USER, Fault.RATE_403_PROJECT])
@pytest.mark.parametrize("name", WRITES)
def test_a_write_told_to_wait_was_not_done_and_is_repeated_in_time(
    stored: FakeGoogle, name: str, fault: Fault
) -> None:
    stored.fail_next(fault)
    WRITES[name](calendars(stored), soon())
    stored.fail_next(fault, times=None)
    with pytest.raises(RateLimited):
        WRITES[name](calendars(stored), soon())


@pytest.mark.parametrize("name", WRITES)
def test_no_write_is_begun_with_less_than_a_second_left(stored: FakeGoogle, name: str) -> None:
    before = len(stored.requests)
    with pytest.raises(ProviderUnavailable):
        WRITES[name](calendars(stored), soon(0.9))
    assert len(stored.requests) == before


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.DROP_AFTER])
@pytest.mark.parametrize("name", WRITES)
def test_a_dropped_line_repeats_a_write_without_harm(stored: FakeGoogle, name: str, fault: Fault) -> None:
    before = len(stored.requests)
    stored.fail_next(fault)
    WRITES[name](calendars(stored), soon())
    assert len(stored.requests) > before + 1
    expected = {"create_event": [KEY, "00000"], "move_event": [KEY], "cancel_event": []}
    assert [event["id"] for event in stored.events(ANNA)] == expected[name]


def test_google_being_gone_leaves_no_doubt_about_a_write(google: FakeGoogle) -> None:
    provider = calendars(google)
    google.close()
    with pytest.raises(ProviderUnavailable):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_write_whose_line_drops_and_cannot_be_opened_again_is_in_doubt(google: FakeGoogle) -> None:
    provider = calendars(google)
    google.fail_next(Fault.CLOSE, operation="events.insert")
    with pytest.raises(WriteUnknown):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_wait_asked_for_is_kept_by_the_whole_account(google: FakeGoogle) -> None:
    waiting = Waiting()
    provider = calendars(google, waiting=waiting)
    google.fail_next(Fault.RATE_429, retry_after="40")
    with pytest.raises(RateLimited):
        provider.list_calendars(deadline=waiting.deadline(2))
    (answer,) = provider.free_busy([query()], WINDOW, deadline=waiting.deadline(2)).values()
    assert isinstance(answer, RateLimited)
    assert len(google.requests) == 1
    waiting.sleep(40)
    (answer,) = provider.free_busy([query()], WINDOW, deadline=waiting.deadline(2)).values()
    assert answer == ()


def test_a_short_wait_is_sat_out(google: FakeGoogle) -> None:
    waiting = Waiting()
    google.fail_next(Fault.UNAVAILABLE, retry_after="1")
    calendars(google, waiting=waiting).list_calendars(deadline=waiting.deadline(2.5))
    assert waiting.slept[0] == 1.0


def test_a_quota_for_the_day_is_not_asked_again_in_this_call(google: FakeGoogle) -> None:
    google.fail_next(Fault.QUOTA, times=None)
    with pytest.raises(RateLimited) as caught:
        calendars(google).list_calendars(deadline=soon())
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= 60
    assert len(google.requests) == 1


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.FORBIDDEN, Fault.QUOTA, Fault.GARBAGE])
def test_an_error_tells_no_address_token_or_text_of_google(google: FakeGoogle, fault: Fault) -> None:
    google.fail_next(fault, times=None)
    with pytest.raises(ProviderError) as caught:
        calendars(google).list_events(ANNA, WINDOW, deadline=soon(0.1))
    text = f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    assert not any(word in text for word in (ANNA, "fake-access", "127.0.0.1", "Backend", "limits exceeded"))


def test_bodies_of_refusals_are_not_logged(google: FakeGoogle, caplog: pytest.LogCaptureFixture) -> None:
    provider = calendars(google)
    with caplog.at_level("INFO"):
        for fault in (Fault.FORBIDDEN, Fault.UNAVAILABLE, Fault.SCOPE, Fault.QUOTA, Fault.UNAUTHORIZED):
            google.fail_next(fault, times=None)
            with pytest.raises(ProviderError):
                provider.list_events(ANNA, WINDOW, deadline=soon(0.1))
            google.come_up()
    assert "fake-access" not in caplog.text
    assert "googleapiclient" not in caplog.text
