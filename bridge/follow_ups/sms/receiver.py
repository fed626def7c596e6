"""Writes SMS to callers with a number that can take one: booked, changed, cancelled, and reminders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.attendee.phones import takes_sms
from bridge.follow_ups.errors import Refused, Unclear
from bridge.follow_ups.receivers import CALLER, TOLD_TO_PEOPLE, Receipt
from bridge.follow_ups.sms.segments import segments
from bridge.follow_ups.sms.twilio import Message, Twilio
from bridge.follow_ups.sms.words import SmsWords
from bridge.model import Booking, BookingState, EventType, FollowUp, booked
from bridge.model.follow_ups import REMINDER

_LONGEST = 1600  # https://www.twilio.com/docs/api/errors/21617
_MAY_STILL_ARRIVE = timedelta(minutes=5)  # a request whose answer was lost
_CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class Sms:
    """The receiver that sends SMS; `status_url` is where Twilio tells what became of them."""

    twilio: Twilio
    words: SmsWords
    event_types: Mapping[str, EventType]
    now: Callable[[], datetime]
    status_url: str | None

    def tells(self, change: str) -> bool:
        """Tell whether a change is written about at all."""
        return change in TOLD_TO_PEOPLE

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Yield the caller, where their number can take SMS."""
        if to := self.reminds(booking):
            yield to

    def reminds(self, booking: Booking) -> str | None:
        """Return the caller, where their number can take SMS."""
        event_type, phone = booked(self.event_types, booking), booking.attendee.phone
        is_wanted = event_type is not None and event_type.sms.enabled
        return f"{CALLER}:{phone}" if is_wanted and phone and takes_sms(phone) else None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Send how the booking is now; after an unclear try only where Twilio's list does not show it."""
        text = self._text(follow_up, booking, was_told=was_told)
        if text is None:
            return None
        if len(text) > _LONGEST:
            raise Refused(f"the text has more than {_LONGEST} characters; shorten the template")
        number = follow_up.recipient.partition(":")[2]
        taken = self._found(follow_up, number, text) or self.twilio.send(number, text, self.status_url)
        counted = segments(text)
        note = f"{counted.count} segment{'s' if counted.count > 1 else ''}"
        return Receipt(taken.sid, f"{note} (UCS-2)" if counted.is_ucs2 else note)

    def try_out(self) -> str:
        """Return what Twilio says of account and sender. NotDelivered: what it refuses."""
        return self.twilio.try_out()

    def _text(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> str | None:
        event_type = booked(self.event_types, booking)
        if event_type is None:
            return None
        is_live = booking.state is BookingState.CONFIRMED and self.reminds(booking) == follow_up.recipient
        if follow_up.change == REMINDER:
            return self.words.reminder(event_type, booking) if is_live else None
        if is_live:
            return self.words.appointment(event_type, booking, was_told=was_told)
        return self.words.cancellation(event_type, booking) if was_told else None

    def _found(self, follow_up: FollowUp, number: str, text: str) -> Message | None:
        if follow_up.begun_at is None:
            return None
        found = self.twilio.find(number, text, follow_up.begun_at - _CLOCKS_DIFFER)
        if found is None and self.now() - follow_up.begun_at < _MAY_STILL_ARRIVE:
            raise Unclear("Twilio did not say whether it took the message, and its list does not show it yet")
        return found
