"""Features that come later are refused by name where they would do something, and never ignored."""

from __future__ import annotations

import pytest

from tests.config.samples import config_text, problems_in, problems_of

_SENTENCE = "is not available yet; leave it out for now"


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ('[exchange]\nurl = "x"', "exchange"),
    ],
)
def test_a_section_of_a_later_feature_is_refused(more: str, path: str) -> None:
    assert problems_of(more) == [(path, _SENTENCE)]


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


def test_a_refused_section_is_not_searched_for_further_problems() -> None:
    assert problems_of('[exchange]\nkey = "env:NOT_SET"') == [("exchange", _SENTENCE)]


@pytest.mark.parametrize(
    ("more", "path", "meant"),
    [("[twillio]", "twillio", "twilio"), ("[alert]\nemail = 1", "alert", "alerts")],
)
def test_a_misspelt_later_section_is_not_taken_for_another(more: str, path: str, meant: str) -> None:
    assert problems_of(more) == [(path, f'is not known here; did you mean "{meant}"?')]
