"""What the bridge itself refuses, and why.

BridgeError              code: stable, for programs; str(error) is safe to show to people
+- ConfigError           problems: every one, with its TOML path
+- NotFound              event type, host, booking, calendar
+- NotBookable           nobody can attend at that start; `explanation` says of each host why
|  +- SlotNotOffered     the start is not one the rules allow; `rules` names each
|  +- SlotTaken          somebody else has the time
|  +- AvailabilityUnknown  a calendar could not be read; raised from the cause
|     +- TakesNoAppointments  it refuses appointments at present
+- NoAppointment         the caller has no such appointment
+- SeveralAppointments   the caller has several, and did not say which
+- TooLateToChange       so shortly before, callers change nothing by themselves
+- BookingClosed         the booking is in a state in which this cannot be done
|  +- NotBegun           the appointment is still to come
+- AlreadyMoved          the caller's appointment was just moved away from this start
+- CancelledByStaff      a repeat of a request whose appointment the business has cancelled since
+- MissingField          a required answer of the caller is missing
|  +- EmailMissing       the event type needs the caller's e-mail address
+- ServiceUnknown        the caller asked for a service that there is not
+- TooManyNoShows        the caller did not come as often as one may
+- TooManyBookings       the caller has as many appointments ahead as one may have
+- OutcomeUnknown        the calendar did not say in time whether it holds the event
+- CalendarRefused       the calendar clearly refused; nothing was written
|  +- EventGone          it does not hold the event (any more)
|  +- EventChangedMeanwhile  somebody changed the event since it was read
|  +- LinkRefused        it cannot make the meeting link asked for
|  +- GuestsRefused      the account may invite nobody (now)
+- HoldLost              another process took the booking over
+- SchemaOutdated        the database needs `bridge migrate`
+- StoreUnavailable      the database is gone, locked for too long or full
+- ConnectError          StateMismatch, ConsentDenied, ScopesMissing, WrongAccount, NoRefreshToken
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime


class BridgeError(Exception):
    """Base of every refusal; its text may be shown to anybody."""

    code = "error"


class ConfigError(BridgeError):
    """The configuration cannot be used; `problems` are (TOML path, what is wrong) pairs."""

    code = "config"

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {text}" for path, text in self.problems))


class NotFound(BridgeError):
    """There is no such event type, host, booking or calendar."""

    code = "not_found"


class NotBookable(BridgeError):
    """Nobody can attend; `explanation` says of each host which rules fail, and which calendars are why."""

    def __init__(self, text: str, explanation: Sequence[Mapping[str, object]] = ()) -> None:
        self.explanation = tuple(explanation)
        super().__init__(text)


class SlotNotOffered(NotBookable):
    """The start breaks a rule of the event type; `rules` are the names of those that fail."""

    code = "slot_not_offered"

    def __init__(
        self, text: str, rules: Sequence[str] = (), explanation: Sequence[Mapping[str, object]] = ()
    ) -> None:
        self.rules = tuple(rules)
        super().__init__(text, explanation)


class SlotTaken(NotBookable):
    """The time is no longer free."""

    code = "slot_taken"


class BookingClosed(BridgeError):
    """The booking is in a state in which this cannot be done."""

    code = "booking_closed"


class NotBegun(BookingClosed):
    """The appointment is still to come, so nobody can have missed it."""

    code = "not_begun"


class NoAppointment(BridgeError):
    """The caller has no such appointment; somebody else's is none."""

    code = "no_appointment"

    def __init__(self) -> None:
        super().__init__("there is no such appointment")


class SeveralAppointments(BridgeError):
    """The caller has several appointments; `sentence` names them and asks which is meant."""

    code = "several_appointments"

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__("there are several appointments")


class TooLateToChange(BridgeError):
    """So shortly before an appointment its caller changes nothing without speaking to somebody."""

    code = "too_late_to_change"

    def __init__(self) -> None:
        super().__init__("it is too late to change this appointment")


