"""Makes `Connections` from the configuration: which vendors, which accounts, which need no sign-in."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from bridge.alerts import Alerts
from bridge.config import Config, GoogleSection, MicrosoftSection
from bridge.connections.accounts import Key, Use
from bridge.connections.connections import Connections
from bridge.connections.context import ConnectionContext
from bridge.connections.sentences import Sentences
from bridge.connections.sign_in import Vendor
from bridge.connections.tokens import Delegation
from bridge.errors import ConfigError
from bridge.store.engine import Store
from bridge.vault import Vault
from bridge.vendors.google import GoogleVendor
from bridge.vendors.microsoft import MicrosoftVendor
from providers.base import Deadline
from providers.google import GoogleSettings
from providers.google.delegation import ServiceAccountTokens, service_account_tokens
from providers.http import Clocks
from providers.microsoft import AppTokens, Entra, MicrosoftSettings
from providers.tokens import TokenSource


def connections_of(
    config: Config,
    store: Store,
    vault: Vault,
    *,
    clocks: Clocks,
    alerts: Alerts,
    ca_bundle: str | None = None,
) -> Connections:
    """Return the connections of a configuration. ConfigError: a service account's file is none.

    `ca_bundle` are certificates to trust at Microsoft instead of the usual ones.
    """
    around = ConnectionContext(
        store=store,
        vault=vault,
        clocks=clocks,
        sentences=Sentences(alerts.language.translate),
        alerts=alerts,
        public_url=config.bridge.public_url,
    )
    vendors: dict[str, Vendor] = {}
    delegations: dict[str, Delegation] = {}
    if config.google is not None:
        _add_google(config.google, vendors, delegations, clocks)
    if config.microsoft is not None:
        settings = microsoft_settings(config.microsoft, ca_bundle)
        _add_microsoft(settings, vendors, delegations, clocks)
    return Connections(around, vendors, uses=_uses(config), delegations=delegations)


def google_settings(section: GoogleSection) -> GoogleSettings:
    """Return Google's addresses and the OAuth client of the configuration."""
    return GoogleSettings(
        client_id=section.client_id or "",
        client_secret=section.client_secret.get_secret_value() if section.client_secret else "",
        api_url=section.api_url,
        auth_url=section.auth_url,
        token_url=section.token_url,
    )


def microsoft_settings(section: MicrosoftSection, ca_bundle: str | None = None) -> MicrosoftSettings:
    """Return Microsoft's addresses and the registered application of the configuration."""
    return MicrosoftSettings(
        client_id=section.client_id,
        client_secret=section.client_secret.get_secret_value(),
        tenant=section.tenant,
        app_only=section.app_only,
        login_url=section.login_url,
        graph_url=section.graph_url,
        ca_bundle=ca_bundle,
    )


def _add_google(
    section: GoogleSection, vendors: dict[str, Vendor], delegations: dict[str, Delegation], clocks: Clocks
) -> None:
    if section.client_id:
        vendors["google"] = GoogleVendor(google_settings(section))
    if section.service_account_file is not None:
        delegations["google"] = _service_account(section, section.service_account_file, clocks)


def _add_microsoft(
    settings: MicrosoftSettings,
    vendors: dict[str, Vendor],
    delegations: dict[str, Delegation],
    clocks: Clocks,
) -> None:
    entra = Entra(settings, clocks=clocks)
    if not settings.app_only:
        vendors["microsoft"] = MicrosoftVendor(entra)
        return
    tokens = AppTokens(entra, clocks=clocks)
    delegations["microsoft"] = Delegation(
        lambda _account: tokens, lambda deadline: tokens.keep_fresh(deadline=deadline)
    )


def _service_account(section: GoogleSection, path: Path, clocks: Clocks) -> Delegation:
    try:
        key = json.loads(path.read_text("utf-8"))
        service_account_tokens(key, "", token_uri=section.token_url, now=clocks.now)
    except (OSError, ValueError, TypeError, AttributeError):
        problem = "is not the JSON key file of a Google service account"
        raise ConfigError([("google.service_account_file", problem)]) from None

    made: list[ServiceAccountTokens] = []

    def tokens(account: str) -> TokenSource:
        made.append(service_account_tokens(key, account, token_uri=section.token_url, now=clocks.now))
        return made[-1]

    def keep_fresh(deadline: Deadline) -> None:
        for each in tuple(made):
            each.keep_fresh(deadline=deadline)

    return Delegation(tokens, keep_fresh)


def _uses(config: Config) -> dict[Key, tuple[Use, ...]]:
    """Return where each account of a vendor is named."""
    found: dict[Key, list[Use]] = defaultdict(list)
    for host in config.hosts.values():
        for name in host.calendars:
            if name.account:
                use = Use(host.name, name.calendar, takes_bookings=name == host.booking_calendar)
                found[name.provider, name.account].append(use)
    return {key: tuple(uses) for key, uses in found.items()}
