"""The contract of whoever is told of bookings. A receiver is one module, and one line in the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bridge.alerts import Alerts
from bridge.config import Config
from bridge.model import Booking, BookingState, FollowUp
from bridge.model.follow_ups import LINKED
from bridge.speech.language import Language
from bridge.store.engine import Store
from bridge.vendors.contract import Vendor
from providers.http import Clocks

CALLER = "caller"
TOLD_TO_PEOPLE = frozenset(
    {"booked", "moved", "moved_by_person", "corrected", "cancelled", "revived", LINKED}
)
UNTOLD = "put_back"  # the change by which an event is back in its calendar: no news to other systems
OVER = "cancelled"
_STATUS = {BookingState.CONFIRMED: "booked", BookingState.NO_SHOW: "no_show"}


def reaches_caller(recipient: str) -> bool:
    """Tell whether it is a caller who is told, whom quiet hours leave alone."""
    return recipient.partition(":")[0] == CALLER


def status_of(booking: Booking) -> str:
    """Return what systems that keep contacts are told of a booking's state."""
    return _STATUS.get(booking.state, OVER)


@dataclass(frozen=True, slots=True)
class Means:
    """What receivers are made from; `own_link` is the address of a booking's page for its caller.

    `record_meeting` notes the link of a booking's meeting: by booking, organiser and link.
    """

    config: Config
    vendors: Mapping[str, Vendor]
    language: Language
    own_link: Callable[[str], str]
    clocks: Clocks
    store: Store
    alerts: Alerts
    record_meeting: Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receiver took: its own `reference` of it, and a `note` for people."""

    reference: str = ""
    note: str = ""


class Calls(Protocol):
    """Has callers called who asked for it."""

    def call(self, follow_up: FollowUp) -> Receipt | None:
        """Have a caller called; None: there is no need any more. Raises as a receiver's `deliver`."""


class Receiver(Protocol):
    """Tells people or systems of changes of bookings, one after the other.

    Recipients are named by their part in the booking; `caller:...` is kept for what reaches a caller.
    """

    def tells(self, change: str) -> bool:
        """Tell whether anybody is told of such a change."""

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Return who is told of a booking, by their part in it; asked inside the change's transaction."""

    def reminds(self, booking: Booking) -> str | None:
        """Return the caller whom it can remind of a booking, None where it can't; asked as `recipients`."""

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Tell a recipient how the booking is now; None: there was nothing to tell.

        `was_told`: they heard of the booking before. Delivered once more where it is not certain that it was,
        under the same key; `begun_at` says so. After 45 seconds it counts as unclear; no other begins before
        it ends. NotDelivered: not now. Unclear: perhaps. Refused: never as it is.
        """

    def try_out(self) -> str:
        """Try what it needs, telling nobody, and return what works.

        NotDelivered: what does not, and what to do.
        """


@dataclass(frozen=True, slots=True)
class Directory:
    """Whom follow-ups are for, by name: who is told of bookings, and who has callers called."""

    receivers: Mapping[str, Receiver]
    calls: Mapping[str, Calls]
