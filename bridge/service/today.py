"""What the owner wants to know first: what callers are offered, who comes, what is not set up yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bridge.booking.context import BookingContext
from bridge.connections import AccountState, Connections
from bridge.journal import Journal, Outcome
from bridge.model import Booking, BookingState, EventType, Source
from bridge.scheduling.days import date_of, day_start, later_day
from bridge.service.kept_offers import Offer
from bridge.service.reception import Reception

_TAKES_PLACE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)
_SIGNED = tuple(outcome for outcome in Outcome if outcome is not Outcome.REFUSED)
_DAYS = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What callers are told of an event type at this moment."""

    event_type: EventType
    offer: Offer


@dataclass(frozen=True, slots=True)
class Agenda:
    """The appointments of a local day, by the names of the hosts who attend; co-hosts each have their own."""

    day: date
    by_host: Mapping[str, Sequence[Booking]]


@dataclass(frozen=True, slots=True)
class FirstRun:
    """How far a new bridge has come; `called_at` is when telli last asked within the journal's week."""

    is_connected: bool
    called_at: datetime | None
    is_booked: bool

    @property
    def has_called(self) -> bool:
        """Tell whether telli has ever sent a signed request."""
        return self.is_booked or self.called_at is not None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left to set up."""
        return self.is_connected and self.is_booked


@dataclass(frozen=True)
class Today:
    """What the first page shows; days are those of `zone`."""

    context: BookingContext
    reception: Reception
    journal: Journal
    connections: Connections
    zone: ZoneInfo

    def told(self) -> list[Told]:
        """Return what callers are told of each event type, by the very answers that they get."""
        kinds = self.context.event_types.values()
        return [Told(each, self.reception.offer(each)) for each in kinds]

    def agendas(self) -> list[Agenda]:
        """Return the appointments of today and tomorrow."""
        today = date_of(self.zone, self.context.now())
        begin, end = day_start(self.zone, today), day_start(self.zone, later_day(today, _DAYS))
        found = self.reception.bookings(since=begin, before=end, states=_TAKES_PLACE)
        days = [later_day(today, ahead) for ahead in range(_DAYS)]
        return [Agenda(day, self._by_host(found, day)) for day in days]

    def first_run(self) -> FirstRun:
        """Return how far the bridge has come on its way to the first booking."""
        # One whose consent has ended was connected once: of it an alert tells.
        accounts = [each for each in self.connections.list() if each.uses]
        latest = self.journal.last(1, outcomes=_SIGNED)
        return FirstRun(
            is_connected=all(each.state is not AccountState.NOT_CONNECTED for each in accounts),
            called_at=latest[0]["at"] if latest else None,
            is_booked=self.reception.has_booked(Source.TELLI),
        )

    def _by_host(self, found: Sequence[Booking], day: date) -> dict[str, list[Booking]]:
        on_day = [booking for booking in found if date_of(self.zone, booking.interval.start) == day]
        attended = {host: [each for each in on_day if host in each.hosts] for host in self._hosts(on_day)}
        known = self.context.hosts
        return {known[host].name if host in known else host: own for host, own in attended.items()}

    def _hosts(self, found: Sequence[Booking]) -> list[str]:
        """Return who attends, in the order of the configuration; who left it comes last."""
        attending = dict.fromkeys(host for booking in found for host in booking.hosts)
        known = [host for host in self.context.hosts if host in attending]
        return [*known, *(host for host in attending if host not in known)]
