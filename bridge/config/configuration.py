"""What the bridge is told, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.config.sections import AdminSection, BridgeSection, TelliSection
from bridge.config.vendors import GoogleSection, MicrosoftSection
from bridge.model import EventType, Host


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """Everything the bridge is told. Hosts and event types are in the order of the file.

    `google` and `microsoft` are None where their sections are left out.
    """

    bridge: BridgeSection
    admin: AdminSection
    telli: TelliSection
    google: GoogleSection | None
    microsoft: MicrosoftSection | None
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]

    @property
    def default_event_type(self) -> EventType | None:
        """Return what `/available` and `/book` without a name mean: the one marked, or the only one."""
        marked = [event_type for event_type in self.event_types.values() if event_type.is_default]
        candidates = marked or list(self.event_types.values())
        return candidates[0] if len(candidates) == 1 else None
