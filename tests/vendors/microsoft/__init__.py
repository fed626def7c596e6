"""A stateful fake of Entra and Microsoft Graph, behind real HTTPS on localhost.

In a test:

    with FakeMicrosoft() as ms:
        ms.add_account("ben@contoso.example.com")           # personal=True: an outlook.com one, no Teams
        second = ms.add_calendar("ben@contoso.example.com")  # its id; the default one is "calendar"
        provider = MicrosoftCalendars("ben@contoso.example.com", tokens_of(ms, "ben@contoso.example.com"),
                                      ms.settings(), clocks=...)
        ms.add_event("ben@contoso.example.com", datetime(...), datetime(...), show_as="tentative")
        ms.fail_next(Fault.RATE_429, operation="calendarView", retry_after="1")
        ...
        assert ms.events("ben@contoso.example.com") == [...]
        assert ms.operations() == ["calendarView"]

`ms.settings()` carries all addresses, the client and the file of the certificate to trust (`ms.ca_bundle`,
made for the test). Leaving the block stops the server and fails the test if any request broke Microsoft's
own description of Graph (see `description`), asked without immutable ids, or went where nothing is.

Everything tests can do stands in `people.People`; what was asked, in `ms.requests` and, inside batches, in
`ms.parts` (`common.Request`); how requests fail, in `common.Fault`. `tokens_of(ms, email)` is a TokenSource
for one account, `tokens_of(ms, None)` for the application itself (`app_only`).

Sign-in: open the flow's `auth_uri` in a browser (labels are the addresses, buttons "Accept" and "Cancel"), or
let `ms.consent(auth_uri, email)` decide and give the callback's address. To let the token endpoint refuse:
`ms.fail_next(Fault.AADSTS, operation="token", code=50076)`, or for good `ms.end_consent(email, 50173)`.

For other processes: `python -m tests.vendors.microsoft --port 0` prints one line of JSON (url, login_url,
graph_url, ca_bundle) and serves until its input ends; `RemoteMicrosoft(url, ca_bundle)` drives it (or any
FakeMicrosoft), calling the same methods:

    remote.call("add_event", "ben@contoso.example.com", "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")
    remote.call("events", "ben@contoso.example.com")

which is `POST /control/<method>` with `{"args": [...], "kwargs": {...}}`, answered `{"result": ...}`.
"""

from tests.vendors.common import FakeTokens, Fault, Request
from tests.vendors.microsoft.fake import FakeMicrosoft
from tests.vendors.microsoft.remote import RemoteMicrosoft, tokens_of
from tests.vendors.microsoft.state import CONTOSO, PERSONAL
from tests.vendors.microsoft.tokens import CALENDARS, Issued

__all__ = [
    "CALENDARS",
    "CONTOSO",
    "PERSONAL",
    "FakeMicrosoft",
    "FakeTokens",
    "Fault",
    "Issued",
    "RemoteMicrosoft",
    "Request",
    "tokens_of",
]
