"""Every receiver of follow-ups that the configuration asks for; one line each."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.config import Config
from bridge.follow_ups.letters import Letters
from bridge.follow_ups.mail import BookingMail
from bridge.follow_ups.mail_server import MailServer
from bridge.follow_ups.receivers import Receiver
from bridge.speech.language import Language
from bridge.vendors.contract import Vendor


def receivers_of(config: Config, vendors: Mapping[str, Vendor], language: Language) -> Mapping[str, Receiver]:
    """Return the receivers by the names their follow-ups bear."""
    receivers: dict[str, Receiver] = {}
    if config.mail and config.mail.smtp_url:
        server = MailServer(config.mail.smtp_url.get_secret_value(), config.route.ca_file)
        letters = Letters(language)
        receivers["mail"] = BookingMail(
            server, config.mail.sender, letters, config.hosts, config.event_types, vendors
        )
    return receivers
