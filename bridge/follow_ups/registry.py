"""Every receiver of follow-ups that the configuration asks for; one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bridge.follow_ups.brevo import brevo_of
from bridge.follow_ups.delivery import Delivery
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.letters import Letters
from bridge.follow_ups.mail import BookingMail
from bridge.follow_ups.mail_server import MailServer
from bridge.follow_ups.meetings.receiver import meetings_of
from bridge.follow_ups.outbox import Outbox
from bridge.follow_ups.own_words import OwnWords
from bridge.follow_ups.receivers import Directory, Means, Receiver
from bridge.follow_ups.rules import Rules
from bridge.follow_ups.sms.receiver import Sms
from bridge.follow_ups.sms.status import SMS, status_url
from bridge.follow_ups.sms.twilio import Twilio
from bridge.follow_ups.sms.words import SmsWords
from bridge.follow_ups.telli_calls import telli_calls_of
from bridge.follow_ups.telli_contacts import telli_contacts_of
from bridge.follow_ups.webhooks import webhooks_of


def receivers_of(means: Means) -> Mapping[str, Receiver]:
    """Return the receivers by the names their follow-ups bear; the first that can reminds a caller."""
    config = means.config
    receivers: dict[str, Receiver] = {}
    if config.twilio:
        words = SmsWords(means.language, means.own_link, config.hosts)
        twilio = Twilio(config.twilio, config.route, means.clocks.now, means.clocks.monotonic)
        receivers[SMS] = Sms(
            twilio, words, config.event_types, means.clocks.now, status_url(config.bridge.public_url)
        )
    if config.mail and config.mail.smtp_url:
        server = MailServer(config.mail.smtp_url.get_secret_value(), config.route.ca_file)
        receivers["mail"] = BookingMail(
            server,
            config.mail.sender,
            Letters(means.language, means.own_link),
            OwnWords(config.mail.templates, means.language, means.own_link, config.hosts, means.alerts),
            config.hosts,
            config.event_types,
            means.vendors,
            means.store,
        )
    receivers |= meetings_of(means)
    receivers |= telli_contacts_of(means)
    receivers |= brevo_of(means)
    receivers |= webhooks_of(means)
    return receivers


def follow_ups_of(
    means: Means,
    given_up: GivenUp,
    *,
    new_id: Callable[[], str],
    checkpoint: Callable[[str], None],
) -> tuple[Outbox, Delivery]:
    """Return what plans and what tells, to the same receivers; `checkpoint` is told each step of telling."""
    receivers = receivers_of(means)
    directory = Directory(receivers, telli_calls_of(means))
    config = means.config
    rules = Rules(config.event_types, config.follow_ups.quiet_hours, config.bridge.timezone)
    return (
        Outbox(means.store, receivers, given_up, rules, now=means.clocks.now, new_id=new_id),
        Delivery(means.store, directory, given_up, rules, means.clocks, checkpoint),
    )
