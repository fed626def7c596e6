"""Writes for an agent of telli's how it offers and books appointments, from an event type's settings.

The text is copied into telli by the owner; it names nothing secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.model import EventType, FieldSource
from bridge.speech.language import Language

_ = str  # marks a text for the catalogues

_SAID_AT_ONCE = 3  # what callers keep in mind
_WISHES = _(
    "If the caller wants a certain day or time, put it into the contact details before you ask for times: "
    "preferred_date (2026-11-24), preferred_time (14:30), preferred_daypart (morning, afternoon, evening) or "
    "preferred_weekday."
)


@dataclass(frozen=True, slots=True)
class AgentInstructions:
    """The instructions for one event type; `has_tools`: the agent has the custom tools too.

    `tells_spoken`: each time comes with the words in which to say it.
    """

    event_type: EventType
    has_tools: bool = False
    tells_spoken: bool = False

    def text(self, language: Language) -> str:
        """Return them as paragraphs and lists, in a language."""
        parts = (self._aim, self._before, self._times, self._booking, self._trouble, self._tools)
        return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part(language))))

    def _aim(self, language: Language) -> Iterator[str]:
        say, kind = language.translate, self.event_type
        yield say("You arrange appointments on the telephone: {title}, {minutes} minutes.").format(
            title=kind.title, minutes=_minutes(kind.duration)
        )
        for service in kind.services.values():
            text = say("- {title}, {minutes} minutes: put service = “{name}” into the contact details.")
            yield text.format(title=service.title, minutes=_minutes(service.duration), name=service.service)

    def _before(self, language: Language) -> Iterator[str]:
        say = language.translate
        yield say("Before you book, you know:")
        yield say("- the caller's first name and surname. Ask if they are missing.")
        if self.event_type.require_email:
            yield say("- the e-mail address. Have it spelt and read it back letter by letter.")
        for each in self._asked(required=True):
            yield say(
                "- {label} (as {name} in the contact details). Ask for it; without it nothing is booked."
            ).format(label=each[0], name=each[1])
        for each in self._asked(required=False):
            yield say("- if the caller likes to say so: {label} (as {name}).").format(
                label=each[0], name=each[1]
            )
        yield say("Never ask for what the contact's details hold already.")

    def _asked(self, *, required: bool) -> Sequence[tuple[str, str]]:
        fields = self.event_type.fields
        return [
            (each.label, each.name)
            for each in fields
            if each.source is FieldSource.LLM and each.required is required
        ]

    def _times(self, language: Language) -> Iterator[str]:
        say, rules = language.translate, self.event_type.offer
        yield say("Offering times:")
        yield say(
            "- Ask for available times as soon as the caller wants an appointment, never before "
            "and never twice in a row."
        )
        if self.tells_spoken:
            yield say("- Say each time exactly as it stands under “spoken”.")
        else:
            yield say("- The times end in Z and are UTC: say them by the clock of {zone}.").format(
                zone=self.event_type.timezone.key
            )
        yield say(
            "- You get {most} times at most. Say {count} of them, the earliest first, and ask "
            "whether one suits; only then say more."
        ).format(most=rules.most, count=min(_SAID_AT_ONCE, rules.most))
        yield say("- Only offer times from the list. Never make one up, and promise nothing.")
        yield "- " + say(_WISHES)

    def _booking(self, language: Language) -> Iterator[str]:
        say = language.translate
        yield say("Booking:")
        yield say(
            "- Repeat day and time and let the caller say yes. Then book, with the start_iso of "
            "that very time."
        )
        yield say("- Only when the answer is “success” say that the appointment is booked.")

    def _trouble(self, language: Language) -> Iterator[str]:
        say = language.translate
        yield say("If something does not work:")
        yield say(
            "- When the answer is “failed”, read “reason” aloud word for word, and go on from "
            "there. It often names the next free times."
        )
        if self.has_tools:
            yield say(
                "- When the list is empty, say that nothing is free in the coming days and offer "
                "to be called back; use “Ask to be called back” for it."
            )
        else:
            yield say(
                "- When the list is empty, say that nothing is free in the coming days, take down"
                " when the caller has time, and say that somebody will call back."
            )
        yield say("- After two vain attempts at booking stop, and say that somebody will call back.")

    def _tools(self, language: Language) -> Iterator[str]:
        if not self.has_tools:
            return
        say = language.translate
        yield say("Appointments the caller has already:")
        yield say(
            "- Ask which there are before you cancel or move one, read them out, and let the caller choose."
        )
        yield say("- Cancel only after a clear yes. Say what “spoken” says.")


def _minutes(duration: timedelta) -> int:
    return round(duration.total_seconds() / 60)
