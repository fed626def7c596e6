"""Asks an address as telli does, from outside, and says in words what is in the way if nobody answers."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from bridge.errors import BridgeError
from bridge.said import Worded
from providers.http import session
from providers.route import Route

_ = str  # marks a text for the catalogues

_SECONDS = 15.0


class Unreachable(Worded, BridgeError):
    """Nobody answers at an address, or not over HTTP; the text says what to look at."""

    code = "unreachable"


@dataclass(frozen=True, slots=True)
class Reached:
    """What came back from an address."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    seconds: float

    def json(self) -> object:
        """Return the body's JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def reach(
    method: str,
    url: str,
    *,
    monotonic: Callable[[], float],
    route: Route,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reached:
    """Send one request by the configured way. Unreachable: what is in the way, and what to do."""
    began = monotonic()
    try:
        answer = session(route).request(
            method, url, data=body, headers=dict(headers or {}), timeout=_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise _why(url, error) from None
    return Reached(answer.status_code, answer.content, answer.headers, monotonic() - began)


def _why(url: str, error: requests.RequestException) -> Unreachable:
    message, facts = _cause(url, error)
    return Unreachable(message, **facts)


def _cause(url: str, error: requests.RequestException) -> tuple[str, dict[str, str]]:
    """Return what is in the way, as a text of the catalogues, and what it names."""
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    causes = [*_causes(error)]
    if any(isinstance(each, socket.gaierror) for each in causes):
        name = parts.hostname or ""
        return _("there is no machine of the name {name} (DNS); is it spelt right?"), {"name": name}
    for each in causes:
        if isinstance(each, ssl.SSLCertVerificationError):
            text = _("the certificate of {where} is not accepted: {why}")
            return text, {"where": where, "why": each.verify_message}
        if isinstance(each, ssl.SSLError):
            return _(
                "{where} does not speak TLS as https needs it: is the address https, and the port right?"
            ), {"where": where}
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return _("{where} refuses the connection: nothing listens there. Is the server running?"), {
            "where": where
        }
    if isinstance(error, requests.ConnectTimeout):
        return _("{where} does not answer: does a firewall keep connections away?"), {"where": where}
    if isinstance(error, requests.ReadTimeout):
        text = _("{where} took the request and gave no answer within {seconds} seconds")
        return text, {"where": where, "seconds": f"{_SECONDS:.0f}"}
    return _("what listens at {where} does not speak HTTP, or broke off: is it another program's port?"), {
        "where": where
    }


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield what an error was raised from, also what libraries keep in its arguments."""
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting += [one for one in inner if isinstance(one, BaseException)]
