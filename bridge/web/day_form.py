"""Reads the forms by which days are set."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from werkzeug.datastructures import MultiDict

from bridge.attendee.text import clean
from bridge.model import WallRange
from bridge.service.days_off import MOST_DAYS, DaysOff, DaysWish
from bridge.web.own_link import day_of

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?")
_LONGEST_NOTE = 200
_LONGEST_PAST = timedelta(days=31)  # days off of this month still count in the team's shares
_MIDNIGHT = 24 * 60
_STRETCHES = (("from", "to"), ("from_2", "to_2"))
_SAID = ("host", "kind", "first", "last", "also_closed", "place", "note", *sum(_STRETCHES, ()))
_CARRIED = (*_SAID, "region", "day")


class FormRefused(ValueError):
    """The form does not say what is wanted; the text is for people."""


@dataclass(frozen=True)
class DayForm:
    """A form, and what makes it a wish."""

    sent: MultiDict[str, str]
    days_off: DaysOff
    say: Callable[[str], str]

    def wish(self) -> DaysWish:
        """Return the days that are to be set. FormRefused: it does not say which."""
        hosts = tuple(each for each in self.days_off.context.hosts if each in self.sent.getlist("host"))
        if not hosts:
            raise FormRefused(self.say("Choose for whom."))
        hours = self._hours()
        days = tuple(sorted(self._listed())) if {"day", "region"} & self.sent.keys() else self._between()
        if hours and len(days) > 1 and "also_closed" not in self.sent:
            days = self.days_off.usually_open(hosts, days)
        if not days:
            raise FormRefused(self.say("Choose at least one day."))
        return DaysWish(hosts, days, hours, clean(self.sent.get("note"), _LONGEST_NOTE))

    def carried(self) -> list[tuple[str, str]]:
        """Return what the next form must send again to mean the same."""
        return [(name, value) for name in _CARRIED for value in self.sent.getlist(name)]

    def _hours(self) -> tuple[WallRange, ...] | None:
        kind = self.sent.get("kind")
        if kind == "usual":
            return None
        if kind != "hours":
            return ()
        stretches = [self._stretch(*names) for names in _STRETCHES if any(map(self.sent.get, names))]
        found = sorted(stretches)
        if not found:
            raise FormRefused(self.say("Say from when to when it is open."))
        if any(later.start < earlier.end for earlier, later in pairwise(found)):
            raise FormRefused(self.say("The two stretches of hours overlap."))
        return tuple(found)

    def _stretch(self, begin: str, until: str) -> WallRange:
        start, end = self._minute(begin), self._minute(until) or _MIDNIGHT  # midnight as an end is the day's
        if end <= start:
            raise FormRefused(self.say("The hours must end after they begin."))
        place = self.sent.get("place", "")
        return WallRange(start, end, place if place in self.days_off.places() else "")

    def _minute(self, name: str) -> int:
        match = _CLOCK.fullmatch(self.sent.get(name, ""))
        if match is None:
            raise FormRefused(self.say("Write times of day such as 09:00."))
        return int(match[1]) * 60 + int(match[2])

    def _between(self) -> tuple[date, ...]:
        first = self._sensible(self.sent.get("first", ""))
        last = self._sensible(self.sent.get("last") or first.isoformat())
        if last < first:
            raise FormRefused(self.say("The last day lies before the first."))
        return self._bounded([first + timedelta(days=ahead) for ahead in range((last - first).days + 1)])

    def _listed(self) -> tuple[date, ...]:
        return self._bounded([self._sensible(each) for each in set(self.sent.getlist("day")) if each])

    def _bounded(self, days: Sequence[date]) -> tuple[date, ...]:
        if len(days) > MOST_DAYS:
            raise FormRefused(self.say("That is more than a year at once."))
        return tuple(days)

    def _sensible(self, text: str) -> date:
        found, today = day_of(text), self.days_off.context.now().date()
        if found is None:
            raise FormRefused(self.say("Choose the day, such as 2026-12-24."))
        if not today - _LONGEST_PAST <= found <= today + timedelta(days=2 * MOST_DAYS):
            raise FormRefused(
                self.say("Only days of the coming two years can be set, and of the last month.")
            )
        return found
