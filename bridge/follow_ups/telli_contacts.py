"""Writes a contact's next appointment back to telli, so that the next call knows of it.

What is told is how things stand for the contact, over all event types: repeating it does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.attendee.contact_api import ContactApi
from bridge.config import WriteBack
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused
from bridge.follow_ups.receivers import UNTOLD, Means, Receipt, status_of
from bridge.model import Booking, BookingState, FollowUp, Host
from bridge.speech.instants import format_instant
from bridge.store.engine import Store
from bridge.store.sql import bookings
from providers.base import Deadline
from providers.errors import AccessDenied, ProviderError, UnexpectedResponse

SECONDS = 20.0
_CONTACT = "contact"


@dataclass(frozen=True)
class TelliContacts:
    """The receiver that keeps telli's contacts."""

    api: ContactApi
    names: WriteBack
    hosts: Mapping[str, Host]
    store: Store
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def tells(self, change: str) -> bool:
        """Tell whether a change may concern what a contact has ahead."""
        return change != UNTOLD

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Yield the contact, where telli said who it was."""
        if booking.contact.key:
            yield _CONTACT

    def reminds(self, _booking: Booking) -> str | None:
        """Return nobody: telli calls nobody for this."""
        return None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Write the next appointment, or that there is none; None where telli knows no such contact."""
        try:
            is_known = self.api.write(
                booking.contact, self._properties(booking), Deadline(SECONDS, self.monotonic)
            )
        except AccessDenied as error:
            raise Misconfigured("telli refuses the API key") from error
        except UnexpectedResponse as error:
            what = "do the properties of [telli.write_back] exist there?"
            raise Refused(f"telli answered {error.status}: {what}") from error
        except ProviderError as error:
            raise NotDelivered("telli cannot be reached") from error
        return Receipt() if is_known else None

    def try_out(self) -> str:
        """Return that telli takes one of the keys. NotDelivered: it does not."""
        try:
            self.api.verify(Deadline(SECONDS, self.monotonic))
        except AccessDenied as error:
            raise NotDelivered("telli refuses the keys: look at api_keys in [telli]") from error
        except ProviderError as error:
            raise NotDelivered("telli's API gives no answer: look at api_url in [telli]") from error
        return "telli takes the key; whether the properties exist there, the next booking shows"

    def _properties(self, booking: Booking) -> Mapping[str, str | None]:
        with self.store.read() as connection:
            live = bookings.live_of_contact(connection, booking.contact, None)
        now = self.now()
        ahead = [each for each in live if each.state is BookingState.CONFIRMED and each.interval.end > now]
        upcoming = min(ahead, key=lambda each: each.interval.start, default=None)
        if upcoming is None:
            return self.names.told(status=status_of(booking))
        hosts = [self.hosts[host].name for host in upcoming.hosts if host in self.hosts]
        return self.names.told(
            at=format_instant(upcoming.interval.start),
            status=status_of(upcoming),
            host=", ".join(hosts),
            link=upcoming.link,
        )


def telli_contacts_of(means: Means) -> Mapping[str, TelliContacts]:
    """Return the receiver, if the configuration names properties."""
    config, telli = means.config, means.config.telli
    if not telli.writes_back:
        return {}
    api = ContactApi.of(config)
    receiver = TelliContacts(
        api, telli.write_back, config.hosts, means.store, means.clocks.now, means.clocks.monotonic
    )
    return {"telli": receiver}
