"""What the owner wants to know first: what callers are offered, who comes, what is not set up yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bridge.booking.context import BookingContext
from bridge.connections import AccountState, Connections
from bridge.journal import Journal
from bridge.model import Booking, BookingState, EventType, Source
from bridge.scheduling.days import date_of, day_start, later_day
from bridge.service.kept_offers import Offer
from bridge.service.reception import Reception
from bridge.store.sql import booking_search
from providers.base import Interval

_TAKES_PLACE = (BookingState.HELD, BookingState.CONFIRMED, BookingState.NO_SHOW)
_DAYS = 2
_MOST_HOSTS, _MOST_BOOKINGS = 12, 8  # what somebody looks at; lists have the rest


@dataclass(frozen=True, slots=True)
class Told:
    """What callers are told of an event type at this moment."""

    event_type: EventType
    offer: Offer


@dataclass(frozen=True, slots=True)
class HostsDay:
    """What a host has on a day: the first appointments, and how many `more` there are."""

    host: str
    bookings: Sequence[Booking]
    more: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """The appointments of a local day by the hosts who attend; `others` are hosts beyond those shown."""

    day: date
    hosts: Sequence[HostsDay]
    others: int


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
        """Return the appointments of today and tomorrow, of a large business the first of each host."""
        today = date_of(self.zone, self.context.now())
        return [self._agenda(later_day(today, ahead)) for ahead in range(_DAYS)]

    def first_run(self) -> FirstRun:
        """Return how far the bridge has come on its way to the first booking."""
        # One whose consent has ended was connected once: of it an alert tells.
        accounts = [each for each in self.connections.list() if each.uses]
        latest = self.journal.last_signed()
        return FirstRun(
            is_connected=all(each.state is not AccountState.NOT_CONNECTED for each in accounts),
            called_at=latest["at"] if latest else None,
            is_booked=self.reception.has_booked(Source.TELLI),
        )

    def _agenda(self, day: date) -> Agenda:
        whole = Interval(day_start(self.zone, day), day_start(self.zone, later_day(day, 1)))
        now = self.context.now()
        with self.context.store.read() as connection:
            found = booking_search.of_day(connection, now, whole, _TAKES_PLACE, most=_MOST_BOOKINGS)
            # In the order of the configuration; who left it comes last.
            known = [host for host in self.context.hosts if host in found]
            hosts = [*known, *(host for host in found if host not in self.context.hosts)]
            first = hosts[:_MOST_HOSTS]
            shown = booking_search.by_ids(connection, {each for host in first for each in found[host][0]})
        days = [self._of_host(host, shown, *found[host]) for host in first]
        return Agenda(day, days, len(hosts) - len(first))

    def _of_host(self, host: str, shown: Mapping[str, Booking], ids: Sequence[str], count: int) -> HostsDay:
        own = [booking for each, booking in shown.items() if each in ids]
        return HostsDay(host, own, count - len(own))
