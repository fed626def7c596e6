"""The contract of whoever is told of bookings. A receiver is one module, and one line in the registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bridge.model import Booking, FollowUp


class Receiver(Protocol):
    """Tells people or systems of changes of bookings."""

    def tells(self, change: str) -> bool:
        """Tell whether anybody is told of such a change."""

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Return who is told of a booking, by their part in it; asked inside the change's transaction."""

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> bool:
        """Tell a recipient how the booking is now; return whether there was anything to tell.

        `was_told`: they heard of the booking before. Delivered once more where it is not certain that it was,
        under the same key. NotDelivered: not now. Refused: never as it is.
        """
