"""The fake itself: what it refuses, and how it is driven from elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.providers.google import ANNA, BEN, at, span
from tests.vendors.google import FakeGoogle, RemoteGoogle
from tests.vendors.google.fields import parse, selected

GOOD_BODY = {
    "timeMin": "2026-12-01T00:00:00Z",
    "timeMax": "2026-12-02T00:00:00Z",
    "items": [{"id": ANNA}],
}
EVENT = {"start": {"dateTime": "2026-12-01T09:00:00Z"}, "end": {"dateTime": "2026-12-01T10:00:00Z"}}


def send(google: FakeGoogle, verb: str, path: str, body: Any = None, **headers: str) -> requests.Response:
    token = google.issue(ANNA).access
    return requests.request(
        verb,
        f"{google.api_url}{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}"} | headers,
        timeout=5,
    )


def test_a_request_as_described_is_answered(google: FakeGoogle) -> None:
    answer = send(google, "POST", "freeBusy", GOOD_BODY)
    assert answer.status_code == 200
    assert answer.json()["calendars"] == {ANNA: {"busy": []}}


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "freeBusy?surprise=1", GOOD_BODY),
        ("POST", "freeBusy", GOOD_BODY | {"surprise": 1}),
        ("POST", "freeBusy", GOOD_BODY | {"items": [{"id": ANNA, "surprise": 1}]}),
        ("POST", "freeBusy", GOOD_BODY | {"items": {"id": ANNA}}),
        ("POST", "freeBusy", GOOD_BODY | {"timeMin": "2026-12-01T00:00:00"}),
        ("POST", "freeBusy", GOOD_BODY | {"calendarExpansionMax": "50"}),
        ("POST", "freeBusy", None),
        ("POST", "freeBusy?fields=calendars,surprise", GOOD_BODY),
        ("POST", "freeBusy?fields=calendars(", GOOD_BODY),
        ("GET", f"calendars/{ANNA}/events?maxResults=many", None),
        ("GET", f"calendars/{ANNA}/events?singleEvents=yes", None),
        ("GET", f"calendars/{ANNA}/events?orderBy=mood", None),
        ("GET", f"calendars/{ANNA}/events?timeMin=yesterday", None),
        ("GET", f"calendars/{ANNA}/events?timeZone=UTC&timeZone=UTC", None),
        ("GET", f"calendars/{ANNA}/events?maxResults=0", None),
        ("POST", f"calendars/{ANNA}/events", EVENT | {"title": "Call"}),
        ("POST", f"calendars/{ANNA}/events", EVENT | {"attendees": [{"mail": "x@example.org"}]}),
        ("POST", f"calendars/{ANNA}/events", EVENT | {"extendedProperties": {"private": {"a": 1}}}),
        ("POST", f"calendars/{ANNA}/events", EVENT | {"summary": None}),
        ("DELETE", f"calendars/{ANNA}/events/abcde?sendUpdates=maybe", None),
        ("PUT", f"calendars/{ANNA}/event", EVENT),
        ("GET", "colors/none", None),
        ("POST", f"calendars/{ANNA}/events/quickAdd?text=x", None),
    ],
)
def test_a_request_not_as_described_is_refused_and_fails_the_test(verb: str, path: str, body: Any) -> None:
    with pytest.raises(AssertionError), FakeGoogle() as google:  # noqa: PT012 -- leaving the block is what fails
        google.add_account(ANNA)
        assert send(google, verb, path, body).status_code in (400, 404, 501)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (EVENT | {"id": "UPPERCASE"}, 400, "invalid"),
        (EVENT | {"id": "with-dash"}, 400, "invalid"),
        (EVENT | {"id": "abcd"}, 400, "invalid"),
        ({"start": EVENT["start"]}, 400, "invalid"),
        (EVENT | {"start": {"date": "2026-12-01", "dateTime": "2026-12-01T09:00:00Z"}}, 400, "invalid"),
        ({"start": EVENT["end"], "end": EVENT["start"]}, 400, "timeRangeEmpty"),
    ],
)
def test_an_event_google_would_not_take_is_refused(
    google: FakeGoogle, body: Any, status: int, reason: str
) -> None:
    answer = send(google, "POST", f"calendars/{ANNA}/events", body)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (status, reason)


def test_the_id_of_a_deleted_event_stays_taken_and_deleting_twice_says_so(google: FakeGoogle) -> None:
    event = EVENT | {"id": "abcde"}
    path = f"calendars/{ANNA}/events"
    codes = [
        send(google, "POST", path, event).status_code,
        send(google, "POST", path, event).status_code,
        send(google, "DELETE", f"{path}/abcde").status_code,
        send(google, "DELETE", f"{path}/abcde").status_code,
        send(google, "POST", path, event).status_code,
        send(google, "DELETE", f"{path}/never").status_code,
    ]
    assert codes == [200, 409, 204, 410, 409, 404]
    assert send(google, "GET", f"{path}/abcde").json()["status"] == "cancelled"


def test_an_old_etag_changes_nothing(google: FakeGoogle) -> None:
    path = f"calendars/{ANNA}/events"
    etag = send(google, "POST", path, EVENT | {"id": "abcde"}).json()["etag"]
    assert send(google, "PATCH", f"{path}/abcde", {"location": "a"}, **{"If-Match": etag}).status_code == 200
    assert send(google, "PATCH", f"{path}/abcde", {"location": "b"}, **{"If-Match": etag}).status_code == 412
    assert send(google, "DELETE", f"{path}/abcde", **{"If-Match": etag}).status_code == 412


def test_a_range_or_a_number_of_calendars_beyond_the_limits_is_refused(google: FakeGoogle) -> None:
    late = (at(1, 0) + timedelta(days=91)).isoformat()
    too_long = send(google, "POST", "freeBusy", GOOD_BODY | {"timeMax": late})
    assert too_long.json()["error"]["errors"][0]["reason"] == "timeRangeTooLong"
    many = [{"id": f"{number}@example.com"} for number in range(51)]
    answer = send(google, "POST", "freeBusy", GOOD_BODY | {"items": many}).json()
    assert {each["errors"][0]["reason"] for each in answer["calendars"].values()} == {
        "tooManyCalendarsRequested"
    }


def test_a_token_is_needed(google: FakeGoogle) -> None:
    answer = requests.post(f"{google.api_url}freeBusy", json=GOOD_BODY, timeout=5)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("*", {"a": {"b": [{"c": 1, "d": 2}]}, "e": 3}),
        ("e", {"e": 3}),
        ("a/b/c", {"a": {"b": [{"c": 1}]}}),
        ("a(b(d)),e", {"a": {"b": [{"d": 2}]}, "e": 3}),
        ("a/b(c,d),x", {"a": {"b": [{"c": 1, "d": 2}]}}),
    ],
)
def test_partial_answers_hold_what_was_selected(fields: str, expected: Any) -> None:
    assert selected(parse(fields), {"a": {"b": [{"c": 1, "d": 2}]}, "e": 3}) == expected


@pytest.mark.parametrize("fields", ["", "a(", "a)", "a//b", "a,,b", "a b", "a(b"])
def test_a_selection_that_is_none_is_refused(fields: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse(fields)


def test_a_fake_is_driven_over_http(google: FakeGoogle) -> None:
    remote = RemoteGoogle(google.url)
    remote.call("add_account", BEN)
    event_id = remote.call(
        "add_event", BEN, "2026-12-01T09:00:00Z", "2026-12-01T09:30:00Z", transparency="opaque"
    )
    assert [event["id"] for event in google.events(BEN)] == [event_id]
    assert remote.call("events", BEN) == google.events(BEN)
    remote.call("fail_next", "server_error", operation="freebusy.query", times=2)
    assert send(google, "POST", "freeBusy", GOOD_BODY).status_code == 500
    assert remote.call("operations") == ["freebusy.query"]
    assert remote.call("requests")[0]["account"] == ANNA
    with pytest.raises(ValueError, match="KeyError"):
        remote.call("events", "nobody@example.com")
    with pytest.raises(ValueError, match="no _route"):
        remote.call("_route")


def test_a_fake_runs_as_a_process_of_its_own() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.vendors.google", "--port", "0"]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        remote = RemoteGoogle(json.loads(process.stdout.readline())["url"])
        remote.call("add_account", ANNA, calendars=["team@group.calendar.example.com"])
        start, end = span(1, 9)
        remote.call("add_event", ANNA, start.isoformat(), end.isoformat())
        assert len(remote.call("events", ANNA)) == 1
        process.stdin.close()
        assert process.wait(timeout=10) == 0
