"""Words the mail about bookings, in the configured language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bridge.follow_ups.entry import Entry, Person
from bridge.model import Booking, EventType, Host, MeetingPlatform, to_be_rung
from bridge.speech.language import Language


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says; an `entry` goes into the recipient's calendar.

    `action` is what its recipient can do, and at which address.
    """

    subject: str
    lines: Sequence[tuple[str, str]]  # a label and what it names; "" for a sentence of its own
    entry: Entry | None = None
    reply_to: Person | None = None
    action: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """Return it as plain text."""
        blocks = []
        for has_label, lines in groupby(self._all, lambda line: bool(line[0])):
            blocks.append(("\n" if has_label else "\n\n").join(_said(*line) for line in lines))
        return "\n\n".join(blocks) + "\n"

    @property
    def facts(self) -> str:
        """Return what stands below the first sentence, as plain text."""
        return "\n".join(_said(*line) for line in self._all[1:])

    @property
    def _all(self) -> Sequence[tuple[str, str]]:
        return [*self.lines, self.action] if self.action else self.lines


def _said(label: str, said: str) -> str:
    return f"{label}: {said}" if label else said


class Letters:
    """The letters of one business."""

    def __init__(self, language: Language, own_link: Callable[[str], str]) -> None:
        self._language = language
        self._own_link = own_link

    def appointment(
        self, event_type: EventType, booking: Booking, hosts: Sequence[Host], *, is_live: bool, was_told: bool
    ) -> Letter:
        """Return what co-hosts are told, with the entry for their calendars."""
        say, when = self._language.translate, self._when(event_type, booking)
        if not is_live:
            sentence = say("Your appointment {title} {when} was cancelled.")
        elif was_told:
            sentence = say("Your appointment {title} has changed. It is now {when}.")
        else:
            sentence = say("Your appointment {title} is booked {when}.")
        said = sentence.format(title=event_type.title, when=when)
        facts = list(self._facts(event_type, booking, hosts)) if is_live else []
        more = [("", event_type.description)] if event_type.description and is_live else []
        entry = self._entry(event_type, booking, hosts, facts, is_live=is_live)
        return Letter(said.rstrip("."), [("", said), *facts, *more], entry, entry.organiser)

    def farewell(self, event_type: EventType, booking: Booking, hosts: Sequence[Host], who: str) -> Letter:
        """Return what somebody is told who has no part in an appointment any more: not how it is now."""
        said = self._language.translate("Your appointment {title} was cancelled.")
        said = said.format(title=event_type.title)
        # RFC 5546, 3.2.5: the UID says which; time, place and caller are not theirs to know.
        entry = replace(
            self._entry(event_type, booking, hosts, (), is_live=False),
            when=None,
            place="",
            attendees=[Person("", who)],
        )
        return Letter(said.rstrip("."), [("", said)], entry, entry.organiser)

    def for_caller(self, letter: Letter, booking: Booking) -> Letter:
        """Return a letter with the way to the caller's own page, while there is something to change."""
        if letter.entry is not None and not letter.entry.is_live:
            return letter
        own_page = (self._language.translate("Change or cancel"), self._own_link(booking.id))
        return replace(letter, action=own_page)

    def reminder(self, event_type: EventType, booking: Booking, hosts: Sequence[Host]) -> Letter:
        """Return what reminds a caller."""
        sentence = self._language.translate("Reminder: your appointment {title} is {when}.")
        said = sentence.format(title=event_type.title, when=self._when(event_type, booking))
        lines = [("", said), *self._facts(event_type, booking, hosts)]
        reply_to = Person(hosts[0].name, hosts[0].email) if hosts else None
        return self.for_caller(Letter(said.rstrip("."), lines, reply_to=reply_to), booking)

    def with_no_shows(self, notice: Letter, no_shows: int) -> Letter:
        """Return a notice that also tells how often the caller did not come, if ever."""
        told = [(self._language.translate("No-shows so far"), str(no_shows))] if no_shows else []
        return replace(notice, lines=[*notice.lines, *told])

    def notice(
        self, event_type: EventType, booking: Booking, hosts: Sequence[Host], *, is_live: bool, was_told: bool
    ) -> Letter:
        """Return what the owner is told of a booking."""
        say = self._language.translate
        if not is_live:
            sentence = say("Cancelled: {title} {when}")
        elif was_told:
            sentence = say("Changed: {title}, now {when}")
        else:
            sentence = say("New appointment: {title} {when}")
        subject = sentence.format(title=event_type.title, when=self._when(event_type, booking))
        attendee = booking.attendee
        known = {
            say("Name"): attendee.name,
            say("Phone"): attendee.phone or "",
            say("Phone (not checked)"): attendee.phone_as_said,
            say("E-mail"): attendee.email or "",
            say("E-mail (not checked)"): attendee.email_as_said,
        }
        caller = [(label, said) for label, said in known.items() if said]
        answers = [(label, said) for label, said, _public in attendee.answers]
        return Letter(
            subject, [("", f"{subject}."), *self._facts(event_type, booking, hosts), *caller, *answers]
        )

    def _entry(
        self,
        event_type: EventType,
        booking: Booking,
        hosts: Sequence[Host],
        facts: Sequence[tuple[str, str]],
        *,
        is_live: bool,
    ) -> Entry:
        people = [Person(host.name, host.email) for host in hosts]
        attendee = booking.attendee
        caller = [Person(attendee.name, attendee.email)] if attendee.email and event_type.invite else []
        return Entry(
            title=event_type.title,
            text="\n".join(f"{label}: {fact}" for label, fact in facts),
            place=booking.location or booking.link,
            when=booking.interval,
            organiser=people[0],
            attendees=[*people[1:], *caller],
            changed_at=booking.moved_at or booking.made_at,
            is_live=is_live,
        )

    def _when(self, event_type: EventType, booking: Booking) -> str:
        return self._language.dated(booking.interval.start, event_type.timezone)

    def _facts(
        self, event_type: EventType, booking: Booking, hosts: Sequence[Host]
    ) -> Sequence[tuple[str, str]]:
        say = self._language.translate
        by_phone = event_type.meeting_platform == MeetingPlatform.PHONE
        to_ring = event_type.to_ring(hosts).items()
        facts = {
            say("With"): self._language.listed([host.name for host in hosts]),
            **{say("Phone of {host}").format(host=name): number for name, number in to_ring},
            say("Call to"): to_be_rung(event_type, booking.attendee, hosts),
            say("Where"): "" if by_phone else booking.location,
            say("Link"): booking.link,
        }
        return [(label, said) for label, said in facts.items() if said]
