"""Keys and sections that ask for nothing may stand there all the same; misspelt ones may not."""

from __future__ import annotations

import pytest

from tests.config.samples import config_text, problems_in, problems_of


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("telli", "office_tokens = []"),
        ("telli", "trust_phone_number = false"),
        ("event_type", "brevo_list_ids = []"),
        ("event_type", "sms = {}"),
        ("event_type", 'sms = { enabled = false, template = "x" }'),
        ("event_type", 'fallback_email = "office@example.com"'),
    ],
)
def test_what_asks_for_nothing_may_stand_there(section: str, line: str) -> None:
    assert problems_in(config_text(**{section: line})) == []


@pytest.mark.parametrize("more", ["[twilio]", "[zoom]", "[brevo]", "[alerts]", "[privacy]"])
def test_an_empty_section_asks_for_nothing(more: str) -> None:
    assert problems_of(more) == []


@pytest.mark.parametrize(
    ("more", "path", "meant"),
    [("[twillio]", "twillio", "twilio"), ("[alert]\nemail = 1", "alert", "alerts")],
)
def test_a_misspelt_section_is_told_with_what_was_meant(more: str, path: str, meant: str) -> None:
    assert problems_of(more) == [(path, f'is not known here; did you mean "{meant}"?')]
