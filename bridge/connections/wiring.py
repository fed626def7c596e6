"""Makes `Connections` from the configuration: which vendors, which accounts, which need no sign-in."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bridge.config import Config, GoogleSection
from bridge.connections.accounts import Key, Use
from bridge.connections.connections import Connections
from bridge.connections.context import ConnectionContext
from bridge.connections.google import GoogleVendor
from bridge.connections.sentences import Sentences
from bridge.connections.tokens import Delegation
from bridge.connections.vendor import Vendor
from bridge.errors import ConfigError
from bridge.store.engine import Store
from bridge.vault import Vault
from providers.google import GoogleSettings
from providers.google.service_account import service_account_tokens
from providers.http import Clocks


def connections_of(
    config: Config, store: Store, vault: Vault, *, clocks: Clocks, translate: Callable[[str], str]
) -> Connections:
    """Return the connections of a configuration. ConfigError: a service account's file is none."""
    around = ConnectionContext(
        store=store,
        vault=vault,
        clocks=clocks,
        sentences=Sentences(translate),
        public_url=config.bridge.public_url,
    )
    return Connections(
        around, _vendors(config), uses=_uses(config), delegations=_delegations(config, clocks.now)
    )


def google_settings(section: GoogleSection) -> GoogleSettings:
    """Return Google's addresses and the OAuth client of the configuration."""
    return GoogleSettings(
        client_id=section.client_id or "",
        client_secret=section.client_secret.get_secret_value() if section.client_secret else "",
        api_url=section.api_url,
        auth_url=section.auth_url,
        token_url=section.token_url,
    )


def _vendors(config: Config) -> dict[str, Vendor]:
    vendors: dict[str, Vendor] = {}
    if config.google is not None and config.google.client_id:
        vendors["google"] = GoogleVendor(google_settings(config.google))
    return vendors


def _delegations(config: Config, now: Callable[[], datetime]) -> dict[str, Delegation]:
    if config.google is None or config.google.service_account_file is None:
        return {}
    return {"google": _service_account(config.google, config.google.service_account_file, now)}


def _service_account(section: GoogleSection, path: Path, now: Callable[[], datetime]) -> Delegation:
    try:
        key = json.loads(path.read_text("utf-8"))
        service_account_tokens(key, "", token_uri=section.token_url, now=now)
    except (OSError, ValueError, TypeError, AttributeError):
        problem = "is not the JSON key file of a Google service account"
        raise ConfigError([("google.service_account_file", problem)]) from None
    return lambda account: service_account_tokens(key, account, token_uri=section.token_url, now=now)


def _uses(config: Config) -> dict[Key, tuple[Use, ...]]:
    """Return where each account of a vendor is named."""
    found: dict[Key, list[Use]] = defaultdict(list)
    for host in config.hosts.values():
        for name in host.calendars:
            if name.account:
                use = Use(host.name, name.calendar, takes_bookings=name == host.booking_calendar)
                found[name.provider, name.account].append(use)
    return {key: tuple(uses) for key, uses in found.items()}
