"""Turns a config file into a Config, or into one ConfigError that names every problem."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from bridge.config.configuration import Config
from bridge.config.document import LARGEST, parse_document
from bridge.config.problems.found import Problems
from bridge.config.sections.alerts import AlertsSection, check_alerts
from bridge.config.sections.brevo import BrevoSection, check_consent
from bridge.config.sections.bridge import AdminSection, BridgeSection, TelliSection
from bridge.config.sections.event_types import read_event_types
from bridge.config.sections.follow_ups import FollowUpsSection
from bridge.config.sections.hosts import read_hosts
from bridge.config.sections.mail import MailSection
from bridge.config.sections.network import read_route
from bridge.config.sections.places import read_places
from bridge.config.sections.privacy import PrivacySection
from bridge.config.sections.resources import check_invited, read_resources
from bridge.config.sections.server import ServerSection
from bridge.config.sections.twilio import TwilioSection, check_twilio
from bridge.config.sections.vendors import Vendors, read_sections
from bridge.config.sections.webhooks import read_webhooks
from bridge.config.sections.zoom import ZoomSection, check_meetings
from bridge.config.table import Read, Table, read_table, unknown_key
from bridge.config.values.env_and_files import Outside, Unreadable, read_file, variables_in
from bridge.errors import ConfigError
from bridge.model import EventType, Host, Resource

_OURS = ("bridge", "server", "network", "admin", "telli", "mail", "alerts", "privacy")
_TOLD = (
    "follow_ups",
    "twilio",
    "brevo",
    "zoom",
    "webhooks",
)  # what people and systems are told after the fact
_PEOPLE = ("hosts", "event_types", "places", "travel", "resources")

T = TypeVar("T", bound=Table)


def load_config(path: Path, environ: Mapping[str, str], vendors: Vendors) -> Config:
    """Return the configuration in a file. ConfigError: everything that is wrong with it."""
    try:
        text = read_file(path, LARGEST)
    except Unreadable as reason:
        raise ConfigError([(path.name or str(path), reason.sentence)]) from None
    config = parse_config(text, environ=environ, base=path.parent, vendors=vendors)
    return replace(config, digest=_digest(text))


def digest_of(path: Path) -> str:
    """Return what `Config.digest` of a file is now, "" where it cannot be read."""
    try:
        return _digest(read_file(path, LARGEST))
    except Unreadable:
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def parse_config(text: str, *, environ: Mapping[str, str], base: Path, vendors: Vendors) -> Config:
    """Return the configuration in a text; files it names lie relative to `base`.

    ConfigError: everything that is wrong with it.
    """
    return read_config(parse_document(text), environ=environ, base=base, vendors=vendors)


def environment_names(text: str) -> tuple[str, ...]:
    """Return the environment variables that a sound configuration text names, each once."""
    return tuple(dict.fromkeys(variables_in(parse_document(text))))


def read_config(
    document: Mapping[str, object], *, environ: Mapping[str, str], base: Path, vendors: Vendors
) -> Config:
    """Return the configuration in a parsed document. ConfigError: everything that is wrong with it."""
    problems = Problems()
    known = (*_OURS, *_TOLD, *(name for name, rules in vendors.items() if rules.section), *_PEOPLE)
    tree = {}
    for name, section in document.items():
        if name in known:
            tree[name] = Outside(environ, base, problems).resolve(section, (name,))
        else:
            problems.add((name,), unknown_key((name,), known))
    config = _Sections(tree, base, environ, vendors, problems).read()
    problems.raise_if_any()
    return config


@dataclass(frozen=True)
class _Sections:
    """The document's sections, with all values from outside read."""

    tree: Mapping[str, object]
    base: Path
    environ: Mapping[str, str]
    vendors: Vendors
    problems: Problems

    def read(self) -> Config:
        """Return the configuration as far as it is sound."""
        bridge = self._read(BridgeSection).table
        hosts, resources, event_types = self._booked(bridge.timezone)
        mail = self._read(MailSection).table if "mail" in self.tree else None
        alerts = self._read(AlertsSection).table
        check_alerts(alerts, has_mail=mail is not None, problems=self.problems)
        return Config(
            bridge=bridge,
            server=self._read(ServerSection).table,
            admin=self._read(AdminSection).table if "admin" in self.tree else AdminSection(),
            telli=self._read(TelliSection).table,
            mail=mail,
            twilio=self._twilio(),
            alerts=alerts,
            follow_ups=self._read(FollowUpsSection).table,
            brevo=self._brevo(event_types),
            zoom=self._zoom(event_types),
            webhooks=read_webhooks(self.tree.get("webhooks", []), self.problems),
            privacy=self._read(PrivacySection).table,
            vendors=read_sections(
                self.tree, self.vendors, problems=self.problems, context={"base": self.base}
            ),
            route=read_route(
                self.tree.get("network", {}),
                self.environ,
                problems=self.problems,
                context={"base": self.base},
            ),
            hosts=MappingProxyType(dict(hosts)),
            event_types=MappingProxyType(dict(event_types)),
            resources=MappingProxyType(dict(resources)),
        )

    def _booked(
        self, zone: ZoneInfo
    ) -> tuple[Mapping[str, Host], Mapping[str, Resource], Mapping[str, EventType]]:
        """Return the hosts that are known, the resources, and the event types that take both."""
        tree, vendors, problems = self.tree, self.vendors, self.problems
        places = read_places(tree, problems)
        hosts = read_hosts(tree, zone=zone, places=places, vendors=vendors, problems=problems)
        resources = read_resources(tree, hosts.names or (), zone=zone, vendors=vendors, problems=problems)
        raw = tree.get("event_types", {})
        event_types = read_event_types(
            raw, zone=zone, hosts=hosts, places=places, vendors=vendors, problems=problems
        )
        check_invited(event_types, hosts.known, resources, problems)
        return hosts.known, resources, event_types

    def _brevo(self, event_types: Mapping[str, EventType]) -> BrevoSection | None:
        if not self.tree.get("brevo"):
            return None
        brevo = self._read(BrevoSection).table
        check_consent(brevo, event_types, self.problems)
        return brevo

    def _zoom(self, event_types: Mapping[str, EventType]) -> ZoomSection | None:
        if self.tree.get("zoom"):
            return self._read(ZoomSection).table
        check_meetings(event_types, self.problems)
        return None

    def _twilio(self) -> TwilioSection | None:
        if not self.tree.get("twilio"):
            return None
        read = self._read(TwilioSection)
        check_twilio(read.table, read.broken, self.problems)
        return read.table

    def _read(self, model: type[T]) -> Read[T]:
        at = (model.section,)
        raw, context = self.tree.get(model.section, {}), {"base": self.base}
        return read_table(model, raw, at=at, problems=self.problems, context=context)
