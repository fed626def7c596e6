"""Keeps a meeting beside each booking that takes place in one: made, moved and removed with it.

A meeting is its organiser's: with another one it is another. What Zoom took is the follow-up's reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.alerts import Alerts
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused
from bridge.follow_ups.meetings.maker import Meeting, MeetingMaker, Wanted
from bridge.follow_ups.meetings.zoom import Zoom
from bridge.follow_ups.receivers import Means, Receipt
from bridge.model import Booking, BookingState, EventType, FollowUp, FollowUpState, Host, booked
from bridge.model.follow_ups import MEETINGS
from bridge.store.engine import Store
from bridge.store.sql import follow_ups
from providers.base import Deadline

_SECONDS = 30.0
_ORGANISER = "organiser"
_FOLLOWED = frozenset({"booked", "moved", "moved_by_person", "corrected", "cancelled", "revived", "put_back"})
_PATIENCE = timedelta(minutes=10)  # before the owner hears of what passes as a rule


@dataclass(frozen=True, slots=True)
class _Before:
    """What earlier follow-ups left: the meeting's id, and whether there may be one that nobody noted."""

    meeting: str
    is_doubtful: bool


@dataclass(frozen=True)
class Meetings:
    """The receiver that keeps meetings; `record` notes a link by booking and organiser."""

    maker: MeetingMaker
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    store: Store
    alerts: Alerts
    record: Callable[[str, str, str], None]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def tells(self, change: str) -> bool:
        """Tell whether a change may concern a meeting."""
        return change in _FOLLOWED

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Yield the organiser, where the booking takes place in a meeting."""
        event_type = booked(self.event_types, booking)
        if event_type and event_type.meets_apart and booking.hosts[0] in self.hosts:
            yield f"{_ORGANISER}:{booking.hosts[0]}"

    def reminds(self, _booking: Booking) -> str | None:
        """Return nobody."""
        return None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Make or change the meeting, or remove it where there shall be none any more."""
        organiser = self.hosts.get(follow_up.recipient.partition(":")[2])
        event_type = booked(self.event_types, booking)
        is_theirs = follow_up.recipient in set(self.recipients(booking))
        before, deadline = self._before(follow_up), Deadline(_SECONDS, self.monotonic)
        is_live = booking.state is BookingState.CONFIRMED and is_theirs
        try:
            if not is_live or event_type is None or organiser is None:
                return self._remove(before, organiser, booking.id, deadline)
            if booking.interval.end <= self.now():
                return None
            topic = ": ".join(filter(None, (event_type.title, booking.attendee.name)))
            wanted = Wanted(booking.id, organiser.email, topic, booking.interval, event_type.timezone)
            meeting = self._keep(before, wanted, deadline)
        except NotDelivered as error:
            if is_live:
                self._alert(follow_up, booking, error)
            if isinstance(error, Refused):  # by what a person may put right, so it is tried again
                raise NotDelivered(str(error)) from error
            raise
        self.record(booking.id, organiser.id, meeting.link)
        self.alerts.resolve(_alert_key(booking))
        return Receipt(meeting.id)

    def try_out(self) -> str:
        """Return that the account answers; each host is tried elsewhere. NotDelivered: it does not."""
        if organiser := next(iter(self.hosts.values()), None):
            self.maker.serves(organiser.email, Deadline(_SECONDS, self.monotonic))
        return "the account answers"

    def _before(self, follow_up: FollowUp) -> _Before:
        with self.store.read() as connection:
            all_ = follow_ups.of_recipient(connection, follow_up)
        others = [each for each in all_ if each.id != follow_up.id]
        sent = [each.reference for each in others if each.state is FollowUpState.SENT]
        # What was tried without an outcome may stand there, also by a version of the booking long past.
        tried = [each for each in others if each.begun_at and each.state is not FollowUpState.SENT]
        return _Before(sent[-1] if sent else "", follow_up.begun_at is not None or bool(tried))

    def _keep(self, before: _Before, wanted: Wanted, deadline: Deadline) -> Meeting:
        if before.meeting and (meeting := self.maker.change(before.meeting, wanted, deadline)):
            return meeting
        made = self._listed(wanted.organiser, wanted.booking_id, deadline) if before.is_doubtful else []
        for double in made[1:]:
            self.maker.remove(double, deadline)
        if made and (meeting := self.maker.change(made[0], wanted, deadline)):
            return meeting
        return self.maker.make(wanted, deadline)

    def _remove(
        self, before: _Before, organiser: Host | None, booking_id: str, deadline: Deadline
    ) -> Receipt | None:
        if not (before.meeting or before.is_doubtful):
            return None
        if before.meeting:
            self.maker.remove(before.meeting, deadline)
        # Whatever else bears the booking's id is one that a lost answer left.
        for left in self._listed(organiser.email, booking_id, deadline) if organiser else []:
            self.maker.remove(left, deadline)
        return Receipt()

    def _listed(self, organiser: str, booking_id: str, deadline: Deadline) -> list[str]:
        return [each.id for each in self.maker.find(organiser, booking_id, deadline)]

    def _alert(self, follow_up: FollowUp, booking: Booking, error: NotDelivered) -> None:
        if not isinstance(error, Refused | Misconfigured) and self.now() - follow_up.planned_at < _PATIENCE:
            return
        self.alerts.alert(
            _alert_key(booking),
            "The meeting link of the appointment on {time} in {calendar} could not be made yet, so the "
            "caller has none. The bridge keeps trying; you can also add one by hand.",
            time=booking.interval.start,
            calendar=booking.calendar,
        )


def _alert_key(booking: Booking) -> str:
    return f"no_link:{booking.id}"


def meetings_of(means: Means) -> Mapping[str, Meetings]:
    """Return the receiver, if the configuration has an account."""
    config = means.config
    if config.zoom is None:
        return {}
    maker = Zoom(config.zoom, config.route, means.clocks.now, means.clocks.monotonic)
    receiver = Meetings(
        maker,
        config.hosts,
        config.event_types,
        means.store,
        means.alerts,
        means.record_meeting,
        means.clocks.now,
        means.clocks.monotonic,
    )
    return {MEETINGS: receiver}
