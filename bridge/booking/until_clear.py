"""Make a write until it is clear what became of it, or the deadline ends.

Decides when the identical write is made again and when looking comes first. Knows no vendor and no calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from bridge.errors import CalendarRefused, EventChangedMeanwhile, EventGone, OutcomeUnknown
from providers.base import Deadline
from providers.http import WRITE_NEEDS_SECONDS

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 0.1  # before a write is made again; doubled each time, as the deadline allows


class RefusedForNow(CalendarRefused):
    """The calendar asks for patience or is away: nothing was written, and it may take the same later."""


def write_until_clear(
    write: Callable[[], T],
    *,
    seen: Callable[[], T | None],
    deadline: Deadline,
    sleep: Callable[[float], None],
) -> T:
    """Make a write; after an unclear answer look for what it did, and make the identical one again.

    So one bad answer of a front end costs a moment, not the appointment: with one insert of five answered
    by 503, eight of 30 callers were once sent away. A repeat that is refused for now costs a moment too.
    OutcomeUnknown: it stayed unclear to the end.
    """
    pause, unclear = _FIRST_PAUSE_SECONDS, None
    while True:
        try:
            return write()
        except CalendarRefused as refused:
            # The two are true whatever became of an earlier request: it cannot change this event any more.
            if unclear is None or isinstance(refused, EventGone | EventChangedMeanwhile):
                raise
            # Any other refusal says nothing about the request before it, which may still land.
            if not isinstance(refused, RefusedForNow):
                raise unclear from refused
        except OutcomeUnknown as error:
            unclear = error
        with suppress(OutcomeUnknown, EventGone):  # if not even that can be told, the next write tells
            if (found := seen()) is not None:
                return found
        spare = deadline.remaining() - WRITE_NEEDS_SECONDS
        if spare < _FIRST_PAUSE_SECONDS:
            raise unclear
        # A little less than there is: waiting overshoots, and a write needs its whole second.
        sleep(min(pause, spare - _FIRST_PAUSE_SECONDS / 2))
        pause *= 2
