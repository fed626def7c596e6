"""Suggestions don't mislead: what people call a place, offsets, keys that stand in the wrong section."""

from __future__ import annotations

import pytest

from tests.config.samples import config_text, problems_in


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"host": 'public_holidays = "Bayern"'}, 'did you mean "DE-BY"?'),
        ({"host": 'public_holidays = "Deutschland"'}, 'did you mean "DE"?'),
        ({"bridge": 'timezone = "UTC+1"'}, "an offset does not know summer time"),
        ({"bridge": "duration_minutes = 30"}, "it belongs to [event_types.<name>]"),
        ({"telli": 'booking_calendar = "local:anna"'}, "it belongs to [hosts.<name>]"),
        ({"event_type": "workers = 2"}, "it belongs to [server]"),
        ({"bridge": 'heartbeat_url = "https://ping.example.com"'}, "it belongs to [alerts]"),
    ],
)
def test_what_is_suggested_is_what_is_meant(changes: dict[str, str], sentence: str) -> None:
    ((_, told),) = problems_in(config_text(**changes))
    assert sentence in told


@pytest.mark.parametrize("word", ["Bavaria", "Nowhere", "Baye"])
def test_what_nobody_can_know_is_not_guessed(word: str) -> None:
    ((_, told),) = problems_in(config_text(host=f'public_holidays = "{word}"'))
    assert "did you mean" not in told
