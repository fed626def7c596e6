"""Tells other systems of bookings as Calendly's webhooks would: in its shapes, under its signature.

Each address is a receiver of its own. What it was told last is kept, so that each event comes once and in
order, whatever a booking went through meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bridge.config import WebhookTable
from bridge.follow_ups.calendly import SIGNATURE, Calendly, signature
from bridge.follow_ups.errors import NotDelivered
from bridge.follow_ups.noting import noting
from bridge.follow_ups.posting import post_json
from bridge.follow_ups.receivers import UNTOLD, Means, Receipt
from bridge.model import Booking, FollowUp
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import webhook_invitees
from bridge.store.sql.webhook_invitees import Known
from providers.http import Clocks
from providers.outward import Outward, OutwardError

_SYSTEM = "system"  # the only recipient of an address


@dataclass(frozen=True)
class Webhook:
    """The receiver for one address, by the `name` that its tellings are remembered by."""

    name: str
    table: WebhookTable
    calendly: Calendly
    store: Store
    outward: Outward
    clocks: Clocks

    def tells(self, change: str) -> bool:
        """Tell whether a change may mean an event."""
        return change != UNTOLD

    def recipients(self, _booking: Booking) -> Iterable[str]:
        """Return the system behind the address."""
        return (_SYSTEM,)

    def reminds(self, _booking: Booking) -> str | None:
        """Return nobody: systems are not reminded."""
        return None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Post what the address does not know yet, remembering each step once it was taken."""
        with self.store.read() as connection:
            known = webhook_invitees.get(connection, booking.id, self.name)
        posted = []
        for event, then in self.calendly.steps(known, booking, follow_up.planned_at):
            if event in self.table.events:
                body = self.calendly.body(event, then.invitee, booking, follow_up.planned_at)
                key = self.table.signing_key.get_secret_value()
                post_json(
                    self.outward, self.table.url, body, {SIGNATURE: signature(body, key, self.clocks.now())}
                )
                posted.append(str(event))
            with noting(self.clocks):
                self._keep(booking, then)
        return Receipt(note=", ".join(posted)) if posted else None

    @repeated
    def _keep(self, booking: Booking, then: Known) -> None:
        with self.store.write() as connection:
            webhook_invitees.keep(connection, booking.id, self.name, then)

    def try_out(self) -> str:
        """Return that somebody listens at the address; nothing is posted. NotDelivered: nobody does."""
        try:
            self.outward.dial(self.table.url)
        except OutwardError as error:
            raise NotDelivered(f"{error}; look at this url in [[webhooks]]") from error
        return "something listens at the address; nothing was posted"


def webhooks_of(means: Means) -> Mapping[str, Webhook]:
    """Return a receiver for each address of the configuration, by its name."""
    config = means.config
    calendly = Calendly(config.bridge.public_url, config.hosts, config.event_types, means.own_link)
    outward = Outward(config.route)
    named = {_name(table.url): table for table in config.webhooks}
    return {
        name: Webhook(name, table, calendly, means.store, outward, means.clocks)
        for name, table in named.items()
    }


def _name(url: str) -> str:
    # By its server and a digest: the rest of an address is often as good as a password.
    return f"webhook {urlsplit(url).hostname} {hashlib.sha256(url.encode()).hexdigest()[:6]}"
