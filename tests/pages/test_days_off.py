"""The page Days off: what is set there holds from the next call on, in every process, and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from tests.cast.clock import TEN
from tests.cast.config import ANNA, BEN, EVERY_START, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.connections.stage import ADMIN, Browser, signed_in

TODAY = {"host": "anna", "kind": "closed", "first": "2026-11-23"}


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, rest=ADMIN, event_type=EVERY_START)


@pytest.fixture
def owner(line: Line) -> Browser:
    owner = signed_in(line)
    owner.get("/admin/days-off")
    return owner


def seen(owner: Browser) -> str:
    return owner.page.partition('name="seen" value="')[2].partition('"')[0]


def field(owner: Browser, name: str) -> str:
    return owner.page.partition(f'name="{name}" value="')[2].partition('"')[0]


def save(owner: Browser, form: Mapping[str, object], person: str = "Kim") -> str:
    """Look at a form and save it; return where the change is."""
    owner.post("/admin/days-off/preview", form)
    answer = owner.post("/admin/days-off/save", {**form, "seen": seen(owner), "person": person})
    assert answer.status_code == 303, owner.main()
    owner.get(answer.location)
    return str(answer.location)


def test_a_closed_day_holds_from_the_next_call_on_in_every_process(
    line: Line, owner: Browser, open_line: OpenLine
) -> None:
    other = open_line(ANNA, rest=ADMIN, event_type=EVERY_START)
    assert other.available()[0].date() == date(2026, 11, 23)
    line.book(TEN, who="sam", name="Sam <Example>")
    owner.post("/admin/days-off/preview", TODAY)
    assert "Sam <Example> Haircut Monday, November 23 at 10:00 AM" in owner.main()
    assert other.available()[0].date() == date(2026, 11, 23), "looking changes nothing"
    before = seen(owner)
    change = save(owner, {**TODAY, "note": "<Trade> fair"})
    again = owner.post("/admin/days-off/save", {**TODAY, "seen": before, "person": "Kim"})
    assert again.location == change, "the button was pressed twice"
    owner.get(change)
    assert "Saved. It holds from the next call on." in owner.main()
    assert "<Trade> fair Entered Kim, Monday, November 23 at 7:00 AM" in owner.main()
    assert "1 appointment stays as it is" in owner.main()
    assert other.available()[0].date() == date(2026, 11, 24)
    refused = other.book(at(11, day=23), who="lee", name="Lee Example")
    assert refused["status"] == "failed"
    owner.post(f"{change}/undo")
    assert other.available()[0].date() == date(2026, 11, 23)
    owner.get(change)
    assert "Undone Kim, Monday" in owner.main()
    assert "Undo this" not in owner.main()


def test_special_hours_replace_time_off_of_the_configuration(open_line: OpenLine) -> None:
    away = Staff("anna", lines='time_off = ["2026-11-23/2026-11-24"]\ntimezone = "Asia/Kolkata"')
    line = open_line(away, BEN, rest=ADMIN, event_type=EVERY_START, bridge='locale = "de_DE"')
    owner = signed_in(line)
    owner.get("/admin/days-off")
    assert (
        "Mo., 23. – Di., 24. Nov. 2026 Anna Example geschlossen Urlaub in der Konfiguration" in owner.main()
    )
    form = {"host": ["anna", "ben"], "kind": "hours", "first": "2026-11-24", "from": "22:00", "to": "00:00"}
    save(owner, form, person="")
    assert "Anna Example und Ben Example" in owner.main()
    assert "Eingetragen 192.0.2.7" in owner.main()
    owner.get("/admin/days-off")
    assert "22:00 – 0:00 von Hand festgelegt" in owner.main()
    line.clock.turn(hours=33)
    assert line.available()[0] == at(16, 30), "22 o'clock in Kolkata"


def test_special_hours_are_at_the_place_that_was_chosen(open_line: OpenLine) -> None:
    places = '[places.practice]\naddress = "Practice"\n[places.clinic]\naddress = "Clinic"\n'
    line = open_line(Staff("anna", "08:00-12:00 @ practice"), rest=ADMIN + places, event_type=EVERY_START)
    owner = signed_in(line)
    owner.get("/admin/days-off")
    assert "at practice" in owner.main()
    hours = {"from": "14:00", "to": "15:00", "place": "practice"}
    save(owner, {"host": "anna", "kind": "hours", "first": "2026-11-23", **hours})
    assert "2:00 PM – 3:00 PM (practice)" in owner.main()
    assert line.available()[:2] == [at(14, day=23), at(14, 30, day=23)]


def test_who_saves_days_that_somebody_else_set_meanwhile_is_shown_them_first(
    line: Line, owner: Browser
) -> None:
    other = signed_in(line)
    owner.post("/admin/days-off/preview", TODAY)
    before = seen(owner)
    other.get("/admin/days-off")
    save(other, {**TODAY, "kind": "hours", "from": "08:00", "to": "09:00"}, person="Lee")
    answer = owner.post("/admin/days-off/save", {**TODAY, "seen": before})
    assert answer.status_code == 200
    assert "Lee changed these days meanwhile" in owner.main()
    assert line.available()[-1] == at(8, 30, day=23), "Lee's hours hold"
    assert owner.post("/admin/days-off/save", {**TODAY, "seen": seen(owner)}).status_code == 303
    assert line.available()[0].date() == date(2026, 11, 24)


def test_public_holidays_are_chosen_from_and_saved_together(open_line: OpenLine) -> None:
    line = open_line(ANNA, rest=ADMIN, bridge='country = "DE"')
    owner = signed_in(line)
    owner.get("/admin/days-off")
    owner.post("/admin/days-off/holidays", {"host": "anna", "region": "DE-BE"})
    assert "Sat, Dec 26, 2026 Second Day of Christmas" in owner.main()
    owner.post(
        "/admin/days-off/save",
        {"host": "anna", "day": ["2026-12-26", "2026-12-25"], "note": "Holidays", "seen": seen(owner)},
    )
    owner.get("/admin/days-off")
    assert "Fri, Dec 25 – Sat, Dec 26, 2026 Anna Example closed set by hand" in owner.main().replace(
        "\u2009", " "
    )
    owner.post("/admin/days-off/holidays", {"host": "anna", "region": "XX"})
    assert "Choose a region." in owner.main()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**TODAY, "host": "nobody"}, "Choose for whom."),
        ({**TODAY, "first": ""}, "Choose the day"),
        ({**TODAY, "last": "2026-11-22"}, "The last day lies before the first."),
        ({**TODAY, "last": "2028-11-22"}, "That is more than a year at once."),
        ({**TODAY, "first": "2026-01-01"}, "Only days of the coming two years"),
        ({**TODAY, "kind": "hours"}, "Say from when to when it is open."),
        ({**TODAY, "kind": "hours", "from": "nine"}, "Write times of day such as 09:00."),
        ({**TODAY, "kind": "hours", "from": "12:00", "to": "09:00"}, "The hours must end after they begin."),
        (
            {**TODAY, "kind": "hours", "from": "09:00", "to": "12:00", "from_2": "11:00", "to_2": "13:00"},
            "The two stretches of hours overlap.",
        ),
    ],
)
def test_a_form_that_says_nothing_sensible_is_refused_in_words_and_keeps_its_own(
    owner: Browser, form: dict[str, str], said: str
) -> None:
    answer = owner.post("/admin/days-off/save", {**form, "note": "<Fair>", "seen": "0"})
    assert answer.status_code == 400
    assert said in owner.main()
    for name in ("first", "last", "from", "to", "from_2", "note"):
        assert field(owner, name) == form.get(name, "&lt;Fair&gt;" if name == "note" else field(owner, name))
    assert f'value="{form["kind"]}" checked' in owner.page
    assert "Every day of the coming year is as in every week." in owner.main()


def test_the_week_that_is_looked_at_is_chosen_with_the_appointment(open_line: OpenLine) -> None:
    short = '[event_types.short]\ntitle = "Trim"\nduration_minutes = 15\nhosts = ["anna"]\n'
    line = open_line(ANNA, BEN, rest=ADMIN + short)
    owner = signed_in(line)
    owner.get("/admin/days-off")
    owner.post("/admin/days-off/preview", {**TODAY, "host": ["anna", "ben"], "last": "2026-12-05"})
    assert "Haircut, as it would be Mon, Nov 23" in owner.main()
    chosen = {**TODAY, "last": "2026-12-05", "type": "short", "monday": "2026-11-30"}
    owner.post("/admin/days-off/preview", chosen)
    assert "Trim, as it would be Mon, Nov 30" in owner.main()
    assert "Mon, Nov 23 – Sun, Nov 29" in owner.main().replace("\u2009", " ")
    owner.post("/admin/days-off/preview", {**chosen, "host": "ben", "monday": "2026-12-07"})
    assert "Haircut, as it would be Mon, Nov 23" in owner.main(), "of what Ben gives, and of these days"


def test_a_stranger_neither_sees_nor_sets_days(line: Line, owner: Browser) -> None:
    change = save(owner, TODAY)
    stranger = Browser(line, "192.0.2.8")
    stranger.get("/")
    for path in ("/admin/days-off", change):
        assert stranger.get(path).location == "/"
    stranger.get("/")
    for path in ("preview", "holidays", "save", f"{change.rpartition('/')[2]}/undo"):
        assert stranger.post(f"/admin/days-off/{path}", TODAY).location == "/"
    assert owner.post(f"{change}/undo", token="").status_code == 400
    assert line.available()[0].date() == date(2026, 11, 24)
    for number in (99, 10**20):
        assert owner.get(f"/admin/days-off/{number}").status_code == 404
