"""Speaks to addresses that people name, such as webhooks: never into the own network unless that is allowed.

A name is looked up once, and the connection goes to an address that was judged: what the name says a moment
later leads nowhere else. Redirects are answers like others. The whole exchange has one time-out, which also
ends a server that sends a byte now and then.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from providers.cut_off import cut_after
from providers.route import Route

SECONDS = 10.0
MOST_BYTES = 64 << 10  # of the answer to what was posted; what is beyond is not read
_PORTS = {"http": 80, "https": 443}
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address as seen from a network without them
_CLOUDS = ip_network("192.0.0.0/24")  # metadata of a machine; Python 3.11 takes it for public
_AS_THEY_ARE = "/%:@!$&'()*+,;=~?"  # of a path and query, RFC 3986

LookUp = Callable[[str, int], Sequence[str]]


class OutwardError(Exception):
    """Why nothing was answered; the text names no address.

    AddressForbidden   the name leads into the own network
    Unreachable        nobody answered, or not in time
    Truncated          the answer ended before its end
    TooLarge           the answer is larger than anybody wants it
    """


class AddressForbidden(OutwardError):
    """The name leads into the own network, and nowhere else."""


class Unreachable(OutwardError):
    """Nobody answered, or not in time."""


class Truncated(OutwardError):
    """The answer ended before its end."""


class TooLarge(OutwardError):
    """The answer is larger than anybody wants it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A status, and the body or its beginning; header names are in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    verb: str
    body: bytes | None
    headers: Mapping[str, str]
    read: Callable[[HTTPResponse], bytes]


def is_public(text: str) -> bool:
    """Tell whether an IP address is the internet's: no private, local or reserved one, however written."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    elif address in _CLOUDS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def looked_up(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host. OSError: it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Outward:
    """The way out for one configuration. Safe to share between threads."""

    def __init__(
        self,
        route: Route,
        *,
        seconds: float = SECONDS,
        look_up: LookUp = looked_up,
        may_reach: Callable[[str], bool] = is_public,
    ) -> None:
        self._route = route
        self._seconds = seconds
        self._look_up = look_up
        self._may_reach = may_reach

    def dial(self, url: str) -> None:
        """Connect to an address and say nothing. AddressForbidden, Unreachable: it is not there.

        Through a proxy the address is only judged.
        """
        parts = urlsplit(url)
        try:
            host, port = _place(parts)
            if parts.scheme != "https" or not self._route.tunnel_to(host, port):
                self._dialled(self._judged(host, port), port).close()
            elif not self._route.is_private_allowed:
                self._judged(host, port)
        except (OSError, UnicodeError) as error:
            raise _unreachable(error) from error

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post to an http(s) address. AddressForbidden, Unreachable: nothing was answered."""
        return self._answer(url, _Asked("POST", body, headers, _beginning))

    def get(self, url: str, headers: Mapping[str, str], *, most: int) -> Answered:
        """Get what lies at an http(s) address, whole, up to so many bytes; of a 200 alone the body counts.

        AddressForbidden, Unreachable: nothing was answered. Truncated, TooLarge: not all of it came.
        """
        return self._answer(url, _Asked("GET", None, headers, lambda answer: _whole(answer, most)))

    def _answer(self, url: str, asked: _Asked) -> Answered:
        try:
            return self._exchange(urlsplit(url), asked)
        except (OSError, HTTPException, UnicodeError) as error:
            raise _unreachable(error) from error

    def _exchange(self, parts: SplitResult, asked: _Asked) -> Answered:
        host, port = _place(parts)
        named = f"[{host}]" if ":" in host else host
        proxy = self._route.tunnel_to(host, port) if parts.scheme == "https" else None
        line = HTTPConnection(proxy.host, proxy.port) if proxy else HTTPConnection(host, port)
        line.timeout = self._seconds
        with closing(line), cut_after(self._seconds, line):
            if proxy:
                # The tunnel leads to an address too: the proxy's own look-up might find another one.
                target = host if self._route.is_private_allowed else self._judged(host, port)[0]
                line.set_tunnel(target, port, dict(proxy.headers))
                line.connect()
            else:
                line.sock = self._dialled(self._judged(host, port), port)
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=self._route.ca_file)
                line.sock = context.wrap_socket(
                    line.sock, server_hostname=host, do_handshake_on_connect=False
                )
                line.sock.do_handshake()
            line.request(
                asked.verb,
                _target(parts),
                asked.body,
                {**asked.headers, "Host": f"{named}:{parts.port}" if parts.port else named},
            )
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, asked.read(answer), told)

    def _judged(self, host: str, port: int) -> Sequence[str]:
        found = self._look_up(host, port)
        if self._route.is_private_allowed:
            return found
        public = [each for each in found if self._may_reach(each)]
        if not public:
            raise AddressForbidden("the address lies in the own network ([network] allow_private_addresses)")
        return public

    def _dialled(self, addresses: Sequence[str], port: int) -> socket.socket:
        *others, last = addresses
        line = None
        for address in others:
            with suppress(OSError):
                line = socket.create_connection((address, port), self._seconds / len(addresses))
                break
        line = line or socket.create_connection((last, port), self._seconds / len(addresses))
        line.settimeout(self._seconds)
        return line


def _unreachable(error: Exception) -> Unreachable:
    return Unreachable(f"the address cannot be reached ({type(error).__name__})")


def _place(parts: SplitResult) -> tuple[str, int]:
    return (parts.hostname or "").encode("idna").decode(), parts.port or _PORTS[parts.scheme]


def _target(parts: SplitResult) -> str:
    target = quote(parts.path or "/", safe=_AS_THEY_ARE)
    return f"{target}?{quote(parts.query, safe=_AS_THEY_ARE)}" if parts.query else target


def _beginning(answer: HTTPResponse) -> bytes:
    try:
        return answer.read(MOST_BYTES)
    except (OSError, HTTPException):  # the status was heard, and that is what counts
        return b""


def _whole(answer: HTTPResponse, most: int) -> bytes:
    if answer.status != 200:
        return b""
    try:
        body = answer.read(most + 1)
    except IncompleteRead:
        body, is_cut = b"", True
    else:
        is_cut = bool(answer.length)  # with a size given, read says nothing of what Content-Length promised
    if len(body) > most:
        raise TooLarge(f"the answer is larger than {most // 1_000_000} MB")
    if is_cut:
        raise Truncated("the answer ended before its end")
    return body
