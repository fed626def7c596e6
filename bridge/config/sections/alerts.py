"""The section alerts: whom to tell of what needs a person."""

from __future__ import annotations

from typing import ClassVar

from bridge.config.problems.found import Problems
from bridge.config.table import Table
from bridge.config.values.text import Email, ExactAddress
from bridge.said import Said


class AlertsSection(Table):
    """Who is told; without an address nobody outside is."""

    section: ClassVar[str] = "alerts"

    email: Email | None = None
    webhook_url: ExactAddress | None = None
    heartbeat_url: ExactAddress | None = None


def check_alerts(alerts: AlertsSection, *, has_mail: bool, problems: Problems) -> None:
    """Note a mail that could not be sent."""
    if alerts.email and not has_mail:
        text = Said("needs a mail server: write a section [mail] with smtp_url and from")
        problems.add(("alerts", "email"), text)
