"""What an import changes, and what it says it left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import StoreUnavailable
from bridge.local_calendar.importing import ImportRefused, ImportResult, import_ics
from providers.base import EventRef
from providers.errors import AccessDenied
from tests.contracts.account import plenty, span
from tests.local.account import Faults, FaultyStore
from tests.local.desk import NAME, NOW, Desk
from tests.local.files import calendar, entry

NINE = {"DTSTART": "20261201T090000Z", "DTEND": "20261201T093000Z"}
TEN = {"DTSTART": "20261201T100000Z", "DTEND": "20261201T103000Z"}
DAILY = {**NINE, "RRULE": "FREQ=DAILY;COUNT=3"}


def test_importing_twice_changes_nothing(desk: Desk) -> None:
    parts = (entry(UID="a", **NINE), entry(UID="b", **DAILY), entry(**TEN))
    assert desk.load(*parts) == ImportResult(3, 0, 0, ())
    revision, busy = desk.provider.revision(), desk.busy()
    assert desk.load(*parts) == ImportResult(0, 0, 3, ())
    assert desk.provider.revision() == revision
    assert desk.busy() == busy


def test_a_new_export_of_the_same_entries_changes_nothing(desk: Desk) -> None:
    desk.load(entry(UID="a", DTSTAMP="20261101T000000Z", **NINE))
    again = entry(UID="a", DTSTAMP="20261120T000000Z", ATTACH="https://example.com/x", **NINE)
    assert desk.load(again) == ImportResult(0, 0, 1, ())


def test_a_changed_entry_is_replaced(desk: Desk) -> None:
    desk.load(entry(UID="a", **DAILY), entry(UID="b", **NINE))
    assert desk.load(entry(UID="a", **TEN), entry(UID="b", **NINE)) == ImportResult(0, 1, 1, ())
    assert desk.busy() == ["2026-12-01T09:00/09:30", "2026-12-01T10:00/10:30"]


def test_what_the_file_does_not_hold_stays(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    desk.load(entry(UID="b", **TEN))
    assert len(desk.busy()) == 2


def test_calendars_do_not_mix(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    assert desk.load(entry(UID="a", **TEN), name="ben") == ImportResult(1, 0, 0, ())
    assert desk.busy() == ["2026-12-01T09:00/09:30"]
    assert desk.busy(name="ben") == ["2026-12-01T10:00/10:30"]


def test_every_change_is_a_new_revision_once_for_a_file(desk: Desk) -> None:
    before = desk.provider.revision()
    desk.load(entry(UID="a", **NINE), entry(UID="b", **TEN))
    assert desk.provider.revision() == before + 1


def test_a_cancellation_takes_the_entry_away(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    cursor = desk.provider.changes(NAME, None, deadline=plenty()).cursor
    desk.load("METHOD:CANCEL", entry(UID="a", **NINE))
    assert desk.busy() == []
    assert desk.provider.changes(NAME, cursor, deadline=plenty()).deleted == ("ics::a",)
    assert desk.provider.read_event(EventRef(NAME, "ics::a"), deadline=plenty()).cancelled


def test_a_changed_occurrence_alone_joins_its_series(desk: Desk) -> None:
    desk.load(entry(UID="a", **DAILY))
    moved = {"RECURRENCE-ID": "20261202T090000Z", "DTSTART": "20261202T150000Z", "DTEND": "20261202T160000Z"}
    assert desk.load(entry(UID="a", **moved)) == ImportResult(0, 1, 0, ())
    expected = ["2026-12-01T09:00/09:30", "2026-12-02T15:00/16:00", "2026-12-03T09:00/09:30"]
    assert desk.busy() == expected
    assert desk.load(entry(UID="a", **moved)) == ImportResult(0, 0, 1, ())
    assert desk.busy() == expected
    desk.load("METHOD:CANCEL", entry(UID="a", **moved))
    assert desk.busy() == [expected[0], expected[2]]


def test_an_occurrence_of_a_series_that_is_not_here_stands_alone(desk: Desk) -> None:
    desk.load(entry(UID="a", **{"RECURRENCE-ID": "20261201T090000Z"}, **TEN))
    assert desk.busy() == ["2026-12-01T10:00/10:30"]


def test_the_bridges_own_bookings_are_not_imported_into_their_calendar(desk: Desk) -> None:
    uid = desk.book(span(1, 9), key="a" * 32).ref.ical_uid or ""
    result = desk.load(entry(UID=uid, **TEN))
    assert (result.added, result.replaced, result.unchanged) == (0, 0, 0)
    assert result.skipped == ((uid, "it is one of the bridge's own bookings"),)
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


def test_imported_entries_are_not_changed_by_the_bridge(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    ref = EventRef(NAME, "ics::a")
    with pytest.raises(AccessDenied):
        desk.provider.cancel_event(ref, notify=False, deadline=plenty())
    with pytest.raises(AccessDenied):
        desk.provider.move_event(ref, span(2, 9), timezone="Europe/Berlin", deadline=plenty())
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"SUMMARY": "no time"}, "it has no DTSTART"),
        ({"DTSTART": "tomorrow"}, "its DTSTART cannot be read"),
        ({"DTSTART": "20260230T090000Z"}, "its DTSTART cannot be read"),
        ({"DTSTART": "20261201T100000Z", "DTEND": "20261201T090000Z"}, "it ends before it begins"),
        ({**NINE, "RRULE": "FREQ=SOMETIMES"}, "its RRULE cannot be read"),
        ({**NINE, "RRULE": "COUNT=3"}, "it makes no sense"),
        ({**NINE, "RRULE": "RSCALE=CHINESE;FREQ=DAILY"}, "it makes no sense"),
        ({**DAILY, "EXDATE": "never"}, "its EXDATE cannot be read"),
        ({"DTSTART;VALUE=DATE": "20261201", "DTEND": "20261201T090000Z"}, "it begins with a day and ends"),
        ({"DTSTART;VALUE=DATE": "20261201", "DURATION": "PT3H"}, "it begins with a day and lasts for hours"),
    ],
)
def test_a_broken_entry_is_named_and_the_others_are_imported(
    desk: Desk, properties: dict[str, str], reason: str
) -> None:
    result = desk.load(entry(UID="broken", **properties), entry(UID="sound", **NINE))
    assert result.added == 1
    ((uid, text),) = result.skipped
    assert uid == "broken"
    assert text.startswith(reason)
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


def test_a_series_with_one_broken_exception_is_left_out_whole(desk: Desk) -> None:
    broken = entry(UID="a", **{"RECURRENCE-ID": "20261202T090000Z", "DTSTART": "nonsense"})
    result = desk.load(entry(UID="a", **DAILY), broken)
    assert (result.added, len(result.skipped)) == (0, 1)


def test_a_broken_new_version_leaves_the_imported_one_as_it_was(desk: Desk) -> None:
    desk.load(entry(UID="a", **NINE))
    assert desk.load(entry(UID="a", DTSTART="nonsense")).replaced == 0
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


SOUND = calendar(entry(UID="a", **NINE))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an iCalendar file"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "not an iCalendar file"),
        (b"\xff\xfe" + SOUND.decode().encode("utf-16-le"), "not UTF-8"),
        (SOUND[: SOUND.index(b"END:VEVENT")], "ends in the middle of a VEVENT"),
        (SOUND.replace(b"END:VCALENDAR\r\n", b""), "ends in the middle of a VCALENDAR"),
        (SOUND.replace(b"END:VEVENT", b"END:VTODO"), "a stray END:VTODO"),
        (SOUND + b"END:VEVENT\r\n", "a stray END:VEVENT"),
        (entry(UID="a", **NINE).encode(), "begins with 'VEVENT'"),
    ],
)
def test_a_broken_file_is_one_clear_error_and_imports_nothing(
    desk: Desk, content: bytes, reason: str
) -> None:
    with pytest.raises(ImportRefused, match=reason):
        import_ics(desk.imported, NAME, content, NOW)
    assert desk.busy() == []


def test_files_are_read_however_their_lines_end(desk: Desk) -> None:
    parts = calendar(entry(UID="a", SUMMARY="x" * 10, **NINE), entry(UID="b", **TEN))
    folded = parts.replace(b"DTSTART:", b"DTSTA\r\n RT:").replace(b"\r\n", b"\n")
    assert import_ics(desk.imported, NAME, b"\xef\xbb\xbf" + folded, NOW).added == 2
    assert len(desk.busy()) == 2


def test_several_calendars_may_share_a_file(desk: Desk) -> None:
    both = calendar(entry(UID="a", **NINE)) + calendar(entry(UID="b", **TEN))
    assert import_ics(desk.imported, NAME, both, NOW).added == 2


def test_names_and_addresses_of_guests_are_not_kept(desk: Desk) -> None:
    guest = {"ATTENDEE;CN=A Guest": "mailto:guest@example.com", "ORGANIZER": "mailto:boss@example.com"}
    alarm = "BEGIN:VALARM\r\nACTION:EMAIL\r\nATTENDEE:mailto:guest@example.com\r\nEND:VALARM"
    desk.load(
        entry(UID="a", **NINE, **guest, SUMMARY="Lunch").replace("END:VEVENT", f"{alarm}\r\nEND:VEVENT")
    )
    database = desk.store.file
    assert database is not None
    desk.store.close()
    assert b"Lunch" in database.read_bytes()
    assert b"example.com" not in database.read_bytes()


@pytest.mark.parametrize("fault", [Faults(down=True), Faults(refuse=True)])
def test_without_a_database_nothing_is_imported(desk: Desk, fault: Faults) -> None:
    store = FaultyStore(f"sqlite:///{desk.store.file}", fault)
    with pytest.raises(StoreUnavailable):
        import_ics(replace(desk.imported, store=store), NAME, SOUND, NOW)
    store.close()
    assert desk.busy() == []
