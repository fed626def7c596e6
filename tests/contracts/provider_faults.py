"""The provider contract's part on faults: what did not happen, and what may have happened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from providers.base import CalendarProvider, EventRef
from providers.errors import ProviderError, ProviderUnavailable, WriteUnknown
from tests.contracts.account import (
    BOOKING,
    KEY,
    WINDOW,
    AccountUnderTest,
    busy,
    create,
    draft,
    over,
    plenty,
    span,
)

READS: dict[str, Callable[[CalendarProvider, str], object]] = {
    "list_calendars": lambda provider, _calendar: provider.list_calendars(deadline=plenty()),
    "find_event": lambda provider, calendar: provider.find_event(calendar, KEY, deadline=plenty()),
    "find_booking": lambda provider, calendar: provider.find_booking(calendar, BOOKING, deadline=plenty()),
    "list_events": lambda provider, calendar: provider.list_events(calendar, WINDOW, deadline=plenty()),
    "changes": lambda provider, calendar: provider.changes(calendar, None, deadline=plenty()),
    "read_event": lambda provider, calendar: provider.read_event(EventRef(calendar, KEY), deadline=plenty()),
}
# Where nothing has to be asked for it (the embedded calendar's list is in the configuration).
MAY_ANSWER_ANYHOW = {"list_calendars"}


class FaultsContract:
    """A write is done, not done, or unknown, and the provider says which."""

    @pytest.mark.parametrize("name", READS)
    def test_when_nothing_answers_reading_says_so(self, account: AccountUnderTest, name: str) -> None:
        provider = account.make_provider()
        account.go_down()
        if name in MAY_ANSWER_ANYHOW:
            with suppress(ProviderUnavailable):
                READS[name](provider, account.calendar)
            return
        with pytest.raises(ProviderUnavailable):
            READS[name](provider, account.calendar)

    def test_when_nothing_answers_no_write_is_called_done(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.go_down()
        with pytest.raises((ProviderUnavailable, WriteUnknown)):
            create(provider, account, span(2, 9), key=f"{2:032x}")
        with pytest.raises((ProviderUnavailable, WriteUnknown)):
            provider.move_event(event.ref, span(2, 9), timezone="Europe/Berlin", deadline=plenty())
        with pytest.raises((ProviderUnavailable, WriteUnknown)):
            provider.cancel_event(event.ref, notify=False, deadline=plenty())

    def test_a_write_that_was_refused_did_not_happen(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        account.refuse_next_write()
        with pytest.raises(ProviderError) as caught:
            create(provider, account, span(1, 9))
        assert not isinstance(caught.value, WriteUnknown)
        assert provider.find_event(account.calendar, KEY, deadline=plenty()) is None
        assert busy(provider, account.calendar) == ()
        assert create(provider, account, span(1, 9)).interval == span(1, 9)

    def test_a_create_whose_answer_was_lost_is_unknown_then_found(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        account.lose_next_answer()
        with pytest.raises(WriteUnknown):
            create(provider, account, span(1, 9))
        found = provider.find_event(account.calendar, KEY, deadline=plenty())
        assert found is not None
        assert create(provider, account, span(1, 9)).ref.event_id == found.ref.event_id
        assert len(provider.list_events(account.calendar, WINDOW, deadline=plenty())) == 1

    def test_a_move_whose_answer_was_lost_is_unknown_then_seen(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.lose_next_answer()
        with pytest.raises(WriteUnknown):
            provider.move_event(event.ref, span(2, 9), timezone="Europe/Berlin", deadline=plenty())
        assert provider.read_event(event.ref, deadline=plenty()).interval == span(2, 9)

    def test_a_cancel_whose_answer_was_lost_can_be_done_again(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.lose_next_answer()
        with pytest.raises(WriteUnknown):
            provider.cancel_event(event.ref, notify=False, deadline=plenty())
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        assert busy(provider, account.calendar) == ()

    def test_without_time_left_nothing_is_written(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        key = f"{2:032x}"
        with pytest.raises(ProviderUnavailable):
            provider.create_event(account.calendar, key, draft(span(2, 9), key=key), deadline=over())
        with pytest.raises(ProviderUnavailable):
            provider.move_event(event.ref, span(2, 9), timezone="Europe/Berlin", deadline=over())
        assert busy(provider, account.calendar) == (span(1, 9),)
