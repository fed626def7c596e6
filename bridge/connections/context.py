"""What connecting works with, handed in from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.connections.accounts import Key
from bridge.connections.sentences import Sentences
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from bridge.vault import Vault
from providers.base import Deadline
from providers.errors import ConnectionExpired
from providers.http import Clocks

VENDOR_SECONDS = 10.0  # a sign-in or a refresh is nobody's phone call: it may take its time
LEASE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class ConnectionContext:
    """Database, keys, clocks and words. `lease_now` reads the clock of leases from the database.

    `troubles` tells in sentences what does not work at each account, `advise_ended` what its vendor advises
    where its consent has ended after so long.
    """

    store: Store
    vault: Vault
    clocks: Clocks
    sentences: Sentences
    alerts: Alerts
    public_url: str
    advise_ended: Callable[[Key, ConnectionExpired, timedelta], str]
    troubles: Callable[[], Mapping[Key, Sequence[str]]] = dict
    lease_now: Callable[[Connection], datetime] = database_now

    def deadline(self) -> Deadline:
        """Start the clock of one exchange with a vendor's sign-in."""
        return Deadline(VENDOR_SECONDS, self.clocks.monotonic)
