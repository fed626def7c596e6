"""What the bridge is told, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bridge.config.sections.alerts import AlertsSection
from bridge.config.sections.brevo import BrevoSection
from bridge.config.sections.bridge import AdminSection, BridgeSection, TelliSection
from bridge.config.sections.follow_ups import FollowUpsSection
from bridge.config.sections.mail import MailSection
from bridge.config.sections.privacy import PrivacySection
from bridge.config.sections.server import ServerSection
from bridge.config.sections.twilio import TwilioSection
from bridge.config.sections.vendors import VendorSection
from bridge.config.sections.webhooks import WebhookTable
from bridge.config.sections.zoom import ZoomSection
from bridge.config.table import Table
from bridge.model import EventType, Host, Resource
from providers.route import STRAIGHT, Route

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """Everything the bridge is told. Hosts and event types are in the order of the file.

    `vendors` holds the sections of calendar vendors by their names; those left out are missing. `route` is
    the way to all of them. `digest` tells the file's content from another, "" where there was no file.
    """

    bridge: BridgeSection
    server: ServerSection
    admin: AdminSection
    telli: TelliSection
    vendors: Mapping[str, VendorSection]
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    resources: Mapping[str, Resource] = field(default_factory=dict)
    route: Route = STRAIGHT
    mail: MailSection | None = None
    twilio: TwilioSection | None = None
    alerts: AlertsSection = field(default_factory=AlertsSection)
    follow_ups: FollowUpsSection = field(default_factory=FollowUpsSection)
    brevo: BrevoSection | None = None
    zoom: ZoomSection | None = None
    webhooks: tuple[WebhookTable, ...] = ()
    privacy: PrivacySection = field(default_factory=PrivacySection)
    digest: str = ""

    def section(self, model: type[T]) -> T | None:
        """Return a vendor's one section, None when it is left out."""
        found = self.vendors.get(model.section)
        return found if isinstance(found, model) else None

    def sections(self, model: type[T]) -> Mapping[str, T]:
        """Return a vendor's tables by their names in small letters, where it has one per account."""
        found = self.vendors.get(model.section.partition(".")[0], {})
        tables = found if isinstance(found, Mapping) else {}
        return {name: table for name, table in tables.items() if isinstance(table, model)}

    @property
    def attending(self) -> Mapping[str, Host]:
        """Return everybody's and everything's time that appointments take: hosts, then resources."""
        return {**self.hosts, **self.resources}

    @property
    def default_event_type(self) -> EventType | None:
        """Return what `/available` and `/book` without a name mean: the one marked, or the only one."""
        marked = [event_type for event_type in self.event_types.values() if event_type.is_default]
        candidates = marked or list(self.event_types.values())
        return candidates[0] if len(candidates) == 1 else None
