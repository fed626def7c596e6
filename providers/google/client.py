"""Ask Google one question: token, connection, repetition, meaning.

Decides when a token counts as dead and which refusals are repeated. Never refreshes a token: that is the
TokenSource's business, outside the call.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httplib2
from googleapiclient.discovery import build

from providers.base import Deadline
from providers.errors import ProviderError, RateLimited
from providers.google.errors import Refusal, general_error
from providers.google.settings import GoogleSettings
from providers.google.transport import Lines, Refused
from providers.http import Call, Clocks, Patience, repeat
from providers.tokens import TokenSource, ask_with_token

T = TypeVar("T")
Json = Mapping[str, Any]
Meaning = Callable[[Refusal], ProviderError | None]

PROVIDER = "google"
_NO_ADDRESS = "/"


def _no_meaning(_refusal: Refusal) -> None:
    return None


class Api:
    """Google's client, whose requests lack the address. It only writes them down, so threads may share it."""

    def __init__(self) -> None:
        built = build(
            "calendar",
            "v3",
            http=httplib2.Http(),  # never used: every request goes over a line of its own
            cache_discovery=False,
            static_discovery=True,  # the bundled description: no network
            client_options={"api_endpoint": _NO_ADDRESS},
        )
        # The library writes each of these anew from the description whenever it is asked: so once.
        self.freebusy = built.freebusy()
        self.events = built.events()
        self.calendar_list = built.calendarList()
        self.channels = built.channels()


@functools.cache
def built_api() -> Api:
    """Return the client, built once a process: it takes longer than a hundred requests."""
    return Api()


class Client:
    """Google's calendar API for one account."""

    def __init__(
        self,
        account: str,
        tokens: TokenSource,
        settings: GoogleSettings,
        *,
        clocks: Clocks,
        lines: Lines,
        spread_quota: bool = False,
    ) -> None:
        self.account = account
        self.clocks = clocks
        self._tokens = tokens
        self._api = built_api()
        self._api_url = settings.api_url
        self._lines = lines
        self._patience = Patience(clocks.monotonic)
        # A service account is one user to Google, and 600 requests a minute are for each user (guides/quota):
        # quotaUser, of at most 40 characters, tells its calendars apart. Hashed, since addresses name people.
        self._quota_user = hashlib.sha256(account.encode()).hexdigest()[:40] if spread_quota else None

    def call(self, operation: str, deadline: Deadline, *, writes: bool = False) -> Call:
        """Return the call under which an operation's requests run."""
        return Call(PROVIDER, operation, deadline, writes)

    def ask(
        self,
        call: Call,
        request: Callable[[Api], Any],
        read: Callable[[Json], T],
        *,
        headers: Mapping[str, str] | None = None,
        meaning: Meaning = _no_meaning,
    ) -> T:
        """Return what `read` makes of the answer to a request built on the client.

        `meaning` is what this operation makes of a refusal; None leaves it to the general table.
        A 2xx without the documented shape leaves a write in doubt.
        """

        def once() -> T:
            # googleapiclient passes over Retry-After; here all threads heed it.
            self._patience.check(call)
            return read(self._authorized(call, request, headers or {}, meaning))

        return repeat(call, once, self.clocks)

    def _authorized(
        self, call: Call, request: Callable[[Api], Any], headers: Mapping[str, str], meaning: Meaning
    ) -> Json:
        """Send with the token at hand; when Google rejects it, once more with the next."""

        def ask(token: str) -> Json | None:
            question = request(self._api)
            question.uri = self._api_url + question.uri.removeprefix(_NO_ADDRESS)
            question.headers.update(headers)
            question.headers["authorization"] = f"Bearer {token}"
            if self._quota_user is not None:
                question.uri += f"{'&' if '?' in question.uri else '?'}quotaUser={self._quota_user}"
            try:
                return self._lines.execute(call, question)
            except Refused as refused:
                if refused.status != 401:
                    raise self._explained(call, refused, meaning) from None
                return None

        return ask_with_token(self._tokens, call, ask)

    def _explained(self, call: Call, refused: Refused, meaning: Meaning) -> ProviderError:
        refusal = Refusal.read(refused, self.clocks.now())
        explained = meaning(refusal) or general_error(call, refusal)
        if isinstance(explained, RateLimited) and refusal.retry_after is not None:
            self._patience.note(explained)
        return explained
