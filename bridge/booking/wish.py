"""What a caller asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.model import Attendee, Contact, EventType, Source
from providers.base import Interval


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment for a contact; `attendee` is filled in once no earlier request has answered it."""

    event_type: EventType
    contact: Contact
    start: datetime
    attendee: Attendee = Attendee()
    source: Source = Source.TELLI

    @property
    def interval(self) -> Interval:
        """Return the appointment's time, without buffers."""
        return Interval(self.start, self.start + self.event_type.duration)
