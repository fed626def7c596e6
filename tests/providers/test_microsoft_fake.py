"""The fake itself: it minds Microsoft's description, and works from another process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.settings import MicrosoftSettings
from providers.microsoft.sign_in import Entra
from providers.route import Route
from tests.providers.microsoft import BEN, KEY, Waiting, asked, busy, draft, soon, span
from tests.vendors.microsoft import FakeMicrosoft, FakeTokens, RemoteMicrosoft, description

PREFER = 'outlook.timezone="UTC", IdType="ImmutableId"'

needs_description = pytest.mark.skipif(
    not description.is_there(), reason=f"Microsoft's description is not there: {description.PLACE}"
)


@pytest.fixture
def loose() -> Iterator[FakeMicrosoft]:
    """Return a fake whose violations fail no test."""
    fake = FakeMicrosoft()
    fake.add_account(BEN)
    yield fake
    fake.close()


def send(
    ms: FakeMicrosoft, method: str, path: str, *, body: Any = None, prefer: str = PREFER
) -> requests.Response:
    headers = {"Authorization": f"Bearer {ms.issue(BEN).access}", "Prefer": prefer}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(
            method, f"{ms.graph_url}{path}", headers=headers, json=body, verify=ms.ca_bundle, timeout=5
        )


def event(**members: Any) -> dict[str, Any]:
    moment = {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}
    return {"subject": "Call", "start": moment, "end": moment, **members}


@needs_description
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me/calendar/calendarView?startDateTime=2026-12-01T00:00:00Z", None),
        ("GET", "/me/calendars?$nonsense=1", None),
        ("GET", "/me/calendars?$select=nonsense", None),
        ("GET", "/me/calendars?$top=many", None),
        ("POST", "/me/calendar/events", event(nonsense=1)),
        ("POST", "/me/calendar/events", event(start={"dateTime": "2026-12-01T09:00:00Z", "timeZone": "UTC"})),
        ("POST", "/me/calendar/events", event(start={"dateTime": "2026-12-01T09:00:00"})),
        ("POST", "/me/calendar/events", event(showAs="away")),
        ("POST", "/me/calendar/events", event(singleValueExtendedProperties=[{"id": "x"}])),
        ("POST", "/me/calendar/events", {"subject": "Call"}),
        ("POST", "/me/calendar/getSchedule", {"schedules": []}),
        ("POST", "/me/events/AAk/cancel", {"remark": "x"}),
        ("PATCH", "/subscriptions/x", {"expirationDateTime": 1}),
        ("GET", "/me/mailFolders", None),
    ],
)
def test_a_request_that_microsoft_does_not_describe_is_noted(
    loose: FakeMicrosoft, method: str, path: str, body: Any
) -> None:
    assert send(loose, method, path, body=body).status_code == 400
    assert loose.violations()
    with pytest.raises(AssertionError):
        loose.assert_no_violations()


@needs_description
def test_only_what_the_description_lacks_goes_unchecked() -> None:
    described = set(json.loads(description.PLACE.read_text(encoding="utf-8"))["paths"])
    assert not described & description.LACKS


def test_a_request_without_immutable_ids_is_noted(loose: FakeMicrosoft) -> None:
    send(loose, "GET", "/me/calendars", prefer='outlook.timezone="UTC"')
    assert loose.violations() == ["calendars.list: does not ask for immutable ids"]


def test_leaving_the_block_fails_where_something_was_noted() -> None:
    ms = FakeMicrosoft()
    ms.add_account(BEN)
    send(ms, "GET", "/me/nonsense")
    with pytest.raises(AssertionError):
        ms.__exit__(None)


def test_a_token_dies_when_its_time_is_over(loose: FakeMicrosoft) -> None:
    loose.set_tokens(seconds=-1)
    assert send(loose, "GET", "/me/calendars").status_code == 401


def test_more_than_four_requests_at_once_are_told_to_wait(loose: FakeMicrosoft) -> None:
    for _ in range(4):
        assert loose.graph.enter(BEN)
    answer = send(loose, "GET", "/me/calendars")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


def test_people_reach_the_consent_page_with_a_browser(ms: FakeMicrosoft) -> None:
    entra = Entra(ms.settings(), clocks=Waiting().clocks())
    flow = entra.begin_consent("https://calendar.example.com/callback", deadline=soon())
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(flow["auth_uri"], verify=ms.ca_bundle, timeout=5).text
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        form = {name: value.replace("&amp;", "&") for name, value in fields}
        answer = session.post(
            f"{ms.login_url}/decide",
            data=form | {"account": BEN, "decision": "accept"},
            verify=ms.ca_bundle,
            timeout=5,
            allow_redirects=False,
        )
    assert "Calendars.ReadWrite" in page
    assert answer.headers["Location"].startswith("https://calendar.example.com/callback?code=")


@contextmanager
def another_process() -> Iterator[RemoteMicrosoft]:
    command = [sys.executable, "-m", "tests.vendors.microsoft"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield RemoteMicrosoft(told["url"], told["ca_bundle"])
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_a_fake_in_another_process_is_driven_over_https() -> None:
    with another_process() as remote:
        remote.call("add_account", BEN)
        event_id = remote.call("add_event", BEN, "2026-12-01T09:00:00Z", "2026-12-01T09:30:00Z")
        tokens = FakeTokens(lambda: str(remote.call("issue", BEN)["access"]))
        settings = MicrosoftSettings(graph_url=remote.graph_url, route=Route(ca_file=remote.ca_bundle))
        provider = MicrosoftCalendars(BEN, tokens, settings, clocks=Waiting().clocks())
        assert busy(provider) == (span(1, 9),)
        provider.create_event("calendar", KEY, draft(span(2, 9)), deadline=soon())
        assert [each["start"] for each in remote.call("events", BEN)] == [
            "2026-12-01T09:00:00+00:00",
            "2026-12-02T09:00:00+00:00",
        ]
        remote.call("delete_event", BEN, event_id)
        remote.call("fail_next", "access", operation="calendarView")
        assert not isinstance(asked(provider), tuple)
        assert remote.call("operations") == ["calendarView", "events.create", "calendarView"]
        assert remote.call("violations") == []
        with pytest.raises(ValueError, match="KeyError"):
            remote.call("delete_event", BEN, "nothing")
