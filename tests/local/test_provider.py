"""What the embedded calendars do beyond the contract of every calendar."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from bridge.local_calendar.provider import LocalCalendars
from bridge.store.engine import Store
from bridge.store.sql import local_events, local_series
from bridge.store.sql.local_series import Series
from providers.base import BusyQuery, EventDraft, EventRef
from providers.busy_policy import BusyPolicy
from providers.errors import EventChanged, EventExists, EventNotFound, ProviderUnavailable
from tests.contracts.account import KEY, OTHER_KEY, WINDOW, draft, plenty, rich_draft, span
from tests.local.desk import NAME, OTHER, Desk
from tests.local.files import calendar, entry

NINE = {"DTSTART": "20261201T090000Z", "DTEND": "20261201T093000Z"}


def test_the_id_of_an_event_is_its_key(desk: Desk) -> None:
    assert desk.book(span(1, 9), key=KEY).ref.event_id == KEY


def test_one_key_is_another_event_in_another_calendar(desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    desk.book(span(2, 9), key=KEY, name=OTHER)
    assert (desk.busy(), desk.busy(name=OTHER)) == (["2026-12-01T09:00/09:30"], ["2026-12-02T09:00/09:30"])


def test_the_bridges_own_events_are_busy(desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    assert desk.busy(policy=BusyPolicy(frozenset({"busy"}))) == ["2026-12-01T09:00/09:30"]
    assert desk.busy(policy=BusyPolicy(frozenset({"tentative", "oof"}))) == []


def test_an_event_is_listed_in_its_own_calendar_only(desk: Desk) -> None:
    mine = desk.book(span(1, 9), key=KEY)
    desk.book(span(2, 9), key=OTHER_KEY, name=OTHER)
    assert desk.provider.list_events(NAME, WINDOW, deadline=plenty()) == [mine]


def test_the_key_of_another_booking_is_taken(desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    with pytest.raises(EventExists) as caught:
        desk.provider.create_event(NAME, KEY, draft(span(1, 9), booking="another"), deadline=plenty())
    assert caught.value.event is not None
    assert caught.value.event.booking_id == draft(span(1, 9)).booking_id


def test_every_change_is_a_new_revision_and_nothing_else_is(desk: Desk) -> None:
    seen = [desk.provider.revision()]
    event = desk.book(span(1, 9), key=KEY)
    seen.append(desk.provider.revision())
    moved = desk.provider.move_event(event.ref, span(2, 9), timezone="UTC", deadline=plenty())
    seen.append(desk.provider.revision())
    desk.provider.cancel_event(moved.ref, notify=False, deadline=plenty())
    seen.append(desk.provider.revision())
    assert seen == [0, 1, 2, 3]
    desk.provider.cancel_event(moved.ref, notify=False, deadline=plenty())
    with pytest.raises(EventNotFound):
        desk.provider.move_event(moved.ref, span(3, 9), timezone="UTC", deadline=plenty())
    desk.busy()
    assert desk.provider.revision() == 3


def test_a_revision_and_its_change_are_committed_together(desk: Desk) -> None:
    wanted = draft(span(1, 9))
    with suppress(ZeroDivisionError), desk.store.write() as connection:
        local_events.find_or_add(connection, NAME, KEY, "uid", wanted)
        raise ZeroDivisionError
    assert (desk.provider.revision(), desk.busy()) == (0, [])


@pytest.mark.parametrize(
    "cursor",
    ["", "local:", "local:-1", "local:x", "local:99", "sync-token", "local:1e3", "local:" + "9" * 400],
)
def test_a_cursor_that_makes_no_sense_gives_everything(desk: Desk, cursor: str) -> None:
    desk.book(span(1, 9), key=KEY)
    changes = desk.provider.changes(NAME, cursor, deadline=plenty())
    assert changes.complete
    assert [event.event_key for event in changes.events] == [KEY]


def test_a_cancelled_event_says_nothing_of_anybody_any_more(desk: Desk) -> None:
    wanted = rich_draft(span(1, 9), "Anna Guest, back pain")
    event = desk.provider.create_event(NAME, KEY, wanted, deadline=plenty())
    desk.provider.cancel_event(event.ref, notify=False, deadline=plenty())
    with desk.store.read() as connection:
        left = local_events.event(connection, NAME, KEY)
    assert left is not None
    kept = {"booking_id": wanted.booking_id, "event_key": KEY}
    assert left.draft == EventDraft("", span(1, 9), "Europe/Berlin", private=kept)


def test_only_the_event_itself_is_left_out_not_one_of_its_id_elsewhere(desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    query = BusyQuery(NAME, without=EventRef(OTHER, KEY))
    assert desk.provider.free_busy([query], WINDOW, deadline=plenty())[query] == (span(1, 9),)


def test_what_no_database_takes_is_left_out_of_texts(desk: Desk) -> None:
    wanted = rich_draft(span(1, 9), "a\x00b\ud800c\x07")
    desk.provider.create_event(NAME, KEY, wanted, deadline=plenty())
    with desk.store.read() as connection:
        stored = local_events.event(connection, NAME, KEY)
    assert stored is not None
    assert (stored.draft.title, stored.draft.description) == ("abc", "abc")


def test_each_occurrence_is_read_by_the_id_it_is_listed_with(desk: Desk) -> None:
    moved = {"RECURRENCE-ID": "20261202T090000Z", "DTSTART": "20261209T150000Z", "DTEND": "20261209T160000Z"}
    desk.load(
        entry(UID="a", **NINE, RRULE="FREQ=DAILY;COUNT=3"),
        entry(UID="a", **moved),
        entry(UID="b", DTSTART="20261204T090000", DTEND="20261204T100000"),
        entry(
            UID="c", **{"DTSTART;VALUE=DATE": "20261206"}, RRULE="FREQ=WEEKLY;COUNT=2", TRANSP="TRANSPARENT"
        ),
    )
    listed = desk.provider.list_events(NAME, WINDOW, deadline=plenty())
    assert [event.ref.event_id for event in listed] == [
        "ics:20261201T090000Z:a",
        "ics:20261203T090000Z:a",
        "ics::b",
        "ics:20261206:c",
        "ics:20261202T090000Z:a",
        "ics:20261213:c",
    ]
    assert [desk.provider.read_event(event.ref, deadline=plenty()) for event in listed] == listed


@pytest.mark.parametrize("event_id", ["ics::nobody", "ics:20261202T090000Z:a", "ics:nonsense:a", "ics:", "x"])
def test_an_occurrence_that_is_not_there_is_not_found(desk: Desk, event_id: str) -> None:
    desk.load(entry(UID="a", **NINE))
    with pytest.raises(EventNotFound):
        desk.provider.read_event(EventRef(NAME, event_id), deadline=plenty())


def test_a_series_is_told_once_from_its_first_start_to_its_last_end(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE, RRULE="FREQ=DAILY;UNTIL=20261203T090000Z"))
    desk.load(entry(UID="b", **NINE, RRULE="FREQ=DAILY"))
    bounded, endless = desk.provider.changes(NAME, None, deadline=plenty()).events
    assert bounded.interval.start == endless.interval.start == span(1, 9).start
    assert bounded.interval.end >= span(3, 9).end
    assert endless.interval.end == endless.interval.start
    read = desk.provider.read_event(endless.ref, deadline=plenty())
    assert read == endless


def test_a_calendar_is_not_lost_when_another_cannot_be_listed(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    nobody = LocalCalendars(desk.store, {OTHER: "UTC"})
    assert [info.id for info in nobody.list_calendars(deadline=plenty())] == [OTHER]
    mine = BusyQuery(OTHER)
    assert nobody.free_busy([mine, BusyQuery(NAME)], WINDOW, deadline=plenty())[mine] == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        calendar(entry(UID="a")).decode(),
        calendar(entry(UID="a", DTSTART="nonsense")).decode(),
        calendar(entry(**NINE)).decode(),
        calendar(entry(UID="a", **NINE, RRULE="FREQ=DAILY;RSCALE=CHINESE")).decode(),
    ],
)
def test_an_imported_entry_that_was_spoilt_is_unknown_never_free(desk: Desk, text: str) -> None:
    with desk.store.write() as connection:
        local_series.put(connection, NAME, [Series("a", text, span(1, 9).start, None)], [])
    query, other = BusyQuery(NAME), BusyQuery(OTHER)
    answers = desk.provider.free_busy([query, other], WINDOW, deadline=plenty())
    assert isinstance(answers[query], ProviderUnavailable)
    assert answers[other] == ()
    with pytest.raises(ProviderUnavailable):
        desk.provider.list_events(NAME, WINDOW, deadline=plenty())
    with pytest.raises(ProviderUnavailable):
        desk.provider.read_event(EventRef(NAME, "ics::a"), deadline=plenty())


def test_a_missing_database_is_unavailable_never_free(desk: Desk) -> None:
    lost = LocalCalendars(Store("sqlite:////nonexistent/bridge.db"), {NAME: "Europe/Berlin"})
    query = BusyQuery(NAME)
    assert isinstance(lost.free_busy([query], WINDOW, deadline=plenty())[query], ProviderUnavailable)
    with pytest.raises(ProviderUnavailable):
        lost.create_event(NAME, KEY, draft(span(1, 9)), deadline=plenty())


def test_an_etag_of_another_kind_is_a_stale_one(desk: Desk) -> None:
    event = desk.book(span(1, 9), key=KEY)
    strange = replace(event.ref, etag='W/"1"')
    with pytest.raises(EventChanged):
        desk.provider.move_event(strange, span(2, 9), timezone="UTC", deadline=plenty())
    assert desk.busy() == ["2026-12-01T09:00/09:30"]
