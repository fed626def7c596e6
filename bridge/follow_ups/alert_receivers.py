"""Tells the owner of new alerts where they look: by mail, and to a web address of theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol

from bridge.alerts import alert_id
from bridge.config import Config
from bridge.follow_ups.html_mail import as_html
from bridge.follow_ups.letters import Letter
from bridge.follow_ups.mail_server import MailServer
from bridge.follow_ups.posting import post_json
from bridge.speech.language import Language
from bridge.speech.reasons import Speech
from bridge.store.sql.alerts import Alert
from providers.outward import Outward


class AlertReceiver(Protocol):
    """Somebody who is told of alerts."""

    def tell(self, alerts: Sequence[Alert]) -> None:
        """Tell of alerts, told once more if it is not certain that they were. NotDelivered: not now."""


@dataclass(frozen=True)
class AlertMail:
    """One mail for all that came up since the last."""

    server: MailServer
    sender: str
    recipient: str
    language: Language
    public_url: str

    def tell(self, alerts: Sequence[Alert]) -> None:
        """Send the mail; the same alerts bear the same Message-ID."""
        say = self.language.translate
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.recipient
        message["Subject"] = self.language.counted(
            "The calendar bridge needs you: {count} matter",
            "The calendar bridge needs you: {count} matters",
            len(alerts),
        ).format(count=len(alerts))
        message["Date"] = format_datetime(max(alert.raised_at for alert in alerts))
        message["Message-ID"] = f"<{_digest(alerts)}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
        where = say("What is open stands on {url} and in `bridge alerts`.").format(url=self.public_url)
        said = [message["Subject"], *(f"- {alert.text}" for alert in alerts), where]
        letter = Letter(message["Subject"], [("", each) for each in said])
        message.set_content(letter.text)
        message.add_alternative(as_html(letter, self.language.code), subtype="html")
        self.server.send(message, self.recipient)


@dataclass(frozen=True)
class AlertWebhook:
    """A JSON body to an address; `text` is what chat services show."""

    url: str
    outward: Outward

    def tell(self, alerts: Sequence[Alert]) -> None:
        """Post the alerts; the same ones bear the same `id`."""
        body = {
            "id": _digest(alerts),
            "text": "\n".join(alert.text for alert in alerts),
            "alerts": [
                {"id": alert_id(each.key), "text": each.text, "since": each.raised_at.isoformat()}
                for each in alerts
            ],
        }
        post_json(self.outward, self.url, json.dumps(body).encode())


def _digest(alerts: Sequence[Alert]) -> str:
    told = "\n".join(f"{alert.key} {alert.raised_at.isoformat()}" for alert in alerts)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def alert_receivers(config: Config, speech: Speech) -> Mapping[str, AlertReceiver]:
    """Return who is told of alerts, by the names their tellings are remembered by."""
    receivers: dict[str, AlertReceiver] = {}
    if config.alerts.email and config.mail and config.mail.smtp_url:
        receivers["mail"] = AlertMail(
            MailServer(config.mail.smtp_url.get_secret_value(), config.route.ca_file),
            config.mail.sender,
            config.alerts.email,
            speech.language,
            config.bridge.public_url,
        )
    if config.alerts.webhook_url:
        receivers["webhook"] = AlertWebhook(config.alerts.webhook_url, Outward(config.route))
    return receivers