class AlreadyMoved(BridgeError):
    """A repeat of a request whose booking has been moved since; `start` is where it is now."""

    code = "already_moved"

    def __init__(self, text: str, start: datetime) -> None:
        self.start = start
        super().__init__(text)


class CancelledByStaff(BridgeError):
    """A repeat of a request whose booking the business has just cancelled; `start` is when it was."""

    code = "cancelled_by_staff"

    def __init__(self, text: str, start: datetime) -> None:
        self.start = start
        super().__init__(text)


class MissingField(BridgeError):
    """A required answer of the caller is missing; `field` is its label."""

    code = "missing_field"

    def __init__(self, text: str, field: str) -> None:
        self.field = field
        super().__init__(text)


class EmailMissing(MissingField):
    """The event type needs the caller's e-mail address, and there is none."""

    code = "missing_email"

    def __init__(self) -> None:
        super().__init__("the caller's e-mail address is missing", "e-mail address")


class EmailDoubtful(BridgeError):
    """The caller's e-mail address was hardly understood right; `heard` is what was."""

    code = "email_doubtful"

    def __init__(self, heard: str) -> None:
        self.heard = heard
        super().__init__("the caller's e-mail address is doubtful")


class ServiceUnknown(BridgeError):
    """The event type has no service of the name the caller said; `titles` are those it has."""

    code = "service_unknown"

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = tuple(titles)
        super().__init__("there is no such service")


class TooManyBookings(BridgeError):
    """The caller has as many appointments of the event type ahead as one may have."""

    code = "too_many_bookings"


class TooManyNoShows(BridgeError):
    """The caller did not come as often as one may, to appointments of any event type."""

    code = "too_many_no_shows"


class AvailabilityUnknown(NotBookable):
    """A calendar could not be read, so nothing may be offered or booked on it."""

    code = "availability_unknown"


class TakesNoAppointments(AvailabilityUnknown):
    """The calendar of whoever could attend refuses appointments at present; its owner was alerted."""

    code = "takes_no_appointments"


class OutcomeUnknown(BridgeError):
    """The calendar did not say in time whether it holds the event; settling will find out."""

    code = "outcome_unknown"


class CalendarRefused(BridgeError):
    """The calendar clearly refused: it is certain that nothing was written."""

    code = "calendar_refused"


class EventGone(CalendarRefused):
    """The calendar does not hold the event (any more)."""


class EventChangedMeanwhile(CalendarRefused):
    """Somebody changed the event since it was read; reading it again tells how."""


class LinkRefused(CalendarRefused):
    """The calendar cannot make the meeting link; without one it may take the event."""


class GuestsRefused(CalendarRefused):
    """The account may invite nobody (now); without guests the calendar may take the event."""


class HoldLost(BridgeError):
    """Another process took the booking over while this one was working on it."""

    code = "hold_lost"


class SchemaOutdated(BridgeError):
    """The database's tables are not those of this version."""

    code = "schema_outdated"


class StoreUnavailable(BridgeError):
    """The database cannot be reached, is locked for too long, or its disk is full.

    `passes`: it may well be there again in a moment, and asking once more is of use. `may_be_done`: a commit
    was asked for, and nobody knows whether it was carried out.
    """

    code = "store_unavailable"

    def __init__(self, text: str, *, passes: bool = False) -> None:
        self.passes = passes
        self.may_be_done = False
        super().__init__(text)


class ConnectError(BridgeError):
    """An account could not be connected; the text says what to do."""

    code = "connect"


class StateMismatch(ConnectError):
    """The answer does not belong to a sign-in that this browser started, or came too late."""

    code = "connect_state"


class ConsentDenied(ConnectError):
    """The account's owner said no."""

    code = "connect_denied"


class ScopesMissing(ConnectError):
    """The owner left out a permission the bridge cannot do without."""

    code = "connect_scopes"


class WrongAccount(ConnectError):
    """The owner signed in with another account than the one to be reconnected."""

    code = "connect_account"


class NoRefreshToken(ConnectError):
    """The vendor gave no lasting permission."""

    code = "connect_refresh_token"
