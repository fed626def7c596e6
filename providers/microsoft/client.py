"""Ask Graph one question: token, connection, turn, repetition, meaning.

Decides which host a question may go to, when a token counts as dead, and which refusals are repeated. Never
refreshes a token: that is the TokenSource's business, outside the call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode, urlsplit

import requests

from providers.base import Deadline
from providers.errors import (
    ProviderError,
    RateLimited,
)
from providers.http import Call, Clocks, repeat, send
from providers.microsoft.errors import Refusal, general_error
from providers.microsoft.mailboxes import Mailbox, Mailboxes
from providers.microsoft.settings import MicrosoftSettings
from providers.tokens import TokenSource, ask_with_token

T = TypeVar("T")
Json = Mapping[str, Any]
Meaning = Callable[[Refusal], ProviderError | None]

PROVIDER = "microsoft"
_OF_A_USER = re.compile(r"/users/([^/?]+)/")
# On every request: an id that changed when somebody moves an event would lose the booking.
_PREFER = 'outlook.timezone="UTC", IdType="ImmutableId"'


@dataclass(frozen=True, slots=True)
class Question:
    """A request to Graph. `path` begins behind the version ("/me/calendar"), or is a whole address."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    if_match: str | None = None
    page_size: int | None = None

    @property
    def url(self) -> str:
        """Return path and query."""
        query = urlencode(self.query, safe="$,:()'", quote_via=quote)
        return f"{self.path}?{query}" if query else self.path

    def headers(self) -> dict[str, str]:
        """Return the headers that say how Graph shall answer."""
        prefer = _PREFER if self.page_size is None else f"{_PREFER}, odata.maxpagesize={self.page_size}"
        found = {"Prefer": prefer}
        if self.if_match is not None:
            found["If-Match"] = self.if_match
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, alone or as a part of a batch. `body` is None when there is none or it is no JSON."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: Any


def _no_meaning(_refusal: Refusal) -> None:
    return None


class Client:
    """Graph's calendars for one account."""

    def __init__(
        self,
        account: str,
        tokens: TokenSource,
        settings: MicrosoftSettings,
        *,
        clocks: Clocks,
        mailboxes: Mailboxes,
    ) -> None:
        self.clocks = clocks
        self.settings = settings
        # An application has no "me"; it names the mailbox.
        self.base = f"/users/{quote(account, safe='@')}" if settings.app_only else "/me"
        self._tokens = tokens
        self._session = mailboxes.session
        self._mailboxes = mailboxes
        self._mailbox = mailboxes.of(account)

    def call(self, operation: str, deadline: Deadline, *, writes: bool = False) -> Call:
        """Return the call under which an operation's requests run."""
        return Call(PROVIDER, operation, deadline, writes)

    def ask(
        self,
        call: Call,
        question: Question,
        read: Callable[[Answer], T],
        *,
        meaning: Meaning = _no_meaning,
    ) -> T:
        """Return what `read` makes of the answer.

        `meaning` is what this operation makes of a refusal; None leaves it to the general table.
        A 2xx without the documented shape leaves a write in doubt.
        """
        return repeat(call, lambda: read(self._accepted(call, question, meaning)), self.clocks)

    def accept(self, call: Call, answer: Answer, meaning: Meaning = _no_meaning) -> Answer:
        """Return an answer that is none of refusal, or raise what it means."""
        if 200 <= answer.status < 300:
            return answer
        refusal = Refusal.read(answer.status, answer.headers, answer.body, self.clocks.now())
        error = meaning(refusal) or general_error(call, refusal)
        # Throttled is the mailbox, not the request (graph/throttling-limits): all threads hold still.
        if isinstance(error, RateLimited):
            self._mailbox.patience.note(error)
        raise error

    def is_within_graph(self, link: Any) -> bool:
        """Tell whether a link stays with Graph; to anybody else our token is not shown."""
        if not isinstance(link, str):
            return False
        # A link comes out of an answer: one that leads elsewhere would take our token there.
        here, there = urlsplit(self.settings.graph), urlsplit(link)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)

    def within_graph(self, call: Call, link: Any) -> str:
        """Return a link out of an answer. UnexpectedResponse: it is none, or leads away from Graph."""
        if not self.is_within_graph(link):
            raise call.unexpected("link")
        return str(link)

    def _accepted(self, call: Call, question: Question, meaning: Meaning) -> Answer:
        """Send with the token at hand; when Graph rejects it, once more with the next."""
        url = question.url
        if url.startswith("/"):
            url = f"{self.settings.graph}{url}"

        def ask(token: str) -> Answer | None:
            headers = question.headers() | {"Authorization": f"Bearer {token}"}
            self._mailbox.patience.check(call)
            with self._asked(url).turn(call):
                sent = send(self._session, call, question.method, url, headers=headers, json=question.body)
            answer = _answer(call, sent)
            return None if answer.status == 401 else self.accept(call, answer, meaning)

        return ask_with_token(self._tokens, call, ask)

    def _asked(self, url: str) -> Mailbox:
        """Return the mailbox that a question is put to: a shared calendar lies in its owner's."""
        named = _OF_A_USER.search(url)
        return self._mailboxes.of(unquote(named[1])) if named else self._mailbox


def _answer(call: Call, response: requests.Response) -> Answer:
    """Return status, headers and JSON. ProviderUnavailable, WriteUnknown: a 2xx that is no JSON."""
    content = response.content
    try:
        body = json.loads(content) if content else None
    except (ValueError, RecursionError):
        if response.ok:
            # A front end's page, or an answer cut short: Graph itself sends no other body, so it passes.
            raise call.fault(f"HTTP {response.status_code} that is no JSON") from None
        body = None  # front ends answer in HTML
    return Answer(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, body
    )
