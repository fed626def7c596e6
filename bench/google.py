"""Measure what the Google client costs a free/busy call, beside bare HTTP clients doing the same.

Run: python -m bench.google [--rounds N] [--busy N]
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bench.measure import FAKE_TOKEN, FIRST, Canned, Question, Token, real_clocks, report
from providers.google.calendars import GoogleCalendars
from providers.google.settings import GoogleSettings

ACCOUNT = "anna@example.com"


def _answer(busy: int, _path: str, _body: bytes, _base: str) -> object:
    starts = [FIRST + timedelta(hours=3 * number) for number in range(busy)]
    entries = [{"start": _stamp(start), "end": _stamp(start + timedelta(hours=1))} for start in starts]
    return {"kind": "calendar#freeBusy", "calendars": {ACCOUNT: {"busy": entries}}}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _intervals(answer: Any) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do."""
    busy = answer["calendars"][ACCOUNT]["busy"]
    stamps = datetime.fromisoformat
    return sorted((stamps(entry["start"]), stamps(entry["end"])) for entry in busy)


QUESTION = Question(
    "POST",
    "/calendar/v3/freeBusy",
    {"Authorization": f"Bearer {FAKE_TOKEN}", "Content-Type": "application/json"},
    {
        "timeMin": "2026-12-01T00:00:00Z",
        "timeMax": "2026-12-15T00:00:00Z",
        "timeZone": "UTC",
        "items": [{"id": ACCOUNT}],
    },
    _intervals,
)


def _calendars(server: Canned) -> GoogleCalendars:
    settings = GoogleSettings(api_url=f"{server.url}/calendar/v3/")
    return GoogleCalendars(ACCOUNT, Token(), settings, clocks=real_clocks())


def main() -> None:
    """Print the tables."""
    report(__doc__, _answer, _calendars, QUESTION, {"one calendar": [ACCOUNT]})


if __name__ == "__main__":
    main()
