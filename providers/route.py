"""How vendors are reached: straight or through a proxy, and whose certificates are believed.

Decides for each address whether the proxy is used. Never reads the environment: what it says is handed in.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # typeshed forgot it


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that makes tunnels (CONNECT); `headers` say who asks for one."""

    host: str
    port: int
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """The way to every vendor.

    `proxy` is "http://[user:password@]host:port", None where there is none; `no_proxy` lists the hosts that
    are reached without it, as NO_PROXY does. `ca_file` holds the authorities to believe in place of the
    well-known ones. `is_private_allowed`: addresses that people name may lie in the own network.
    """

    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    no_proxy: str = ""
    ca_file: str | None = None
    is_private_allowed: bool = False

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy's address for an https address; others never need one."""
        parts = urlsplit(url)
        if self.proxy is None or parts.scheme != "https":
            return None
        # The standard library's own reading of NO_PROXY: suffixes, ports and * mean what they mean elsewhere.
        return None if proxy_bypass_environment(parts.netloc, {"no": self.no_proxy}) else self.proxy

    def tunnel_to(self, host: str, port: int) -> Proxy | None:
        """Return the proxy to ask for a tunnel to a host, None where it is reached straight."""
        proxy = self.proxy_for(f"https://{host}:{port}")
        if proxy is None:
            return None
        parts = urlsplit(proxy)
        headers = {}
        if parts.username is not None:
            # In an address they are percent-encoded; the header wants them as they are (RFC 7617).
            who = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {b64encode(who.encode()).decode()}"
        return Proxy(parts.hostname or "", parts.port or 80, headers)


STRAIGHT = Route()
