"""The provider contract's part on making events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from providers.base import Interval
from providers.errors import CalendarNotFound, ConferenceUnavailable, EventExists
from tests.contracts.account import (
    BOOKING,
    KEY,
    OTHER_KEY,
    WINDOW,
    AccountUnderTest,
    at,
    busy,
    create,
    draft,
    plenty,
    rich_draft,
    span,
)

TEXTS = {
    "quotes": 'Anna "the boss" O\'Neil \\ said; yes, 100%',
    "lines": "first line\nsecond line\n\nfourth; line, with: marks",
    "emoji": "Zahnärztin 👩‍⚕️ Müller, 東京, שלום",
    "html": "<script>alert('x')</script> &amp; <b>bold</b> & more",
    "injection": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nX: y",
    "long": "Wort für Wort " * 30,
}


def words(text: str) -> list[str]:
    """Return the text's words: calendars may join the lines of a title."""
    return text.split()


class CreateContract:
    """An event is made once, with everything in it."""

    def test_a_created_event_carries_its_key_its_booking_and_its_time(
        self, account: AccountUnderTest
    ) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        assert (event.interval, event.booking_id, event.event_key) == (span(1, 9), BOOKING, KEY)
        assert (event.ref.calendar, event.cancelled, event.blocks) == (account.calendar, False, True)
        assert event.ref.etag
        assert provider.read_event(event.ref, deadline=plenty()) == event

    def test_a_created_event_blocks_its_time(self, account: AccountUnderTest) -> None:
        create(account.make_provider(), account, span(1, 9))
        assert busy(account.make_provider(), account.calendar) == (span(1, 9),)
        assert busy(account.make_provider(), account.other_calendar) == ()

    def test_creating_twice_under_one_key_is_one_event(self, account: AccountUnderTest) -> None:
        first = create(account.make_provider(), account, span(1, 9))
        second = create(account.make_provider(), account, span(1, 9))
        assert second.ref.event_id == first.ref.event_id
        listed = account.make_provider().list_events(account.calendar, WINDOW, deadline=plenty())
        assert [event.event_key for event in listed] == [KEY]

    def test_creating_again_leaves_an_event_that_was_moved_where_it_is(
        self, account: AccountUnderTest
    ) -> None:
        provider = account.make_provider()
        first = create(provider, account, span(1, 9))
        account.move_as_person(account.calendar, first.ref.event_id, span(1, 11))
        assert create(provider, account, span(1, 9)).interval == span(1, 11)
        assert busy(provider, account.calendar) == (span(1, 11),)

    def test_the_key_of_a_cancelled_event_is_used_up(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        first = create(provider, account, span(1, 9))
        provider.cancel_event(first.ref, notify=False, deadline=plenty())
        try:
            again = create(provider, account, span(1, 9))
        except EventExists:
            assert busy(provider, account.calendar) == ()
            return
        assert not account.key_stays_spent
        assert not again.cancelled
        assert busy(provider, account.calendar) == (span(1, 9),)

    def test_different_keys_are_different_events(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        first = create(provider, account, span(1, 9))
        second = create(provider, account, span(1, 9), key=OTHER_KEY)
        assert first.ref.event_id != second.ref.event_id
        assert len(provider.list_events(account.calendar, WINDOW, deadline=plenty())) == 2

    def test_threads_creating_under_one_key_make_one_event(self, account: AccountUnderTest) -> None:
        def one(_: int) -> str:
            return create(account.make_provider(), account, span(1, 9)).ref.event_id

        with ThreadPoolExecutor(8) as threads:
            ids = set(threads.map(one, range(8)))
        listed = account.make_provider().list_events(account.calendar, WINDOW, deadline=plenty())
        assert {event.ref.event_id for event in listed} == ids
        assert len(listed) == 1

    def test_one_provider_serves_many_threads(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        keys = [f"{number:032x}" for number in range(8)]

        def one(key: str) -> None:
            create(provider, account, span(1, 9), key=key)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(one, keys))
        listed = provider.list_events(account.calendar, WINDOW, deadline=plenty())
        assert {event.event_key for event in listed} == set(keys)

    @pytest.mark.parametrize("name", TEXTS)
    def test_callers_text_survives_as_it_was_said(self, account: AccountUnderTest, name: str) -> None:
        text = TEXTS[name]
        wanted = rich_draft(span(1, 9), text)
        event = account.make_provider().create_event(account.calendar, KEY, wanted, deadline=plenty())
        stored = account.stored(account.calendar, event.ref.event_id)
        assert words(stored.title) == words(text[: account.longest_title])
        assert words(stored.location) == words(text)
        assert [line.rstrip() for line in stored.description.splitlines()] == [
            line.rstrip() for line in text.splitlines()
        ]
        listed = account.make_provider().list_events(account.calendar, WINDOW, deadline=plenty())
        assert [found.ref.event_id for found in listed] == [event.ref.event_id]

    def test_attendees_and_private_properties_survive(self, account: AccountUnderTest) -> None:
        wanted = rich_draft(span(1, 9), "Call")
        event = account.make_provider().create_event(account.calendar, KEY, wanted, deadline=plenty())
        stored = account.stored(account.calendar, event.ref.event_id)
        assert stored.attendees == {"guest@example.com"}
        assert wanted.private.items() <= stored.private.items()

    def test_it_is_told_whether_the_vendor_invites(self, account: AccountUnderTest) -> None:
        assert account.make_provider().can_invite is account.can_invite

    def test_the_hour_that_comes_twice_stays_two_hours(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        first = Interval(at(25, 0, 30, month=10), at(25, 1, month=10))  # 02:30 summer time in Berlin
        second = Interval(at(25, 1, 30, month=10), at(25, 2, month=10))  # 02:30 winter time
        made = [
            create(provider, account, first),
            create(provider, account, second, key=OTHER_KEY),
        ]
        assert [provider.read_event(event.ref, deadline=plenty()).interval for event in made] == [
            first,
            second,
        ]

    def test_creating_in_an_unknown_calendar_is_refused(self, account: AccountUnderTest) -> None:
        with pytest.raises(CalendarNotFound):
            account.make_provider().create_event(
                account.unknown_calendar, KEY, draft(span(1, 9)), deadline=plenty()
            )

    def test_a_conference_that_cannot_be_made_leaves_nothing_behind(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        infos = {info.id: info for info in provider.list_calendars(deadline=plenty())}
        impossible = {"google_meet", "microsoft_teams"} - infos[account.calendar].conferences
        wanted = replace(draft(span(1, 9)), conference=min(impossible))
        with pytest.raises(ConferenceUnavailable):
            provider.create_event(account.calendar, KEY, wanted, deadline=plenty())
        assert provider.find_event(account.calendar, KEY, deadline=plenty()) is None
        assert create(provider, account, span(1, 9)).interval == span(1, 9)
