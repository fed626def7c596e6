"""The provider contract's part on moving and removing events, and on hearing of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.base import CalendarProvider, Changes, EventAttendee, EventDraft, EventRef
from providers.errors import EventChanged, EventNotFound
from tests.contracts.account import (
    BOOKING,
    KEY,
    OTHER_KEY,
    WINDOW,
    AccountUnderTest,
    ForeignEvent,
    busy,
    create,
    plenty,
    rich_draft,
    span,
)


def gone(provider: CalendarProvider, ref: EventRef) -> bool:
    """Tell whether reading shows the event as cancelled or not at all."""
    try:
        return provider.read_event(ref, deadline=plenty()).cancelled
    except EventNotFound:
        return True


class MoveContract:
    """A move changes the time and nothing else, and only what was seen."""

    def test_a_moved_event_lies_at_its_new_time_only(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        moved = provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert (moved.interval, moved.ref.event_id) == (span(2, 14), event.ref.event_id)
        assert moved.ref.etag != event.ref.etag
        assert busy(provider, account.calendar) == (span(2, 14),)
        assert provider.read_event(event.ref, deadline=plenty()) == moved

    def test_a_move_keeps_everything_else(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        wanted = rich_draft(span(1, 9), "Call, with: marks")
        event = provider.create_event(account.calendar, KEY, wanted, deadline=plenty())
        before = account.stored(account.calendar, event.ref.event_id)
        moved = provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        after = account.stored(account.calendar, event.ref.event_id)
        assert after == replace(before, interval=span(2, 14))
        assert (moved.booking_id, moved.event_key) == (BOOKING, KEY)

    def test_a_move_of_something_changed_meanwhile_is_refused(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.move_as_person(account.calendar, event.ref.event_id, span(1, 11))
        with pytest.raises(EventChanged):
            provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert provider.read_event(event.ref, deadline=plenty()).interval == span(1, 11)
        assert busy(provider, account.calendar) == (span(1, 11),)

    def test_a_move_without_etag_takes_the_event_as_it_is(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.move_as_person(account.calendar, event.ref.event_id, span(1, 11))
        anyhow = replace(event.ref, etag=None)
        moved = provider.move_event(anyhow, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert moved.interval == span(2, 14)

    def test_an_event_moved_twice_needs_its_newest_etag(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        once = provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        with pytest.raises(EventChanged):
            provider.move_event(event.ref, span(3, 14), timezone="Europe/Berlin", deadline=plenty())
        twice = provider.move_event(once.ref, span(3, 14), timezone="Europe/Berlin", deadline=plenty())
        assert twice.interval == span(3, 14)

    @pytest.mark.parametrize("with_etag", [True, False])
    def test_an_event_that_is_gone_cannot_be_moved(self, account: AccountUnderTest, with_etag: bool) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.delete_as_person(account.calendar, event.ref.event_id)
        ref = event.ref if with_etag else replace(event.ref, etag=None)
        with pytest.raises(EventNotFound):
            provider.move_event(ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert busy(provider, account.calendar) == ()


class AmendContract:
    """A correction changes texts and guests, and leaves what people made of the event."""

    def test_texts_and_guests_become_what_is_wanted_now(self, account: AccountUnderTest) -> None:
        provider, ref = account.make_provider(), said(account, WAS)
        amended = provider.amend_event(ref, WAS, NOW, deadline=plenty())
        assert (amended.interval, amended.ref.event_id) == (WAS.interval, ref.event_id)
        stored = account.stored(account.calendar, ref.event_id)
        assert (stored.title, stored.location, stored.interval) == (NOW.title, NOW.location, WAS.interval)
        assert stored.description == NOW.description
        assert stored.attendees == {"right@example.com", "ben@example.com"}
        assert stored.private == NOW.private

    def test_a_repeat_changes_nothing(self, account: AccountUnderTest) -> None:
        provider, ref = account.make_provider(), said(account, WAS)
        once = provider.amend_event(ref, WAS, NOW, deadline=plenty())
        assert provider.amend_event(ref, WAS, NOW, deadline=plenty()).ref.etag == once.ref.etag
        assert account.stored(account.calendar, ref.event_id).description == NOW.description

    def test_the_version_that_was_seen_does_not_matter(self, account: AccountUnderTest) -> None:
        provider, ref = account.make_provider(), said(account, WAS)
        account.move_as_person(account.calendar, ref.event_id, span(1, 11))
        amended = provider.amend_event(ref, WAS, NOW, deadline=plenty())
        assert amended.interval == span(1, 11)
        moved = provider.move_event(amended.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert moved.interval == span(2, 14)

    def test_an_event_that_is_gone_cannot_be_corrected(self, account: AccountUnderTest) -> None:
        provider, ref = account.make_provider(), said(account, WAS)
        account.delete_as_person(account.calendar, ref.event_id)
        with pytest.raises(EventNotFound):
            provider.amend_event(ref, WAS, NOW, deadline=plenty())


def told(name: str, guest: str) -> EventDraft:
    """Return what an event is given of a caller, who asks for something that is no markup."""
    return EventDraft(
        title=f"Haircut: {name}",
        interval=span(1, 9),
        timezone="Europe/Berlin",
        description=f"Booked by phone.\n\nName: {name}\nE-mail: {guest}\nWish: short & <b>sharp</b>",
        location=f"at {name}'s",
        attendees=(EventAttendee("ben@example.com", "Ben"), EventAttendee(guest, name)),
        private={"booking_id": BOOKING, "event_key": KEY, "answer_1": f"Name: {name}"},
    )


WAS, NOW = told("Kim", "wrong@example.com"), told("Tim Example", "right@example.com")


def said(account: AccountUnderTest, draft: EventDraft) -> EventRef:
    """Return an event that was given this, and has been read by nobody since."""
    event = account.make_provider().create_event(account.calendar, KEY, draft, deadline=plenty())
    return event.ref


class CancelContract:
    """A cancelled event is gone, whoever did it and however often."""

    @pytest.mark.parametrize("notify", [True, False])
    def test_a_cancelled_event_is_gone(self, account: AccountUnderTest, notify: bool) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        provider.cancel_event(event.ref, notify=notify, deadline=plenty())
        assert busy(provider, account.calendar) == ()
        listed = provider.list_events(account.calendar, WINDOW, deadline=plenty())
        assert [found for found in listed if not found.cancelled] == []
        assert gone(provider, event.ref)

    def test_cancelling_twice_is_done(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        assert gone(provider, event.ref)

    def test_cancelling_what_a_person_deleted_is_done(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.delete_as_person(account.calendar, event.ref.event_id)
        provider.cancel_event(event.ref, notify=True, deadline=plenty())
        assert gone(provider, event.ref)

    def test_cancelling_removes_an_event_that_was_moved_meanwhile(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        account.move_as_person(account.calendar, event.ref.event_id, span(1, 11))
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        assert busy(provider, account.calendar) == ()

    def test_cancelling_touches_no_other_event(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        create(provider, account, span(2, 9), key=OTHER_KEY)
        account.add_foreign(account.calendar, ForeignEvent(span(3, 9)))
        provider.cancel_event(event.ref, notify=False, deadline=plenty())
        assert busy(provider, account.calendar) == (span(2, 9), span(3, 9))


def seen(changes: Changes) -> dict[str, str]:
    """Return what became of each event: the start it has now, or "gone"."""
    lives = {
        event.ref.event_id: event.interval.start.isoformat()
        for event in changes.events
        if not event.cancelled
    }
    gone = [event.ref.event_id for event in changes.events if event.cancelled]
    return lives | dict.fromkeys([*gone, *changes.deleted], "gone")


class ChangesContract:
    """Every change is told once; nothing is called deleted that is only unknown."""

    def test_without_cursor_everything_current_is_listed(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        mine = create(provider, account, span(1, 9))
        foreign = account.add_foreign(account.calendar, ForeignEvent(span(2, 9)))
        account.add_foreign(account.other_calendar, ForeignEvent(span(3, 9)))
        changes = provider.changes(account.calendar, None, deadline=plenty())
        assert changes.complete
        assert seen(changes) == {
            mine.ref.event_id: span(1, 9).start.isoformat(),
            foreign: span(2, 9).start.isoformat(),
        }
        listed = {event.ref.event_id: event for event in changes.events}
        assert listed[mine.ref.event_id].booking_id == BOOKING
        assert listed[foreign].booking_id is None

    def test_nothing_is_told_when_nothing_happened(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        create(provider, account, span(1, 9))
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        for _ in range(3):
            changes = provider.changes(account.calendar, cursor, deadline=plenty())
            assert (seen(changes), changes.complete) == ({}, False)
            cursor = changes.cursor

    def test_an_empty_calendar_has_a_cursor_too(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        first = provider.changes(account.calendar, None, deadline=plenty())
        assert (first.events, first.deleted) == ((), ())
        foreign = account.add_foreign(account.calendar, ForeignEvent(span(2, 9)))
        changes = provider.changes(account.calendar, first.cursor, deadline=plenty())
        assert seen(changes) == {foreign: span(2, 9).start.isoformat()}

    def test_a_new_a_moved_and_a_deleted_event_are_each_told_once(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        moved = create(provider, account, span(1, 9), key=f"{1:032x}")
        deleted = create(provider, account, span(2, 9), key=f"{2:032x}")
        create(provider, account, span(3, 9), key=f"{3:032x}")
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        account.move_as_person(account.calendar, moved.ref.event_id, span(1, 11))
        account.delete_as_person(account.calendar, deleted.ref.event_id)
        new = create(provider, account, span(4, 9), key=f"{4:032x}")
        changes = provider.changes(account.calendar, cursor, deadline=plenty())
        assert not changes.complete
        assert seen(changes) == {
            moved.ref.event_id: span(1, 11).start.isoformat(),
            deleted.ref.event_id: "gone",
            new.ref.event_id: span(4, 9).start.isoformat(),
        }
        assert seen(provider.changes(account.calendar, changes.cursor, deadline=plenty())) == {}

    def test_a_changed_event_still_tells_whose_it_is(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        event = create(provider, account, span(1, 9))
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        account.move_as_person(account.calendar, event.ref.event_id, span(1, 11))
        (told,) = provider.changes(account.calendar, cursor, deadline=plenty()).events
        assert (told.booking_id, told.event_key, told.interval) == (BOOKING, KEY, span(1, 11))

    def test_the_bridges_own_cancelling_and_moving_are_told(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        first = create(provider, account, span(1, 9))
        second = create(provider, account, span(2, 9), key=OTHER_KEY)
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        provider.cancel_event(first.ref, notify=False, deadline=plenty())
        provider.move_event(second.ref, span(2, 14), timezone="Europe/Berlin", deadline=plenty())
        assert seen(provider.changes(account.calendar, cursor, deadline=plenty())) == {
            first.ref.event_id: "gone",
            second.ref.event_id: span(2, 14).start.isoformat(),
        }

    def test_a_change_elsewhere_is_not_told_here(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        account.add_foreign(account.other_calendar, ForeignEvent(span(1, 9)))
        assert seen(provider.changes(account.calendar, cursor, deadline=plenty())) == {}

    def test_an_expired_cursor_gives_everything_current_and_goes_on(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        kept = create(provider, account, span(1, 9))
        dropped = create(provider, account, span(2, 9), key=OTHER_KEY)
        cursor = provider.changes(account.calendar, None, deadline=plenty()).cursor
        account.delete_as_person(account.calendar, dropped.ref.event_id)
        changes = provider.changes(account.calendar, account.expire(cursor), deadline=plenty())
        assert changes.complete
        assert [event.ref.event_id for event in changes.events if not event.cancelled] == [kept.ref.event_id]
        account.move_as_person(account.calendar, kept.ref.event_id, span(1, 11))
        later = provider.changes(account.calendar, changes.cursor, deadline=plenty())
        assert seen(later) == {kept.ref.event_id: span(1, 11).start.isoformat()}
        assert not later.complete
