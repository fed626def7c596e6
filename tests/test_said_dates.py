"""Days and times of day as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from bridge.attendee.said_dates import said_day, said_part, said_time, said_weekdays
from bridge.attendee.wishes import read_wish
from bridge.scheduling.wishes import Part
from tests.callers import EVENT_TYPE

SATURDAY = date(2026, 11, 21)


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-12-03", on(12, 3)),
        ("2026-12-03T14:00:00.000Z", on(12, 3)),
        ("heute", on(11, 21)),
        ("morgen", on(11, 22)),
        ("morgen früh", on(11, 22)),
        ("übermorgen", on(11, 23)),
        ("Donnerstag", on(11, 26)),
        ("am Donnerstagnachmittag", on(11, 26)),
        ("nächsten Donnerstag", on(11, 26)),
        ("kommenden Samstag", on(11, 28)),
        ("diesen Samstag", on(11, 21)),
        ("Donnerstag in einer Woche", on(12, 3)),
        ("Dienstag nächster Woche", on(11, 24)),
        ("nächste Woche", on(11, 23)),
        ("in zwei Wochen", on(12, 5)),
        ("in 3 Tagen", on(11, 24)),
        ("am 24. November", on(11, 24)),
        ("Montag, den 30. November", on(11, 30)),
        ("am 3.12.", on(12, 3)),
        ("3.12.2026", on(12, 3)),
    ],
)
def test_a_day_is_read_in_german(said: str, day: date) -> None:
    assert said_day(said, today=SATURDAY, locale="de_DE") == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tomorrow", on(11, 22)),
        ("the day after tomorrow", on(11, 23)),
        ("Thursday", on(11, 26)),
        ("next Thursday", on(11, 26)),
        ("next Saturday", on(11, 28)),
        ("Thursday afternoon", on(11, 26)),
        ("a week from Thursday", on(12, 3)),
        ("Tuesday next week", on(11, 24)),
        ("in two weeks", on(12, 5)),
        ("November 24th", on(11, 24)),
        ("the 24th", on(11, 24)),
        ("Monday, November 30", on(11, 30)),
        ("12/03/2026", on(12, 3)),
        ("tonight", on(11, 21)),
        ("übermorgen", on(11, 23)),
    ],
)
def test_a_day_is_read_in_english(said: str, day: date) -> None:
    assert said_day(said, today=SATURDAY, locale="en_US") == day


@pytest.mark.parametrize(
    "said", ["", "soon", "17:00", "afternoon", "irgendwann", "end of November", "x" * 500, None, 7, "Müller"]
)
def test_what_names_no_day_is_none(said: object) -> None:
    assert said_day(said, today=SATURDAY, locale="en_US") is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("14:00", 840),
        ("14 Uhr", 840),
        ("um 14.30 Uhr", 870),
        ("2:30 PM", 870),
        ("2 p.m.", 840),
        ("9", 540),
        ("4", 960),
        ("halb 3", 870),
        ("12 am", 0),
        ("ab 16 Uhr", Part(960, 1440)),
        ("nach 16:30", Part(990, 1440)),
        ("before 10", Part(0, 600)),
        ("25 Uhr", None),
        ("later", None),
    ],
)
def test_a_time_of_day_is_read(said: str, read: int | Part | None) -> None:
    assert said_time(said) == read


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("two", "14:00"),
        ("two pm", "14:00"),
        ("half past two", "14:30"),
        ("a quarter to one", "12:45"),
        ("quarter past nine", "9:15"),
        ("eight in the evening", "20:00"),
        ("ten in the morning", "10:00"),
        ("halb drei", "14:30"),
        ("um zwei Uhr", "14:00"),
        ("ein Uhr", "13:00"),
        ("zwo Uhr nachmittags", "14:00"),
        ("viertel nach zehn", "10:15"),
        ("viertel vor zwölf", "11:45"),
        ("dreiviertel elf", "10:45"),
        ("acht Uhr abends", "20:00"),
        ("zwei Uhr am Nachmittag", "14:00"),
        ("am Vormittag um zehn", "10:00"),
    ],
)
def test_a_time_is_read_in_words(said: str, clock: str) -> None:
    hour, minute = map(int, clock.split(":"))
    assert said_time(said, said_part(said)) == 60 * hour + minute


def test_a_part_of_the_day_is_read_also_at_the_end_of_a_weekday() -> None:
    assert said_part("Donnerstagnachmittag") == said_part("in the afternoon") == Part(720, 1080)
    assert said_part("Sonnabend") is None


def test_several_weekdays_are_read() -> None:
    assert said_weekdays("Tuesday or Thursday") == said_weekdays("dienstags, Do") == {1, 3}
    assert said_weekdays("am Wochenende") == {5, 6}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2024-12-03", on(12, 3)),
        ("2025-01-05", on(1, 5, 2027)),
        ("2024-02-29", on(2, 29, 2028)),
        ("2026-11-20", on(11, 20)),
        ("2026-12-03", on(12, 3)),
    ],
)
def test_a_date_of_a_year_gone_by_means_the_next_such_one(said: str, meant: date) -> None:
    wished = read_wish({"preferred_date": said}, EVENT_TYPE, host_names={}, today=SATURDAY, locale="en_US")
    assert wished.preference.day == meant
    assert bool(wished.corrected) == (meant != date.fromisoformat(said))
