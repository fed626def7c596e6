"""Keeps the tokens: seals them into rows and opens them again. Never asks a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from bridge import log
from bridge.alerts import alert_key
from bridge.connections.context import ConnectionContext
from bridge.connections.sign_in import Renewal, Tokens
from bridge.errors import NoRefreshToken
from bridge.store.sql import connections
from bridge.store.sql.connections import CONNECTED, ConnectionRow
from bridge.vault import CannotOpen, Vault


@dataclass(frozen=True, slots=True)
class Held:
    """A stored consent with its tokens, open."""

    row: ConnectionRow
    access_token: str = field(repr=False)
    lasting: Mapping[str, Any] = field(repr=False)

    @property
    def is_connected(self) -> bool:
        """Tell whether the consent was alive when it was last used."""
        return self.row.state == CONNECTED


def open_row(vault: Vault, row: ConnectionRow) -> Held:
    """Return a consent with its tokens. CannotOpen: they were sealed with another key."""
    content = vault.open(row.sealed, _context(row.key))
    return Held(row, content["access_token"], content["lasting"])


def reseal(vault: Vault, row: ConnectionRow) -> ConnectionRow:
    """Return a consent sealed with the first key. CannotOpen: it was sealed with a key that is gone."""
    return replace(row, sealed=vault.rotate(row.sealed, _context(row.key)))


def new_row(vault: Vault, key: tuple[str, str], tokens: Tokens, now: datetime) -> ConnectionRow:
    """Return what is stored of a new consent."""
    return ConnectionRow(
        provider=key[0],
        account=key[1],
        state=CONNECTED,
        version=uuid4().hex,
        sealed=_sealed(vault, key, tokens),
        scopes=tokens.scopes,
        expires_at=tokens.expires_at,
        since=now,
        consented_at=now,
        refreshed_at=now,
    )


def refreshed_row(vault: Vault, old: ConnectionRow, tokens: Tokens, now: datetime) -> ConnectionRow:
    """Return what is stored of a consent whose token was renewed."""
    return replace(
        old,
        state=CONNECTED,
        version=uuid4().hex,
        sealed=_sealed(vault, old.key, tokens),
        scopes=tokens.scopes,
        expires_at=tokens.expires_at,
        refreshed_at=now,
        failures=0,
        retry_at=None,
    )


def read(
    connection: Connection, vault: Vault, key: tuple[str, str], known: Held | None = None
) -> Held | None:
    """Return the consent to an account; `known` itself when it is still as it was."""
    row = connections.read(connection, *key)
    if row is None:
        return None
    if known is not None and known.row.version == row.version:
        return known
    return open_row(vault, row)


def lasting_of(vault: Vault, row: ConnectionRow | None) -> Mapping[str, Any] | None:
    """Return what would renew the tokens of a working consent, None when there is nothing of use."""
    if row is None or row.state != CONNECTED:
        return None
    try:
        return open_row(vault, row).lasting
    except CannotOpen:
        return None


def save(around: ConnectionContext, vendor: Renewal, account: str, tokens: Tokens) -> ConnectionRow:
    """Store a new consent and close its alert. NoRefreshToken: nothing in it lasts, nor in an older one."""
    key, now = (vendor.provider, account), around.clocks.now()
    with around.store.write() as connection:
        before = connections.read(connection, *key)
        # Without a new one, the lasting permission given earlier still holds.
        lasting = tokens.lasting or lasting_of(around.vault, before)
        if lasting is None:
            raise NoRefreshToken(around.sentences.no_lasting(vendor.title, account))
        row = new_row(around.vault, key, replace(tokens, lasting=lasting), now)
        connections.save_consent(connection, row)
        around.alerts.resolve(alert_key(*key), within=connection)
    log.event("account_connected", vendor=vendor.provider, account=account)
    return replace(row, since=before.since) if before else row


def _sealed(vault: Vault, key: tuple[str, str], tokens: Tokens) -> str:
    return vault.seal({"access_token": tokens.access_token, "lasting": tokens.lasting}, _context(key))


def _context(key: tuple[str, str]) -> str:
    return f"connection {key[0]}:{key[1]}"
