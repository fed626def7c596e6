"""Works out what to change in an event whose text or guests were corrected.

Decides what of an event is ours: whatever people wrote around our lines, and whom they invited, stays.
Knows no vendor's JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from providers.base import EventAttendee, EventDraft

T = TypeVar("T")


def _as_it_is(line: str) -> str:
    return line


@dataclass(frozen=True, slots=True)
class Amendment:
    """From what an event was last given to what it shall say now; nothing but texts and guests."""

    was: EventDraft
    now: EventDraft

    def title(self, found: str) -> str:
        """Return the event's title, with what people added to ours."""
        return _replaced(found, self.was.title, self.now.title)

    def location(self, found: str) -> str:
        """Return the event's location, which stays where people put another."""
        return self.now.location if found == self.was.location else found

    def description(self, found: str, *, shown: Callable[[str], str] = _as_it_is, newline: str = "\n") -> str:
        """Return the event's text with our lines as they shall be.

        `shown` is how the vendor writes a line down, `newline` what it puts between two.
        """
        before, after = ([shown(line) for line in text.splitlines()] for text in self._descriptions())
        coming = [line for line in after if line and line not in before and not _place(found, line)]
        for line in filter(None, before):
            if line not in after and (place := _place(found, line)):
                heir = next((each for each in coming if _label(each) == _label(line)), "")
                found = found[: place.start()] + heir + found[place.end() :]
                coming = [each for each in coming if each != heir]
        for line in coming:
            above = after[after.index(line) - 1] if after.index(line) else ""
            place = _place(found, above) if above else None
            at = place.end() if place else _end(found)
            found = f"{found[:at]}{newline if found[:at] else ''}{line}{found[at:]}"
        return found

    def guests(
        self, found: Sequence[T], email: Callable[[T], str], made: Callable[[EventAttendee], T]
    ) -> list[T]:
        """Return whom the event shall invite: whom people invited stays, whom we no longer want goes."""
        wanted = {guest.email.casefold() for guest in self.now.attendees}
        ours = {guest.email.casefold() for guest in self.was.attendees}
        present = {email(each).casefold() for each in found}
        staying = [each for each in found if email(each).casefold() not in ours - wanted]
        return [
            *staying,
            *(made(each) for each in self.now.attendees if each.email.casefold() not in present),
        ]

    def private(self) -> Mapping[str, str | None]:
        """Return the private properties that change; None for those that go."""
        gone = dict.fromkeys(self.was.private.keys() - self.now.private.keys())
        return gone | {
            name: value for name, value in self.now.private.items() if self.was.private.get(name) != value
        }

    def _descriptions(self) -> tuple[str, str]:
        return self.was.description, self.now.description


def _replaced(found: str, was: str, now: str) -> str:
    # What a person made of it altogether stays; a word added before or after ours does too.
    return found.replace(was, now, 1) if was and was != now and now not in found else found


def _label(line: str) -> str:
    return line.partition(":")[0]


def _place(text: str, line: str) -> re.Match[str] | None:
    """Find a whole line, also where the vendor or a person made a paragraph of markup of it."""
    return re.search(rf"(?:^|(?<=[\n>])){re.escape(line)}(?=\s*(?:[\r\n<]|$))", text)


def _end(text: str) -> int:
    """Return where text may be appended: before the tags that close a document."""
    closing = re.search(r"(?:\s*</\w+>)*\s*$", text)
    return closing.start() if closing else len(text)
