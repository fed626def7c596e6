"""Vendors whose answers never end: the reading does, with an error of its own."""

from __future__ import annotations

import pytest

from providers.errors import EndlessAnswer
from providers.http import MOST_ANSWERS, MOST_BYTES, Call
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.settings import MicrosoftSettings
from tests.providers.google import ANNA, provider_of
from tests.providers.microsoft import BEN, Waiting, soon
from tests.vendors.google import FakeTokens
from tests.vendors.google.canned import Canned


def test_graphs_delta_that_pages_for_ever_is_left(canned: Canned) -> None:
    for page in range(MOST_ANSWERS + 5):
        canned.answer({"value": [], "@odata.nextLink": f"{canned.url}/v1.0/me/delta?page={page}"})
    settings = MicrosoftSettings(graph_url=f"{canned.url}/v1.0")
    provider = MicrosoftCalendars(BEN, FakeTokens(lambda: "fake"), settings, clocks=Waiting().clocks())
    with pytest.raises(EndlessAnswer, match=f"no end after {MOST_ANSWERS + 1} answers"):
        provider.changes("calendar", None, deadline=soon())


def test_googles_changes_that_page_for_ever_are_left(canned: Canned) -> None:
    for page in range(MOST_ANSWERS + 5):
        canned.answer({"items": [], "timeZone": "UTC", "nextPageToken": str(page)})
    with pytest.raises(EndlessAnswer):
        provider_of(canned).changes(ANNA, None, deadline=soon())


def test_an_answer_larger_than_any_calendar_is_left() -> None:
    call = Call("google", "changes", soon())
    call.received(MOST_BYTES)
    with pytest.raises(EndlessAnswer, match="2 answers and 64 MiB"):
        call.received(1)
