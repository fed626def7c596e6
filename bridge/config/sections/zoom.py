"""The section zoom: the account whose application makes meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import SecretStr

from bridge.config.problems.found import Problems
from bridge.config.table import Needed, Table
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import WebAddress
from bridge.model import EventType
from bridge.said import Said


class ZoomSection(Table):
    """A server-to-server OAuth application of the account."""

    section: ClassVar[str] = "zoom"

    account_id: Annotated[Secret, Needed("the account's id, best as env:ZOOM_ACCOUNT_ID")] = SecretStr("")
    client_id: Annotated[Secret, Needed("the application's id, best as env:ZOOM_CLIENT_ID")] = SecretStr("")
    client_secret: Annotated[Secret, Needed("the application's secret, best as env:ZOOM_CLIENT_SECRET")] = (
        SecretStr("")
    )
    login_url: WebAddress = "https://zoom.us"
    api_url: WebAddress = "https://api.zoom.us/v2"


def check_meetings(event_types: Mapping[str, EventType], problems: Problems) -> None:
    """Note every event type and service that meets at Zoom, where no account is named."""
    for name, event_type in event_types.items():
        # A service that only inherits its place has nothing of its own to put right.
        for kind in [event_type] if event_type.meets_apart else event_type.kinds:
            if kind.meets_apart:
                at = ("services", kind.service) if kind.service else ()
                text = Said(
                    '"{name}" needs a [{section}] section, which is missing',
                    name=kind.meeting_platform,
                    section="zoom",
                )
                problems.add(("event_types", name, *at, "meeting_platform"), text)
