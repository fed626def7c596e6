"""Decides what a link may do that invites a colleague to connect their own accounts.

It is good for a week, for the accounts that the host's calendars name when it is used, each once; a new link
for a host ends the former one. Who has it sees the host's name and those accounts, and nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.connections.accounts import Key
from bridge.connections.connections import Connections
from bridge.errors import NotFound
from bridge.model import Host
from bridge.store.engine import Store
from bridge.store.sql import invitations
from bridge.store.sql.invitations import InvitationRow

GOOD_FOR = timedelta(days=7)


class NothingToConnect(NotFound):
    """The host's calendars need nobody's sign-in."""

    code = "nothing_to_connect"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that is good: for whom, until when, and which accounts are still to be connected."""

    host: Host
    made_at: datetime
    expires_at: datetime
    accounts: Sequence[Key]


class Invitations:
    """The links that were handed out."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        hosts: Mapping[str, Host],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._connections = connections
        self._hosts = hosts
        self._now = now

    def __repr__(self) -> str:
        return "<Invitations>"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Return the hosts who have accounts to connect, with their names."""
        return {host.id: host.name for host in self._hosts.values() if self._accounts(host)}

    def invite(self, host_id: str) -> str:
        """Return the token of a new link. NotFound: there is no such host, or nothing to connect."""
        host = self._hosts.get(host_id)
        if host is None:
            raise NotFound(f'there is no host "{host_id[:60]}"; there are: {", ".join(self._hosts)}')
        accounts = self._accounts(host)
        if not accounts:
            raise NothingToConnect(f"{host.name} has no account that has to be connected by signing in")
        token, now = secrets.token_urlsafe(32), self._now()
        row = InvitationRow(_hash(token), host.id, now, now + GOOD_FOR, [list(key) for key in accounts])  # type: ignore[misc]
        with self._store.write() as connection:
            invitations.remove_older(connection, now)
            invitations.add(connection, row)
        return token

    def find(self, token: str) -> Invitation | None:
        """Return what a link is good for, None when it is none, over or used up."""
        with self._store.read() as connection:
            row = invitations.get(connection, _hash(token))
        return self._good(row) if row else None

    def open(self) -> list[Invitation]:
        """Return the links that are good, the latest first."""
        with self._store.read() as connection:
            rows = invitations.every(connection)
        return [found for found in map(self._good, rows) if found]

    def withdraw(self, host_id: str) -> bool:
        """End a host's link; tell whether there was one that was good."""
        was_open = any(each.host.id == host_id for each in self.open())
        with self._store.write() as connection:
            invitations.remove(connection, host_id)
        return was_open

    def _good(self, row: InvitationRow) -> Invitation | None:
        host = self._hosts.get(row.host)
        if host is None or row.expires_at <= self._now():
            return None
        # What the configuration names today: an account that was taken out since is nobody's to connect.
        accounts = [key for key in self._accounts(host) if key in row.accounts]
        return Invitation(host, row.made_at, row.expires_at, accounts) if accounts else None

    def use(self, token: str, key: Key) -> None:
        """Record that an account was connected by a link."""
        with self._store.write() as connection:
            row = invitations.get(connection, _hash(token), to_change=True)
            if row is not None:
                invitations.leave(connection, row.token_hash, [each for each in row.accounts if each != key])

    def _accounts(self, host: Host) -> list[Key]:
        vendors = self._connections.sign_ins
        named = [(name.provider, name.account) for name in host.calendars if name.provider in vendors]
        return list(dict.fromkeys(named))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
