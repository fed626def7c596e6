"""Microsoft's names and codes: time zones, statuses, AADSTS numbers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from providers.microsoft.errors import SENTENCES, codes, sentence
from providers.microsoft.json import named_status
from providers.microsoft.zones import zone_named


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("India Standard Time", "Asia/Calcutta"),
        ("FLE Standard Time", "Europe/Kiev"),
        ("Eastern Standard Time", "America/New_York"),
        ("UTC-11", "Etc/GMT+11"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
    ],
)
def test_windows_and_iana_names_are_zones(name: str, zone: str) -> None:
    assert zone_named(name) == ZoneInfo(zone)


@pytest.mark.parametrize(
    "name", ["", "tzone://Microsoft/Custom", "Customized Time Zone", "../etc/passwd", "x\0y"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Busy", "busy"), ("workingelsewhere", "workingElsewhere"), ("new", "unknown"), (None, "unknown")],
)
def test_a_status_is_known_however_it_is_spelled(shown: object, status: str) -> None:
    assert named_status(shown) == status


@pytest.mark.parametrize("number", SENTENCES)
def test_every_known_number_is_a_sentence_with_its_number(number: int) -> None:
    text = sentence({"error": "invalid_grant", "error_description": f"AADSTS{number}: words"})
    assert text == f"{SENTENCES[number]} (AADSTS{number})"
    assert SENTENCES[number].endswith(".")


def test_the_first_known_number_explains() -> None:
    answer = {"error": "x", "error_codes": [1, 50076], "error_description": "AADSTS50057: words"}
    assert list(codes(answer)) == [1, 50076, 50057]
    assert "second proof" in sentence(answer)


def test_nothing_of_an_unknown_answer_is_shown_but_its_word() -> None:
    assert sentence({"error": "invalid_thing"}) == "Microsoft refused the sign-in: invalid_thing"
    assert "<" not in sentence(
        {"error": "<script>", "error_description": "a person's name", "error_codes": "x"}
    )
