"""The one HTTP seam: time-outs from the deadline, pooling, safe repeats, foreign errors as ProviderErrors.

Decides how long a call may take, whether it may be made again, and what a broken line means. Knows no
vendor's addresses, shapes or status words, and never repeats a write that may have reached the vendor.

A server that sends a byte now and then outlasts every time-out here: callers bound the whole call.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import Timeout

from providers.base import Deadline
from providers.broken import kind_of, never_sent
from providers.errors import (
    EndlessAnswer,
    NoTimeLeft,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
    WriteUnknown,
)
from providers.route import STRAIGHT, Route

T = TypeVar("T")

CONNECT_SECONDS = 2.0  # a vendor that takes longer to shake hands is down for a caller on the phone
WRITE_NEEDS_SECONDS = 1.0  # what starts with less may land after the caller was told that nothing is booked
READ_NEEDS_SECONDS = 0.02
ATTEMPTS = 4
BACKOFF_SECONDS = 0.1
MOST_ANSWERS = 200  # to one question; a page of changes holds 500 events
MOST_BYTES = 64 << 20
_PIECE = 64 << 10  # of an answer, read at once
LONGEST_WAIT_SECONDS = 300.0  # a Retry-After of a day would leave callers without an answer for a day


@dataclass(frozen=True, slots=True)
class Clocks:
    """The outside world's time and chance; `monotonic` is the clock deadlines are made with."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]


@dataclass(slots=True)
class _Taken:
    """What one operation has received so far."""

    answers: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One operation at a vendor, for messages and time-outs; `writes` when a lost answer leaves doubt."""

    provider: str
    operation: str
    deadline: Deadline
    writes: bool = False
    _taken: _Taken = field(default_factory=_Taken, repr=False, compare=False)

    def received(self, size: int, *, is_whole: bool = True) -> None:
        """Count an answer, or a piece of one. EndlessAnswer: so many, or so large, no end is in sight."""
        self._taken.answers += is_whole
        self._taken.size += size
        # Graph's delta is known to page on for ever: 23,083 requests in 24 s, each link another one.
        if self._taken.answers > MOST_ANSWERS or self._taken.size > MOST_BYTES:
            told = f"no end after {self._taken.answers} answers and {self._taken.size >> 20} MiB"
            raise EndlessAnswer(self.provider, self.operation, told)

    def time_outs(self) -> tuple[float, float]:
        """Return seconds for connecting and for each read. NoTimeLeft: too late to begin."""
        left = self.deadline.remaining()
        if left < (WRITE_NEEDS_SECONDS if self.writes else READ_NEEDS_SECONDS):
            raise NoTimeLeft(self.provider, self.operation)
        return min(CONNECT_SECONDS, left), left

    def unexpected(self, field: str, status: int = 200) -> UnexpectedResponse:
        """Return what an answer without the documented shape means."""
        return UnexpectedResponse(self.provider, self.operation, status=status, field=field)

    def fault(self, detail: str, retry_after: float | None = None) -> ProviderError:
        """Return what trouble of the vendor's own means (5xx, say): doubt for a write, else waiting."""
        if self.writes:
            return WriteUnknown(self.provider, self.operation, detail)
        if retry_after is not None:
            return RateLimited(self.provider, self.operation, detail, retry_after=retry_after)
        return ProviderUnavailable(self.provider, self.operation, detail)

    def broken(self, *, sent: bool, detail: str) -> ProviderError:
        """Return what a failed exchange means: a write that was never `sent` did certainly not happen."""
        return self.fault(detail) if sent else ProviderUnavailable(self.provider, self.operation, detail)


class _WhatIsLeft(Timeout):
    """A call's time as it is when something is sent: NTLM sends one request three times."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def clone(self) -> Timeout:
        connect, read = self._call.time_outs()
        return Timeout(connect=connect, read=read)


class _Connection(HTTPSConnection):
    """A connection whose failed handshake or tunnel shows as a connection that did not come up."""

    def connect(self) -> None:
        # urllib3 says the same SSLError of a failed handshake and of an answer that breaks off: by then the
        # request is out, and a write may have happened.
        try:
            super().connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "the handshake took too long") from error
        except OSError as error:
            raise NewConnectionError(self, f"no handshake: {type(error).__name__}") from error


class _Adapter(HTTPAdapter):
    """Makes connections that tell whether they came up, straight or through a proxy."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> ConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **options)
        if isinstance(pool, HTTPSConnectionPool):
            pool.ConnectionCls = _Connection
        return pool


