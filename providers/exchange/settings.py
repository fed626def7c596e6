"""Where an Exchange server is and how it is signed in to.

Asks nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from providers.route import STRAIGHT, Route


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """A server's EWS address.

    `auth` is ntlm, basic or kerberos; `impersonates`: who signs in acts as each mailbox.
    """

    url: str
    auth: str = "ntlm"
    impersonates: bool = False
    route: Route = STRAIGHT
