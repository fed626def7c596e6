"""Measure what the Graph client costs a free/busy call: HTTP requests, and time beside bare clients.

Run: python -m bench.microsoft [--rounds N] [--busy N]
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.measure import FAKE_TOKEN, FIRST, Canned, Question, Token, real_clocks, report
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.settings import MicrosoftSettings

ACCOUNT = "ben@contoso.example.com"
PAGES = "three-pages"


def _events(busy: int) -> list[dict[str, Any]]:
    starts = [FIRST + timedelta(hours=3 * number) for number in range(busy)]
    return [
        {
            "@odata.etag": 'W/"fake=="',
            "id": f"AAkALgAAAAAAHYQDEapmEc2byACqAC{number:08d}=",
            "showAs": "busy",
            "isAllDay": False,
            "isCancelled": False,
            "originalStartTimeZone": "W. Europe Standard Time",
            "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
            "start": _moment(start),
            "end": _moment(start + timedelta(hours=1)),
        }
        for number, start in enumerate(starts)
    ]


def _moment(at: datetime) -> dict[str, str]:
    return {"dateTime": f"{at.replace(tzinfo=None).isoformat()}.0000000", "timeZone": "UTC"}


def _answer(busy: int, path: str, body: bytes, base: str) -> object:
    view = {"value": _events(busy)}
    if path.endswith("/$batch"):
        parts = json.loads(body)["requests"]
        return {"responses": [{"id": part["id"], "status": 200, "body": view} for part in parts]}
    if path.endswith("/getSchedule"):
        wanted = json.loads(body)["schedules"]
        empty: dict[str, Any] = {"availabilityView": "", "scheduleItems": []}
        return {"value": [{"scheduleId": each, **empty} for each in wanted]}
    if PAGES in path and not path.endswith("page=2"):
        number = 2 if "page=1" in path else 1
        return {**view, "@odata.nextLink": f"{base}/v1.0/me/calendars/{PAGES}/calendarView?page={number}"}
    return view


def _intervals(answer: Any) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do."""

    def stamp(moment: Any) -> datetime:
        return datetime.fromisoformat(moment["dateTime"]).replace(tzinfo=UTC)

    return sorted((stamp(each["start"]), stamp(each["end"])) for each in answer["value"])


QUESTION = Question(
    "GET",
    "/v1.0/me/calendar/calendarView?startDateTime=2026-11-30T00:00:00Z&endDateTime=2026-12-16T00:00:00Z"
    "&$top=1000&$select=id,start,end,showAs,isAllDay,isCancelled,responseStatus,originalStartTimeZone",
    {"Authorization": f"Bearer {FAKE_TOKEN}", "Prefer": 'outlook.timezone="UTC", IdType="ImmutableId"'},
    None,
    _intervals,
)


def _calendars(server: Canned) -> MicrosoftCalendars:
    settings = MicrosoftSettings(graph_url=f"{server.url}/v1.0")
    return MicrosoftCalendars(ACCOUNT, Token(), settings, clocks=real_clocks())


def main() -> None:
    """Print the tables."""
    asked = {
        "one calendar, one page": ["calendar"],
        "one calendar, three pages": [PAGES],
        "five calendars": ["calendar", "b", "c", "d", "e"],
        "twenty-five calendars": [f"calendar{number}" for number in range(25)],
        "one room": ["schedule:room0@contoso.example.com"],
    }
    report(__doc__, _answer, _calendars, QUESTION, asked)


if __name__ == "__main__":
    main()
