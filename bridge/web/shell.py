"""The hard shell around the application: nothing is waited for, and nobody's word is taken, without reason.

It holds in any server. The project's own worker has read a request whole before a thread takes it; elsewhere
the body is read here, within a time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from ipaddress import ip_address
from socket import SHUT_RD
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from bridge.config import Network
from bridge.errors import BridgeError
from bridge.web.admission import TOO_LARGE, TOO_SLOW, Admitted, Door, Head, Refused

if TYPE_CHECKING:  # names that exist for type checkers only
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

# Set by a server that has judged the request and read its body:
IS_WHOLE = "bridge.is_whole"
CAME_AT = "bridge.came_at"  # in monotonic time
IS_SHED = "bridge.is_shed"  # too many wait: it is to be answered at once


class Shell:
    """Lets in what the door lets in, with a body that is whole and no larger than it may be."""

    def __init__(self, serve: WSGIApplication, door: Door) -> None:
        self._serve = serve
        self._door = door

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or have the application answer it."""
        if not environ.get(IS_WHOLE):
            judged = self._door.judge(_head(environ))
            if isinstance(judged, Admitted):
                judged = _read(environ, judged) or judged
            if isinstance(judged, Refused):
                headers, body = self._door.answer(judged, environ.get("HTTP_ACCEPT", ""))
                whole = [*headers, ("Content-Length", str(len(body))), ("Connection", "close")]
                start_response(judged.status, whole)
                return [body]
        return self._serve(environ, start_response)


def believing(serve: WSGIApplication, *, proxies: int, networks: Sequence[Network]) -> Any:
    """Take the caller's address and scheme from forwarding headers, but only from this machine's own proxies.

    `proxies` stand in front; those of other machines are in one of the `networks`.
    """
    if not proxies:
        return serve
    through = ProxyFix(serve, x_for=proxies, x_proto=proxies)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_ours = _is_among(environ.get("REMOTE_ADDR", ""), networks)
        return (through if is_ours else serve)(environ, start_response)

    return answer


def starting(start: Callable[[], None], serve: WSGIApplication) -> Any:
    """Start the background work with the first request, for servers that do not start it themselves."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            start()
        except BridgeError as error:  # a call must not fail for it; the next one tries again
            _log.warning("the background work cannot start: %s", error)
        return serve(environ, start_response)

    return answer


def _is_among(text: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:  # a socket file has no addresses, and only this machine's processes reach it
        return not text
    return address.is_loopback or any(address in network for network in networks)


def _head(environ: WSGIEnvironment) -> Head:
    def header(name: str) -> str | None:
        found: str | None = environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        return found

    length = str(environ.get("CONTENT_LENGTH") or "")
    announced = int(length) if length.isdecimal() else None
    return Head(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), announced, header)


def _read(environ: WSGIEnvironment, admitted: Admitted) -> Refused | None:
    """Put the whole body in place of the stream; return why not, if not."""
    most = admitted.most
    if not most:
        environ["wsgi.input"] = BytesIO()
        environ["CONTENT_LENGTH"] = "0"
        return None
    line, too_late = environ.get("gunicorn.socket"), threading.Event()
    watch = _watching(line, too_late, admitted.seconds) if line is not None else None
    try:
        body = _at_most(environ, most)
    except OSError:
        return TOO_SLOW
    finally:
        if watch:
            watch.cancel()
    if too_late.is_set():
        return TOO_SLOW
    if body is None:
        return TOO_LARGE
    environ["wsgi.input"] = BytesIO(body)
    environ["wsgi.input_terminated"] = True
    return None


def _at_most(environ: WSGIEnvironment, most: int) -> bytes | None:
    length = str(environ.get("CONTENT_LENGTH") or "")
    if length.isdecimal():
        body: bytes = environ["wsgi.input"].read(int(length))
        return body
    if not environ.get("wsgi.input_terminated"):  # a server that does not say where an unannounced body ends
        return b""
    body = environ["wsgi.input"].read(most + 1)
    return None if len(body) > most else body


def _watching(line: Any, too_late: threading.Event, seconds: float) -> threading.Timer:
    """Let nobody wait longer than the time for a body: after it there is nothing more to read."""

    def end() -> None:
        too_late.set()
        line.shutdown(SHUT_RD)

    # Time-outs of a socket count anew with every byte, so they end no body that trickles.
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer
