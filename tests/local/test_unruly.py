"""The calendar that misbehaves on demand really does what tests of the booking protocol rely on."""

from __future__ import annotations

import pytest

from providers.base import BusyQuery
from providers.errors import (
    AccessDenied,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
    WriteUnknown,
)
from tests.contracts.account import KEY, WINDOW, busy, create, plenty, span
from tests.local.account import LocalAccount
from tests.vendors.unruly import Plan, Trouble, UnrulyCalendars


def unruly(account: LocalAccount, *writes: Trouble, reads: tuple[Trouble, ...] = ()) -> UnrulyCalendars:
    return UnrulyCalendars(account.make_provider(), Plan(writes=writes, reads=reads))


def test_without_a_plan_it_behaves(account: LocalAccount) -> None:
    provider = unruly(account)
    event = create(provider, account, span(1, 9))
    moved = provider.move_event(event.ref, span(2, 9), timezone="Europe/Berlin", deadline=plenty())
    assert busy(provider, account.calendar) == (span(2, 9),)
    provider.cancel_event(moved.ref, notify=False, deadline=plenty())
    assert busy(provider, account.calendar) == ()
    assert provider.made == {"create_event": 1, "move_event": 1, "cancel_event": 1, "amend_event": 0}


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.DOWN, ProviderUnavailable),
        (Trouble.THROTTLED, ProviderUnavailable),
        (Trouble.REFUSED, AccessDenied),
    ],
)
def test_a_write_that_fails_before_it_is_made_leaves_nothing(
    account: LocalAccount, trouble: Trouble, error: type[ProviderError]
) -> None:
    provider = unruly(account, trouble)
    with pytest.raises(error):
        create(provider, account, span(1, 9))
    assert busy(provider, account.calendar) == ()
    assert provider.made["create_event"] == 0


@pytest.mark.parametrize(
    ("trouble", "error"), [(Trouble.LOST, WriteUnknown), (Trouble.GARBLED, UnexpectedResponse)]
)
def test_a_write_whose_answer_is_lost_was_made(
    account: LocalAccount, trouble: Trouble, error: type[ProviderError]
) -> None:
    provider = unruly(account, trouble)
    with pytest.raises(error):
        create(provider, account, span(1, 9))
    assert busy(provider, account.calendar) == (span(1, 9),)


def test_a_late_write_is_made_when_it_lands(account: LocalAccount) -> None:
    provider = unruly(account, Trouble.LATE)
    with pytest.raises(WriteUnknown):
        create(provider, account, span(1, 9))
    assert provider.find_event(account.calendar, KEY, deadline=plenty()) is None
    assert provider.late == 1
    provider.land(plenty())
    assert provider.find_event(account.calendar, KEY, deadline=plenty()) is not None
    assert provider.late == 0


def test_a_late_move_that_is_refused_by_then_changes_nothing(account: LocalAccount) -> None:
    provider = unruly(account, Trouble.NONE, Trouble.LATE)
    event = create(provider, account, span(1, 9))
    with pytest.raises(WriteUnknown):
        provider.move_event(event.ref, span(2, 9), timezone="Europe/Berlin", deadline=plenty())
    provider.move_event(event.ref, span(3, 9), timezone="Europe/Berlin", deadline=plenty())
    provider.land_all(plenty())
    assert busy(provider, account.calendar) == (span(3, 9),)


def test_a_free_busy_that_fails_is_an_error_for_each_calendar(account: LocalAccount) -> None:
    provider = unruly(account, reads=(Trouble.DOWN,))
    queries = [BusyQuery(account.calendar), BusyQuery(account.other_calendar)]
    answers = provider.free_busy(queries, WINDOW, deadline=plenty())
    assert all(isinstance(answers[query], ProviderUnavailable) for query in queries)
    assert busy(provider, account.calendar) == ()
