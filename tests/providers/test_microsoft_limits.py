"""Limits and broken lines: one request at a time, patience, tokens, time-outs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from providers.base import Changes, Deadline, Interval
from providers.errors import (
    ConnectionExpired,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
)
from providers.microsoft.mailboxes import Mailboxes
from providers.route import Route
from tests.cast.clock import TurnableClock
from tests.providers.hanging import hanging
from tests.providers.microsoft import (
    BEN,
    CARLA,
    KEY,
    Waiting,
    asked,
    busy,
    calendars,
    draft,
    query,
    soon,
    span,
)
from tests.vendors.microsoft import CALENDARS, FakeMicrosoft, Fault, tokens_of


@pytest.mark.parametrize(("workers", "calls_at_once"), [(1, 2), (2, 1), (8, 1)])
def test_the_workers_of_a_machine_share_what_a_mailbox_allows(
    ms: FakeMicrosoft, workers: int, calls_at_once: int
) -> None:
    ms.set_latency(0.05)
    mailboxes = Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle), workers=workers)
    providers = [calendars(ms, mailboxes=mailboxes) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: asked(providers[number % 4]), range(12)))
    assert answers == [()] * 12
    assert ms.most_at_once(BEN) <= calls_at_once


def test_where_one_process_answers_a_second_call_need_not_wait_for_the_first(ms: FakeMicrosoft) -> None:
    provider = calendars(ms, mailboxes=Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle)))
    with hanging(ms, "calendarView", lambda deadline: asked(provider, deadline=deadline)) as hung:
        assert busy(provider) == ()
        assert not hung.done()
    assert isinstance(hung.result(), ProviderUnavailable)


def test_a_call_does_not_wait_for_a_poll_that_hangs(ms: FakeMicrosoft) -> None:
    provider = calendars(ms, mailboxes=Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle), workers=2))

    def ask(deadline: Deadline) -> Changes:
        return provider.changes("calendar", None, deadline=deadline)

    with hanging(ms, "delta", ask, is_patient=True) as poll:
        assert busy(provider) == ()
        assert provider.create_event("calendar", KEY, draft(span(2, 9)), deadline=soon()).event_key == KEY
        waiting = Deadline(0.1, TurnableClock().monotonic, is_patient=True)
        with pytest.raises(ProviderUnavailable, match="still being asked"):
            provider.list_events("calendar", Interval(*span(1, 9)), deadline=waiting)
        assert not poll.done()
    assert isinstance(poll.exception(), ProviderUnavailable)


def test_two_mailboxes_are_asked_at_the_same_time(ms: FakeMicrosoft) -> None:
    ms.add_account(CARLA)
    mailboxes = Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle))
    first, second = (calendars(ms, email, mailboxes=mailboxes) for email in (BEN, CARLA))
    with hanging(ms, "calendarView", lambda deadline: asked(first, deadline=deadline), account=BEN) as hung:
        assert busy(second) == ()
        assert not hung.done()
    assert isinstance(hung.result(), ProviderUnavailable)


def test_waiting_for_ones_turn_ends_with_the_deadline(ms: FakeMicrosoft) -> None:
    mailboxes = Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle), workers=2)
    provider = calendars(ms, mailboxes=mailboxes)
    with hanging(ms, "calendarView", lambda deadline: asked(provider, deadline=deadline)) as hung:
        answer = asked(provider, deadline=TurnableClock().deadline(0.1))
        assert isinstance(answer, ProviderUnavailable)
        assert "still being asked" in answer.detail
    assert isinstance(hung.result(), ProviderUnavailable)
    assert len(ms.requests) == 1


def test_two_processes_may_ask_at_once_and_are_told_to_wait_only_over_four(ms: FakeMicrosoft) -> None:
    ms.set_latency(0.1)
    each_its_own = [calendars(ms) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(asked, each_its_own))
    assert answers == [()] * 6  # whoever was over the limit waited as long as Microsoft asked
    assert ms.most_at_once(BEN) <= 6


def test_retry_after_is_waited_for_when_it_fits_the_deadline(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.RATE_429, retry_after="3")
    waiting = Waiting()
    assert asked(calendars(ms, waiting=waiting), deadline=waiting.deadline(10)) == ()
    assert [round(seconds) for seconds in waiting.slept] == [3]


def test_retry_after_beyond_the_deadline_is_the_answer(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.RATE_429, retry_after="30")
    waiting = Waiting()
    answer = asked(calendars(ms, waiting=waiting), deadline=waiting.deadline(5))
    assert isinstance(answer, RateLimited)
    assert answer.retry_after == 30
    assert waiting.slept == []


def test_a_mailbox_that_said_later_is_not_asked_before_then(ms: FakeMicrosoft) -> None:
    ms.add_account(CARLA)
    waiting = Waiting()
    mailboxes = Mailboxes(waiting.monotonic, Route(ca_file=ms.ca_bundle))
    ben, carla = (calendars(ms, email, waiting=waiting, mailboxes=mailboxes) for email in (BEN, CARLA))
    ms.fail_next(Fault.RATE_429, retry_after="30")
    asked(ben, deadline=waiting.deadline(5))
    answer = asked(ben, deadline=waiting.deadline(5))
    assert isinstance(answer, RateLimited)
    assert 0 < (answer.retry_after or 0) <= 30
    assert asked(carla, deadline=waiting.deadline(5)) == ()
    assert [request.account for request in ms.requests] == [BEN, CARLA]
    waiting.sleep(31)
    assert asked(ben, deadline=waiting.deadline(5)) == ()


def test_a_part_of_a_batch_that_said_later_is_heeded(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    ms.fail_next(Fault.RATE_429, operation="calendarView", retry_after="30")
    waiting = Waiting()
    wanted = [query(), query(second)]
    answers = calendars(ms, waiting=waiting).free_busy(
        wanted, Interval(*span(1, 9)), deadline=waiting.deadline(5)
    )
    assert isinstance(answers[wanted[0]], RateLimited)
    assert answers[wanted[1]] == ()
    assert ms.operations() == ["batch"]


@pytest.mark.parametrize(
    "fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.DROP, Fault.TRUNCATE, Fault.GARBAGE]
)
def test_reading_is_repeated_while_there_is_time(ms: FakeMicrosoft, fault: Fault) -> None:
    ms.fail_next(fault, times=2)
    assert busy(calendars(ms)) == ()
    assert len(ms.requests) == 3


def test_an_answer_of_another_shape_is_no_time_to_repeat(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.EMPTY)
    answer = asked(calendars(ms))
    assert isinstance(answer, UnexpectedResponse)
    assert len(ms.requests) == 1


def test_a_kept_connection_that_died_is_replaced(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    assert busy(provider) == ()
    ms.hang_up()
    assert busy(provider) == ()


def test_a_hanging_answer_ends_with_the_deadline(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.HANG, times=None, seconds=10)
    assert isinstance(asked(calendars(ms), deadline=soon(0.2)), ProviderUnavailable)


def test_a_hotels_sign_in_page_is_no_calendar(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.REDIRECT, times=None)
    assert isinstance(asked(calendars(ms)), ProviderUnavailable)
    assert all(request.path.startswith("/v1.0/") for request in ms.requests)


def test_nobody_else_is_trusted_to_be_graph(ms: FakeMicrosoft) -> None:
    strangers = Mailboxes(Waiting().monotonic)
    answer = asked(calendars(ms, mailboxes=strangers))
    assert isinstance(answer, ProviderUnavailable)
    assert ms.requests == []


def test_a_rejected_token_is_reported_and_the_next_one_used(ms: FakeMicrosoft) -> None:
    tokens = tokens_of(ms, BEN)
    provider = calendars(ms, tokens=tokens)
    busy(provider)
    ms.end_access(BEN)
    assert busy(provider) == ()
    assert len(tokens.rejections) == 1


def test_a_second_rejected_token_means_reconnecting(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.UNAUTHORIZED, times=None)
    assert isinstance(asked(calendars(ms)), ConnectionExpired)
    assert len(ms.requests) == 2


def test_an_expired_connection_is_the_answer_without_a_request(ms: FakeMicrosoft) -> None:
    tokens = tokens_of(ms, BEN)
    tokens.has_expired = True
    assert isinstance(asked(calendars(ms, tokens=tokens)), ConnectionExpired)
    assert ms.requests == []


def test_a_token_without_the_scope_is_told_apart_from_an_empty_calendar(ms: FakeMicrosoft) -> None:
    answer = asked(calendars(ms, tokens=tokens_of(ms, BEN, ["User.Read"])))
    assert isinstance(answer, ProviderError)
    assert "ErrorAccessDenied" in answer.detail
    assert CALENDARS not in answer.detail


def test_no_error_holds_a_token_an_address_or_microsofts_words(ms: FakeMicrosoft) -> None:
    token = ms.issue(BEN).access
    provider = calendars(ms, tokens=tokens_of(ms, BEN))
    errors: list[str] = []
    for fault in (Fault.ACCESS, Fault.BAD_REQUEST, Fault.UNAVAILABLE, Fault.DROP, Fault.GARBAGE):
        ms.fail_next(fault, times=None)
        errors.append(str(asked(provider)))
        with pytest.raises(ProviderError) as caught:
            provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
        errors.append(str(caught.value))
        ms.come_up()
    for text in errors:
        assert token not in text
        assert "in Microsoft's words" not in text
        assert "localhost" not in text
        assert "Call" not in text


def test_one_accounts_cookies_do_not_travel_with_anothers_requests(ms: FakeMicrosoft) -> None:
    mailboxes = Mailboxes(Waiting().monotonic, Route(ca_file=ms.ca_bundle))
    ms.set_cookie("fake-session=ben")
    provider = calendars(ms, mailboxes=mailboxes)
    busy(provider)
    busy(provider)
    assert all("cookie" not in request.headers for request in ms.requests)
