"""The provider contract's part on finding events again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from providers.base import CalendarProvider, EventRef, Interval
from providers.errors import CalendarNotFound, EventChanged, EventNotFound, WriteUnknown
from tests.contracts.account import (
    BOOKING,
    KEY,
    OTHER_KEY,
    WINDOW,
    AccountUnderTest,
    ForeignEvent,
    Repeat,
    at,
    busy,
    create,
    draft,
    local_span,
    plenty,
    span,
)


class FindContract:
    """Events are found again by key, by booking, by id and by time."""

    def test_both_calendars_are_listed_as_writable_in_their_zone(self, account: AccountUnderTest) -> None:
        infos = {info.id: info for info in account.make_provider().list_calendars(deadline=plenty())}
        for calendar in (account.calendar, account.other_calendar):
            assert infos[calendar].can_write
            assert infos[calendar].timezone in {"Europe/Berlin", None}
        assert account.unknown_calendar not in infos

    def test_a_calendar_is_known_by_the_same_identity_to_every_process_and_no_other_calendar(
        self, account: AccountUnderTest
    ) -> None:
        known = [
            account.make_provider().identity(calendar, deadline=plenty())
            for calendar in (account.calendar, account.calendar, account.other_calendar)
        ]
        assert known[0] == known[1] != known[2]

    def test_an_event_is_found_by_its_key(self, account: AccountUnderTest) -> None:
        event = create(account.make_provider(), account, span(1, 9))
        found = account.make_provider().find_event(account.calendar, KEY, deadline=plenty())
        assert found is not None
        assert (found.ref.event_id, found.interval) == (event.ref.event_id, span(1, 9))

    def test_a_key_never_used_finds_nothing(self, account: AccountUnderTest) -> None:
        create(account.make_provider(), account, span(1, 9))
        assert account.make_provider().find_event(account.calendar, OTHER_KEY, deadline=plenty()) is None

    def test_a_cancelled_event_is_not_found(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        assert provider.find_event(account.calendar, KEY, deadline=plenty()) is None
        assert list(provider.find_booking(account.calendar, BOOKING, deadline=plenty())) == []

    def test_a_booking_is_found_with_all_its_live_events(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        keys = [f"{number:032x}" for number in range(3)]
        events = [create(provider, account, span(1, 9 + at), key=key) for at, key in enumerate(keys)]
        provider.cancel_event(events[1].ref, notify=False, deadline=plenty())
        foreign = draft(span(1, 9), key=OTHER_KEY, booking="another")
        provider.create_event(account.calendar, OTHER_KEY, foreign, deadline=plenty())
        found = provider.find_booking(account.calendar, BOOKING, deadline=plenty())
        assert {event.event_key for event in found} == {keys[0], keys[2]}
        assert {event.booking_id for event in found} == {BOOKING}

    def test_a_booking_is_not_found_in_another_calendar(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        create(provider, account, span(1, 9))
        assert list(provider.find_booking(account.other_calendar, BOOKING, deadline=plenty())) == []

    @pytest.mark.parametrize(
        "look",
        [
            lambda provider, calendar: provider.find_event(calendar, KEY, deadline=plenty()),
            lambda provider, calendar: provider.find_booking(calendar, BOOKING, deadline=plenty()),
            lambda provider, calendar: provider.list_events(calendar, WINDOW, deadline=plenty()),
            lambda provider, calendar: provider.changes(calendar, None, deadline=plenty()),
        ],
        ids=["find_event", "find_booking", "list_events", "changes"],
    )
    def test_looking_into_an_unknown_calendar_is_refused(
        self, account: AccountUnderTest, look: Callable[[CalendarProvider, str], object]
    ) -> None:
        with pytest.raises(CalendarNotFound):
            look(account.make_provider(), account.unknown_calendar)

    def test_an_event_that_never_was_is_not_found(self, account: AccountUnderTest) -> None:
        with pytest.raises(EventNotFound):
            account.make_provider().read_event(EventRef(account.calendar, OTHER_KEY), deadline=plenty())

    def test_a_foreign_entry_is_read_without_booking_and_key(self, account: AccountUnderTest) -> None:
        event_id = account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        ref = EventRef(account.calendar, event_id)
        event = account.make_provider().read_event(ref, deadline=plenty())
        assert (event.interval, event.booking_id, event.event_key) == (span(1, 9), None, None)
        assert event.blocks

    def test_listing_shows_what_overlaps_the_window_in_order(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        create(provider, account, span(2, 9))
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(3, 8), at(3, 9, 1))))
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 8), at(1, 9))))
        account.add_foreign(account.calendar, ForeignEvent(span(3, 10)))
        account.add_foreign(account.other_calendar, ForeignEvent(span(2, 9)))
        listed = provider.list_events(account.calendar, Interval(at(1, 9), at(3, 10)), deadline=plenty())
        assert [(event.interval.start, event.event_key) for event in listed] == [
            (at(1, 9), None),
            (at(2, 9), KEY),
            (at(3, 8), None),
        ]

    def test_listing_says_what_blocks(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        account.add_foreign(account.calendar, ForeignEvent(span(2, 9), status="free"))
        listed = account.make_provider().list_events(account.calendar, WINDOW, deadline=plenty())
        assert [(event.interval, event.blocks) for event in listed] == [
            (span(1, 9), True),
            (span(2, 9), False),
        ]

    def test_listing_shows_each_occurrence_of_a_series(self, account: AccountUnderTest) -> None:
        moved = span(9, 15)
        account.add_foreign(
            account.calendar,
            ForeignEvent(
                local_span(date(2026, 12, 1), "09:00", "10:00"),
                repeat=Repeat(every_days=1, count=4, skipped=frozenset({1}), moved={2: moved}),
            ),
        )
        listed = account.make_provider().list_events(account.calendar, WINDOW, deadline=plenty())
        live = [event for event in listed if not event.cancelled]
        assert [event.interval for event in live] == [
            Interval(at(1, 8), at(1, 9)),
            Interval(at(4, 8), at(4, 9)),
            moved,
        ]
        assert len({event.ref.event_id for event in live}) == 3


class ByKeyContract:
    """After a lost answer the key is all that is known of an event, and enough."""

    def test_an_event_is_read_by_its_key(self, account: AccountUnderTest) -> None:
        event = create(account.make_provider(), account, span(1, 9))
        ref = EventRef(account.calendar, KEY)
        assert account.make_provider().read_event(ref, deadline=plenty()) == event

    def test_an_event_is_moved_by_its_key(self, account: AccountUnderTest) -> None:
        event = create(account.make_provider(), account, span(1, 9))
        moved = account.make_provider().move_event(
            EventRef(account.calendar, KEY), span(2, 14), timezone="Europe/Berlin", deadline=plenty()
        )
        assert (moved.ref.event_id, moved.interval) == (event.ref.event_id, span(2, 14))
        assert busy(account.make_provider(), account.calendar) == (span(2, 14),)

    def test_a_move_by_key_is_refused_too_when_the_event_was_changed(self, account: AccountUnderTest) -> None:
        event = create(account.make_provider(), account, span(1, 9))
        account.move_as_person(account.calendar, event.ref.event_id, span(1, 11))
        ref = EventRef(account.calendar, KEY, etag=event.ref.etag)
        with pytest.raises(EventChanged):
            account.make_provider().move_event(ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert busy(account.make_provider(), account.calendar) == (span(1, 11),)

    def test_an_event_is_cancelled_by_its_key_and_no_other(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        create(provider, account, span(1, 9))
        create(provider, account, span(2, 9), key=OTHER_KEY)
        account.make_provider().cancel_event(EventRef(account.calendar, KEY), notify=True, deadline=plenty())
        assert busy(provider, account.calendar) == (span(2, 9),)

    def test_under_a_key_never_used_nothing_is_moved_and_cancelling_is_done(
        self, account: AccountUnderTest
    ) -> None:
        provider = account.make_provider()
        create(provider, account, span(1, 9))
        ref = EventRef(account.calendar, OTHER_KEY)
        with pytest.raises(EventNotFound):
            provider.move_event(ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        provider.cancel_event(ref, notify=False, deadline=plenty())
        assert busy(provider, account.calendar) == (span(1, 9),)

    def test_an_event_whose_answer_was_lost_is_cancelled_by_its_key(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        account.lose_next_answer()
        with pytest.raises(WriteUnknown):
            create(provider, account, span(1, 9))
        provider.cancel_event(EventRef(account.calendar, KEY), notify=False, deadline=plenty())
        assert busy(provider, account.calendar) == ()