class _Session(requests.Session):
    """A session that takes the route to each address."""

    def __init__(self, route: Route) -> None:
        super().__init__()
        self._route = route
        self.verify = route.ca_file or True

    def request(self, method: str | bytes, url: str | bytes, **options: Any) -> requests.Response:  # type: ignore[override]
        proxy = self._route.proxy_for(str(url))
        return super().request(method, url, **options, proxies={"https": proxy} if proxy else None)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Lead nowhere: even told not to follow, requests takes in all of the body, and the address apart."""


def session(route: Route = STRAIGHT, *, connections: int = 16) -> requests.Session:
    """Return a session that keeps connections alive, and looks at no variable and no .netrc itself.

    Who lets it go hangs up. It may be shared by threads as long as nobody changes its headers or cookies.
    """
    made = _Session(route)
    made.trust_env = False  # .netrc would replace our bearer token; the look-ups cost 0.15 ms a call
    # No repeats by urllib3: it knows neither our deadline nor which writes are harmless.
    adapter = _Adapter(pool_connections=4, pool_maxsize=connections, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    # Not by __del__: of what is collected at once a connection may come first, and then it was left open.
    weakref.finalize(made, adapter.close)
    return made


def send(made: requests.Session, call: Call, method: str, url: str, **options: Any) -> requests.Response:
    """Send one request within the call's time and return the whole answer, whatever its status.

    `options` are those of `requests.Session.request`. Redirects are answers: no vendor's API needs them.
    """
    options.setdefault("allow_redirects", False)
    try:
        left: Any = _WhatIsLeft(call)
        answer = made.request(method, url, timeout=left, stream=True, **options)
        # requests knows no largest size: it would take in whatever comes.
        answer._content = _whole(call, answer)  # noqa: SLF001
    except requests.RequestException as error:
        # Only the kind of error is told: its text holds the address, and that may hold names.
        raise call.broken(sent=not never_sent(error), detail=kind_of(error)) from None
    return answer


def _whole(call: Call, answer: requests.Response) -> bytes:
    parts: list[bytes] = []
    with answer:
        for part in answer.iter_content(_PIECE):
            call.received(len(part), is_whole=False)
            parts.append(part)
    call.received(0)
    return b"".join(parts)


def repeat(call: Call, request: Callable[[], T], clocks: Clocks) -> T:
    """Return what `request` returns, asking again after a ProviderUnavailable while time allows.

    Waits a random upper half of a doubling span, or what the vendor asked for if that fits the
    deadline. WriteUnknown is never repeated: a ProviderUnavailable of a write means nothing was written. An
    UnexpectedResponse of one leaves that in doubt.
    """
    for attempt in range(ATTEMPTS):
        try:
            return request()
        except UnexpectedResponse as error:
            # A 2xx says that something was written, if not what.
            if call.writes:
                raise call.broken(sent=True, detail=error.detail) from None
            raise
        except ProviderUnavailable as error:
            pause = _pause(error, attempt, clocks)
            # What does not fit the deadline is told at once: a caller on the phone gains nothing by it.
            if attempt == ATTEMPTS - 1 or not _fits(call, pause):
                raise
            clocks.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def _pause(error: ProviderUnavailable, attempt: int, clocks: Clocks) -> float:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after
    return BACKOFF_SECONDS * (1 << attempt) * (0.5 + clocks.random() / 2)


def _fits(call: Call, pause: float) -> bool:
    needed = WRITE_NEEDS_SECONDS if call.writes else READ_NEEDS_SECONDS
    return call.deadline.remaining() - pause >= needed


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for; None when there is none or it makes no sense.

    Source: RFC 9110 section 10.2.3, delay-seconds or an HTTP date.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # thirty years are long enough
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # "-0000" says: UTC, of unknown zone
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def json_object(content: bytes) -> Mapping[str, Any]:
    """Return the members of the JSON object that an answer's bytes are; empty where they are none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # a front end's page, a body cut short, a hundred thousand brackets
        return {}
    return found if isinstance(found, dict) else {}


class Patience:
    """Remember until when an account asked to be left alone, for all threads of this process."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = float("-inf")
        self._lock = threading.Lock()

    def check(self, call: Call) -> None:
        """Let the call pass, or raise RateLimited with what is still to wait."""
        left = self._until - self._monotonic()
        if left > 0:
            raise RateLimited(call.provider, call.operation, "asked to wait", retry_after=left)

    def note(self, error: RateLimited) -> None:
        """Keep the longest wait that was asked for, up to the longest that callers can be without."""
        if error.retry_after is None:
            return
        wait = min(error.retry_after, LONGEST_WAIT_SECONDS)
        with self._lock:
            self._until = max(self._until, self._monotonic() + wait)
