"""Answers of Google that are not as described."""

from __future__ import annotations

from typing import Any

import pytest

from providers.errors import (
    ProviderError,
    ProviderUnavailable,
    WriteUnknown,
)
from tests.providers.google import (
    ANNA,
    KEY,
    WINDOW,
    draft,
    provider_of,
    soon,
    span,
)
from tests.vendors.google.canned import Canned


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "no",
        {"error": "no"},
        {"error": {"errors": "no"}},
        {"error": {"errors": [7], "details": {"reason": 7}}},
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    ("status", "error"),
    [(403, "AccessDenied"), (404, "CalendarNotFound"), (400, "ProviderError"), (429, "RateLimited")],
)
def test_a_refusal_of_another_shape_still_means_what_its_status_says(
    canned: Canned, body: Any, status: int, error: str
) -> None:
    canned.answer(body, status=status, times=4)
    with pytest.raises(ProviderError) as caught:
        provider_of(canned).list_events(ANNA, WINDOW, deadline=soon())
    assert type(caught.value).__name__ == error


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"id": 7},
        {"id": KEY},
        {"id": KEY, "start": {}, "end": {}},
        {"id": KEY, "start": 1, "end": 2},
    ],
    ids=repr,
)
def test_a_write_answered_without_the_event_is_in_doubt(canned: Canned, body: Any) -> None:
    canned.answer(body)
    with pytest.raises(WriteUnknown):
        provider_of(canned).create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_redirect_is_not_followed(canned: Canned) -> None:
    canned.answer({}, status=302, times=4, headers={"Location": f"{canned.url}/elsewhere"})
    with pytest.raises(ProviderUnavailable):
        provider_of(canned).list_events(ANNA, WINDOW, deadline=soon())
    assert "/elsewhere" not in {request.path for request in canned.requests}
