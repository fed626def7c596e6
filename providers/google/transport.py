"""Carry Google's requests over kept connections, with the deadline's time-outs.

Decides which connection a call gets and whether a broken call may have reached Google. Knows no endpoint,
no token and no meaning of an answer. httplib2 is not thread-safe and repeats a request by itself when a
kept connection turns out dead: so one connection per call at a time, dead ones are dropped beforehand,
and every write bears an id or an etag that makes its repetition harmless.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPSConnection
from typing import Any

import httplib2
from httplib2.decode import DecodeLimitError, DecodeRatioError
from urllib3.util import wait_for_read

from providers.http import CONNECT_SECONDS, Call
from providers.route import STRAIGHT, Route

IDLE_SECONDS = 55.0  # NAT gateways forget silent connections after a minute or more, without a word
KEPT = 16
_BROKEN = (OSError, HTTPException, httplib2.HttpLib2Error, DecodeLimitError, DecodeRatioError)


class Refused(Exception):
    """Google's answer is none of 2xx; what it means is decided elsewhere."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.content = content


class _NeverSent(Exception):
    """The connection did not come up, and nothing of this request had left before."""


class _Exchange:
    """Bound connecting and reading separately, and note whether a request has left."""

    timeout: float
    sock: Any
    has_left = False
    host: str
    port: int
    _open: Callable[[Any], None]

    def connect(self) -> None:
        """Open the connection within CONNECT_SECONDS; after that, reads may take `timeout`."""
        # httplib2 has one time-out for both: a host that is down would take all of the time for reading.
        reading = self.timeout
        self.timeout = min(reading, CONNECT_SECONDS)
        try:
            self._open(self)
        except OSError as error:
            if self.has_left:  # httplib2 is repeating a request whose line dropped
                raise
            raise _NeverSent(type(error).__name__) from None
        finally:
            self.timeout = reading
        self.sock.settimeout(reading)

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request."""
        self.has_left = True
        super().request(*args, **options)  # type: ignore[misc]


class _Plain(_Exchange, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    def __init__(self, authority: str, *, timeout: float, **_proxy: Any) -> None:
        super().__init__(authority, timeout=timeout)
        self._open = httplib2.HTTPConnectionWithTimeout.connect


class _Encrypted(_Exchange, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    """Leads through a proxy where the route does: httplib2 would need a package of its own for that."""

    def __init__(self, authority: str, *, proxy_info: Route | None = None, **options: Any) -> None:
        super().__init__(authority, **options)
        proxy = proxy_info.tunnel_to(self.host, self.port) if proxy_info else None
        self._open = httplib2.HTTPSConnectionWithTimeout.connect if proxy is None else HTTPSConnection.connect
        if proxy:
            self.set_tunnel(self.host, self.port, headers=dict(proxy.headers))
            self.host, self.port = proxy.host, proxy.port


class Line:
    """An `httplib2.Http` for one host, lent to one call at a time."""

    def __init__(self, route: Route = STRAIGHT) -> None:
        # What httplib2 calls proxy_info it hands on to connections untouched, and ours know what it is.
        self._http = httplib2.Http(proxy_info=route, ca_certs=route.ca_file)
        self._http.follow_redirects = False  # no Calendar answer redirects; a captive portal's does
        self.idle_since = 0.0

    @property
    def is_dead(self) -> bool:
        """Tell whether the other side has hung up, or sent what nobody asked for."""
        sockets = [each.sock for each in self._http.connections.values()]
        return any(each is None or wait_for_read(each, timeout=0.0) for each in sockets)

    def prepare(self, seconds: float) -> None:
        """Give every read of the next request that many seconds."""
        self._http.timeout = seconds
        for connection in self._http.connections.values():
            connection.has_left = False
            connection.timeout = seconds
            if connection.sock is not None:
                connection.sock.settimeout(seconds)

    def request(self, request: Any) -> Any:
        """Send a `googleapiclient` request and return httplib2's response and the body."""
        kind = _Encrypted if request.uri.startswith("https:") else _Plain
        return self._http.request(
            request.uri, request.method, body=request.body, headers=request.headers, connection_type=kind
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()


class Lines:
    """A stack of kept lines: the warmest is lent first, to as many threads as like."""

    def __init__(self, monotonic: Callable[[], float], route: Route = STRAIGHT) -> None:
        self._monotonic = monotonic
        self._route = route
        self._idle: list[Line] = []
        self._lock = threading.Lock()
        # Who lets an account go need not know that it had connections. Not by __del__: of what is collected
        # at once, a line's socket may come first, and then it was left open.
        weakref.finalize(self, _hang_up, self._idle)

    def execute(self, call: Call, request: Any) -> dict[str, Any]:
        """Run a `googleapiclient` request and return its parsed answer, empty where Google sends none (204).

        Refused: the status is none of 2xx. UnexpectedResponse: the JSON is no object. The request's own
        `execute` is left alone: it trips over refusals whose bodies are not as it expects, and logs them.
        """
        response, content = self._exchange(call, request)
        call.received(len(content))
        if response.status >= 300:
            raise Refused(response.status, dict(response), content)
        try:
            answer = request.postproc(response, content)
        except (ValueError, RecursionError):
            answer = "unreadable"
        if isinstance(answer, dict):
            return answer
        if not isinstance(answer, str | bytes):
            raise call.unexpected("body")
        if answer:  # the library gives back as text what it cannot read: a front end's page, a body cut short
            raise call.fault("a 2xx that is no JSON")
        return {}

    def _exchange(self, call: Call, request: Any) -> Any:
        _, reading = call.time_outs()
        line = self._take()
        line.prepare(reading)
        is_sound = False
        try:
            answer = line.request(request)
            is_sound = True
        except _NeverSent as error:
            raise call.broken(sent=False, detail=str(error)) from None
        except _BROKEN as error:
            raise call.broken(sent=True, detail=type(error).__name__) from None
        finally:
            # The rest of a late answer may still come on a broken line, and would be read as the next one's.
            if is_sound:
                self._keep(line)
            else:
                line.close()
        return answer

    def close(self) -> None:
        """Hang up every line that is not in use."""
        with self._lock:
            idle = self._idle.copy()
            self._idle.clear()
        _hang_up(idle)

    def _take(self) -> Line:
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None:
                return Line(self._route)
            # A dead line is found here, before anything is sent: after it a POST may go out twice.
            if self._monotonic() - line.idle_since < IDLE_SECONDS and not line.is_dead:
                return line
            line.close()

    def _keep(self, line: Line) -> None:
        line.idle_since = self._monotonic()
        with self._lock:
            if len(self._idle) < KEPT:
                self._idle.append(line)
                return
        line.close()


def _hang_up(lines: list[Line]) -> None:
    for line in lines:
        line.close()
