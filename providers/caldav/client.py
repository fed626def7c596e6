"""Ask a CalDAV server one question: password, connection, redirects, repetition, meaning.

Decides which addresses are shown the password, when it counts as dead, and which refusals are repeated.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from providers.base import Deadline
from providers.caldav.errors import Refusal, general_error
from providers.caldav.settings import CaldavSettings
from providers.caldav.xml import Multistatus, multistatus
from providers.errors import ProviderError, RateLimited
from providers.http import Call, Clocks, Patience, repeat, send, session
from providers.own_network import Secrecy
from providers.tokens import TokenSource, ask_with_token

T = TypeVar("T")
Meaning = Callable[[Refusal], ProviderError | None]

PROVIDER = "caldav"
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 307, 308})
_PORTS = {"http": 80, "https": 443}
# Uncompressed: Apache and nginx change an entry's version in the answers they compress, and a few bytes may
# grow to as many gigabytes.
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "calendar-bridge"}
_XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Question:
    """A request. `is_event`: its address is an entry's, so that 404 is said of that."""

    verb: str
    url: str
    body: str | bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_event: bool = False

    @property
    def content(self) -> bytes:
        """Return the body's bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from where; header names are in small letters."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


def propfind(url: str, body: str, *, depth: int = 0) -> Question:
    """Return the question for properties of an address, and with depth 1 of what lies in it."""
    return Question("PROPFIND", url, body, {"Depth": str(depth), "Content-Type": _XML})


def report(url: str, body: str, *, depth: int = 1) -> Question:
    """Return a question that a calendar answers in its own way."""
    return Question("REPORT", url, body, {"Depth": str(depth), "Content-Type": _XML})


def no_meaning(_refusal: Refusal) -> None:
    """Leave a refusal to the general table."""


class Client:
    """One account's server. Its token is "<user name>:<password>"."""

    def __init__(self, tokens: TokenSource, settings: CaldavSettings, *, clocks: Clocks) -> None:
        self.settings = settings
        self.clocks = clocks
        self._tokens = tokens
        self._session = session(settings.route)
        self._patience = Patience(clocks.monotonic)
        self._secrecy = Secrecy()

    def call(self, operation: str, deadline: Deadline, *, writes: bool = False) -> Call:
        """Return the call under which an operation's requests run."""
        return Call(PROVIDER, operation, deadline, writes)

    def ask(
        self,
        call: Call,
        question: Question,
        read: Callable[[Answer], T],
        *,
        meaning: Meaning = no_meaning,
    ) -> T:
        """Return what `read` makes of the answer.

        `meaning` is what this operation makes of a refusal; None leaves it to the general table.
        A 2xx without the documented shape leaves a write in doubt.
        """
        return repeat(call, lambda: read(self._accepted(call, question, meaning)), self.clocks)

    def resources(self, call: Call, question: Question, *, meaning: Meaning = no_meaning) -> Multistatus:
        """Return what the server says of several addresses. UnexpectedResponse: it does not."""
        return self.ask(call, question, lambda answer: multistatus(call, answer.content), meaning=meaning)

    def trusted(self, call: Call, base: str, href: str) -> str:
        """Return an address out of an answer. UnexpectedResponse: it leads to somebody else's server.

        Of iCloud every user has another host, beside the one that all know.
        """
        try:
            found = urljoin(base, href)
            here, there = urlsplit(self.settings.url), urlsplit(found)
            is_ours = there.scheme in {"https", here.scheme} and _is_beside(here, there)
        except ValueError:  # a bracket or a port that is none
            is_ours = False
        if not is_ours:
            raise call.unexpected("href", 207)
        return found

    def _accepted(self, call: Call, question: Question, meaning: Meaning) -> Answer:
        """Send with the password at hand; when it is refused, once more with the next."""

        def ask(token: str) -> Answer | None:
            answer = self._followed(call, question, token)
            return None if answer.status == 401 else self._judged(call, question, answer, meaning)

        return ask_with_token(self._tokens, call, ask, ended="the password was refused")

    def _judged(self, call: Call, question: Question, answer: Answer, meaning: Meaning) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        refusal = Refusal.read(answer.status, answer.headers, answer.content, self.clocks.now())
        error = meaning(refusal) or general_error(call, refusal, is_event=question.is_event)
        if isinstance(error, RateLimited):
            self._patience.note(error)
        raise error

    def _followed(self, call: Call, question: Question, token: str) -> Answer:
        """Send, and go where a redirect leads on the same server: nobody else is shown the password."""
        for _ in range(1 + _MOST_REDIRECTS):
            answer = self._sent(call, question, token)
            if answer.status not in _REDIRECTS:
                return answer
            url = _led_to(question.url, answer.headers.get("location", ""))
            if url is None:
                raise call.fault(f"HTTP {answer.status} leads to another server")
            question = replace(question, url=url)
        raise call.fault("one redirect after another")

    def _sent(self, call: Call, question: Question, token: str) -> Answer:
        self._patience.check(call)
        self._secrecy.require(call, question.url)
        told = b64encode(token.encode()).decode()
        headers = {**_HEADERS, **question.headers, "Authorization": f"Basic {told}"}
        sent = send(
            self._session, call, question.verb, question.url, headers=headers, data=question.content or None
        )
        names = {name.lower(): value for name, value in sent.headers.items()}
        return Answer(question.url, sent.status_code, names, sent.content)


def _led_to(url: str, location: str) -> str | None:
    """Return where a redirect leads, None where that is another server or no address."""
    try:
        found = urljoin(url, location)
        return found if _is_same(urlsplit(url), urlsplit(found)) else None
    except ValueError:  # a bracket or a port that is none
        return None


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _is_same(here: SplitResult, there: SplitResult) -> bool:
    """Tell whether two addresses are of one server; from http to https it may be another port."""
    if there.scheme not in _PORTS or here.hostname != there.hostname:
        return False
    return _port(here) == _port(there) if here.scheme == there.scheme else there.scheme == "https"


def _is_beside(here: SplitResult, there: SplitResult) -> bool:
    """Tell whether a host is this one, or one beside or below it: p42-dav.example.com, of dav.example.com."""
    own, other = here.hostname or "", there.hostname or ""
    parent = own.partition(".")[2] if own.count(".") > 1 and not own.replace(".", "").isdigit() else own
    return bool(own) and (other == own or other.endswith(f".{parent}"))
