"""Writes to callers and co-hosts whose calendar cannot invite, and to whoever wants notice of bookings.

Callers get an entry for their own calendar (iTIP, RFC 5546): a request, a newer one after each change, and a
cancellation. Owners get a notice in words. Nothing here is said before a booking's change is committed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

from bridge.follow_ups.entry import entry
from bridge.follow_ups.errors import NotDelivered, Refused
from bridge.follow_ups.html_mail import as_html
from bridge.follow_ups.letters import Letter, Letters
from bridge.follow_ups.mail_server import MailServer
from bridge.follow_ups.own_words import OwnWords
from bridge.follow_ups.receivers import CALLER, TOLD_TO_PEOPLE, Receipt
from bridge.model import Booking, BookingState, EventType, FollowUp, Host, booked
from bridge.model.follow_ups import AGAIN, LINKED, REMINDER
from bridge.store.engine import Store
from bridge.store.sql import counts, writes
from bridge.vendors.contract import Vendor

_HOST, _NOTICE, _FALLBACK = "host", "notice", "fallback"


@dataclass(frozen=True)
class BookingMail:
    """The receiver that writes mail."""

    server: MailServer
    sender: str
    letters: Letters
    own_words: OwnWords
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    vendors: Mapping[str, Vendor]
    store: Store

    def tells(self, change: str) -> bool:
        """Tell whether a change is written about at all."""
        return change in TOLD_TO_PEOPLE

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Yield who hears of a booking: their part in it, and the address where it is not the host's."""
        event_type = booked(self.event_types, booking)
        if event_type is None:
            return
        attendee = booking.attendee
        # Also where their calendar can invite: whether it did is known when it is delivered.
        if event_type.invite and attendee.email:
            yield f"{CALLER}:{attendee.email}"
        yield from (f"{_HOST}:{host}" for host in booking.hosts[1:])
        if event_type.fallback_email and not attendee.email:
            yield f"{_FALLBACK}:{event_type.fallback_email}"
        of_hosts = (self.hosts[host].notify for host in booking.hosts if host in self.hosts)
        for address in dict.fromkeys([*event_type.notify, *(each for some in of_hosts for each in some)]):
            yield f"{_NOTICE}:{address}"

    def reminds(self, booking: Booking) -> str | None:
        """Return the caller with an address, also one whom the calendar has invited."""
        return f"{CALLER}:{booking.attendee.email}" if booking.attendee.email else None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Send how the booking is now, or that it is over; nothing to whom it was never told of."""
        event_type = booked(self.event_types, booking)
        part, _, who = follow_up.recipient.partition(":")
        address = self.hosts[who].email if part == _HOST and who in self.hosts else who
        if event_type is None or "@" not in address:
            return None
        is_reminder = follow_up.change == REMINDER
        if part in (CALLER, _HOST) and not (is_reminder or was_told) and self._has_invited(booking):
            return None
        is_theirs = is_reminder or follow_up.recipient in set(self.recipients(booking))
        # Whoever looks after callers without an address is told of a caller's that came to be known.
        is_live = booking.state is BookingState.CONFIRMED and (is_theirs or part == _FALLBACK)
        if not is_live and (is_reminder or not was_told):
            return None
        if is_reminder:
            letter = self.letters.reminder(event_type, booking, self._hosts(booking))
            letter = self.own_words.worded(letter, REMINDER, event_type, booking)
        elif part in (CALLER, _HOST) and not is_theirs:
            self._require_organiser(booking)
            letter = self.letters.farewell(event_type, booking, self._hosts(booking), address)
        else:
            letter = self._letter(part, event_type, booking, is_live=is_live, was_told=was_told)
        self.server.send(self._message(follow_up, booking, address, letter), address)
        return Receipt()

    def try_out(self) -> str:
        """Return that the mail server takes mail from the sender. NotDelivered: it does not."""
        try:
            self.server.try_out(self.sender)
        except NotDelivered as error:
            raise NotDelivered(f"{error}; look at smtp_url and from in [mail]") from error
        return f"the mail server takes mail from {parseaddr(self.sender)[1]}"

    def _hosts(self, booking: Booking) -> list[Host]:
        return [self.hosts[host] for host in booking.hosts if host in self.hosts]

    def _letter(
        self, part: str, event_type: EventType, booking: Booking, *, is_live: bool, was_told: bool
    ) -> Letter:
        hosts = self._hosts(booking)
        change = "cancelled" if not is_live else "changed" if was_told else "booked"
        if part in (_NOTICE, _FALLBACK):
            letter = self.letters.notice(event_type, booking, hosts, is_live=is_live, was_told=was_told)
            letter = self.letters.with_no_shows(letter, self._missed(booking)) if is_live else letter
            return self.own_words.worded(letter, f"{_NOTICE}_{change}", event_type, booking)
        self._require_organiser(booking)
        letter = self.letters.appointment(event_type, booking, hosts, is_live=is_live, was_told=was_told)
        if part != CALLER:
            return letter
        return self.own_words.worded(self.letters.for_caller(letter, booking), change, event_type, booking)

    def _has_invited(self, booking: Booking) -> bool:
        """Tell whether the calendar itself has invited the guests of a booking."""
        if not self.vendors[booking.calendar.provider].can_invite:
            return False
        with self.store.read() as connection:
            made = writes.of_booking(connection, booking.id)
            guests = writes.draft_of(connection, made[-1]).attendees if made else ()
        return not all(guest.is_resource for guest in guests)

    def _missed(self, booking: Booking) -> int:
        with self.store.read() as connection:
            return counts.no_shows_of_caller(connection, booking.contact, booking.attendee.phone)

    def _require_organiser(self, booking: Booking) -> None:
        """Raise Refused where the organiser is gone, whom an entry needs."""
        if booking.hosts[0] not in self.hosts:
            raise Refused(f"host {booking.hosts[0]!r} is not in the configuration any more")

    def _message(self, follow_up: FollowUp, booking: Booking, address: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, letter.subject
        if letter.reply_to:
            message["Reply-To"] = formataddr((letter.reply_to.name, letter.reply_to.email))
        message["Date"] = format_datetime(follow_up.planned_at)
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        told = f"{booking.id} {booking.version} {booking.state} {follow_up.recipient}"
        if follow_up.change in (REMINDER, LINKED, AGAIN):  # each is a message of its own of the same version
            told += f" {follow_up.planned_at.isoformat()}"
        message["Message-ID"] = f"<{hashlib.sha256(told.encode()).hexdigest()[:32]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
        message.set_content(letter.text)
        message.add_alternative(as_html(letter, self.own_words.language.code), subtype="html")
        if letter.entry is not None:
            # As an alternative, which mail programs show with buttons; RFC 6047, 2.4.
            # Of two of one version the later counts by its stamp; RFC 5546, 2.1.5.
            is_newer = follow_up.change in (LINKED, AGAIN)
            said = replace(letter.entry, changed_at=follow_up.planned_at) if is_newer else letter.entry
            calendar = entry(said, uid=f"{booking.id}@{domain}", sequence=booking.version)
            message.add_alternative(calendar, subtype="calendar", params={"method": letter.entry.method})
        return message
