"""Calendar entries of mail as other programs read them."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.follow_ups.entry import Entry, Person, entry
from providers.base import Interval


def test_no_control_character_gets_into_an_entry() -> None:
    moment = datetime(2026, 11, 24, 10, tzinfo=UTC)
    kim = Person("K\x7fim", "kim@example.org")
    said = Entry(
        "Hair\x7fcut",
        "With: An\x00na",
        "Ro\x7fom",
        Interval(moment, moment),
        kim,
        [kim],
        moment,
        is_live=True,
    )
    written = entry(said, uid="1@example.com", sequence=1)
    assert all(character.isprintable() for character in written.replace("\r\n", ""))
    assert "SUMMARY:Haircut" in written
