"""A correction changes our lines of an event's text, and nothing that people wrote there."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pytest

from providers.amending import Amendment
from providers.base import EventAttendee
from tests.contracts.provider_changing import NOW, WAS

CORRECTION = Amendment(WAS, NOW)
HTML = {"shown": lambda line: escape(line, quote=False), "newline": "<br>"}


def as_html(text: str) -> str:
    lines = "<br>".join(escape(line, quote=False) for line in text.split("\n"))
    return f"<html><body><div>{lines}</div></body></html>"


def test_what_nobody_touched_becomes_what_is_wanted() -> None:
    assert CORRECTION.description(WAS.description) == NOW.description
    assert CORRECTION.description(as_html(WAS.description), **HTML) == as_html(NOW.description)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}\nBrings her dog.", "{}\nBrings her dog."),
        ("VIP!\n{}", "VIP!\n{}"),
        ("Name: Kimberly, her sister\n{}", "Name: Kimberly, her sister\n{}"),
    ],
)
def test_peoples_notes_stay_where_they_are(before: str, after: str) -> None:
    found = CORRECTION.description(before.format(WAS.description))
    assert found == after.format(NOW.description)


def test_what_people_removed_comes_back_only_where_it_changed() -> None:
    assert CORRECTION.description("All mine now") == (
        "All mine now\nName: Tim Example\nE-mail: right@example.com"
    )
    assert CORRECTION.description("") == "Name: Tim Example\nE-mail: right@example.com"


def test_a_new_line_stands_below_the_one_above_it() -> None:
    without = replace(WAS, description="Name: Kim\nWish: short")
    with_phone = replace(WAS, description="Name: Kim\nPhone: +49301\nWish: short")
    assert Amendment(without, with_phone).description(f"{without.description}\nNote") == (
        f"{with_phone.description}\nNote"
    )
    html = Amendment(without, with_phone).description(as_html(without.description), **HTML)  # type: ignore[arg-type]
    assert html == as_html(with_phone.description)
    assert Amendment(with_phone, without).description(with_phone.description) == "Name: Kim\n\nWish: short"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("Haircut: Kim", "Haircut: Tim Example"),
        ("!! Haircut: Kim", "!! Haircut: Tim Example"),
        ("Mine", "Mine"),
    ],
)
def test_a_title_of_ones_own_stays(found: str, wanted: str) -> None:
    assert CORRECTION.title(found) == wanted


def test_only_our_own_guests_go() -> None:
    found = [EventAttendee(email) for email in ("Wrong@example.com", "friend@example.com", "ben@example.com")]
    invited = CORRECTION.guests(found, lambda guest: guest.email, lambda guest: guest)
    assert [guest.email for guest in invited] == [
        "friend@example.com",
        "ben@example.com",
        "right@example.com",
    ]
