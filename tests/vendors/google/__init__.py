"""A stateful fake of Google's sign-in and Calendar API, behind real HTTP on 127.0.0.1.

In a test:

    with FakeGoogle() as google:
        google.add_account("anna@example.com", calendars=["team@group.calendar.example.com"])
        settings = GoogleSettings(google.client_id, google.client_secret, api_url=google.api_url,
                                  auth_url=google.auth_url, token_url=google.token_url)
        google.add_event("anna@example.com", datetime(...), datetime(...), transparency="transparent")
        google.fail_next(Fault.UNAVAILABLE, operation="events.insert")
        ...
        assert google.events("anna@example.com") == [...]
        assert google.operations() == ["freebusy.query"]

Leaving the block stops the server and fails the test if any request broke Google's own description
(the discovery document inside google-api-python-client): unknown members, parameters, fields.

Everything tests can do stands in `people.People`; what is asked, in `google.requests` (`common.Request`);
how requests fail, in `common.Fault`. `tokens_of(google, email)` is a TokenSource for one account. Event
members are the API's own JSON. A Meet link is there after one reading unless `set_meet` says otherwise.

Sign-in: open `auth_url` in a browser (labels are the addresses and scopes, buttons "Continue" and
"Cancel"), or let `google.consent(url, email, untick=["calendar.events"])` decide and give the callback's
address. The OAuth client is `google.client_id` and `google.client_secret`.

For other processes: `python -m tests.vendors.google --port 0` prints one line of JSON with its
addresses and serves until its input ends; `RemoteGoogle(address)` drives it (or any FakeGoogle), calling the
same methods:

    remote.call("add_event", "anna@example.com", "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")
    remote.call("events", "anna@example.com")

which is `POST /control/<method>` with `{"args": [...], "kwargs": {...}}`, answered `{"result": ...}`.
"""

from tests.vendors.common import FakeTokens, Fault, Request
from tests.vendors.google.fake import FakeGoogle
from tests.vendors.google.remote import RemoteGoogle, tokens_of
from tests.vendors.google.tokens import DEFAULT_SCOPES, Issued

__all__ = [
    "DEFAULT_SCOPES",
    "FakeGoogle",
    "FakeTokens",
    "Fault",
    "Issued",
    "RemoteGoogle",
    "Request",
    "tokens_of",
]
