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
    """The calendar asks for patience or is away: nothing was written, and it may take the same later.

    `seconds` is how long it wants to be left alone, as far as it says.
    """

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        self.seconds = seconds
        super().__init__(message)


def write_until_clear(
    write: Callable[[], T],
    *,
    seen: Callable[[], T | None],
    deadline: Deadline,
    sleep: Callable[[float], None],
    waits: bool = False,
) -> T:
    """Make a write; after an unclear answer look for what it did, and make the identical one again.

    So one bad answer of a front end costs a moment, not the appointment: with one insert of five answered
    by 503, eight of 30 callers were once sent away. A repeat that is refused for now costs a moment too, and
    so does the first request if it `waits`. OutcomeUnknown: it stayed unclear to the end.
    """
    pause = _FIRST_PAUSE_SECONDS
    unclear: OutcomeUnknown | None = None
    while True:
        ending: CalendarRefused | OutcomeUnknown
        try:
            return write()
        except CalendarRefused as refused:
            ending = _passing(refused, unclear, _spare(deadline) if waits else 0.0)
        except OutcomeUnknown as error:
            ending = unclear = error
        if unclear is not None:
            with suppress(OutcomeUnknown, EventGone):  # if not even that can be told, the next write tells
                if (found := seen()) is not None:
                    return found
        spare = _spare(deadline)
        if spare < _FIRST_PAUSE_SECONDS:
            raise ending
        # A little less than there is: waiting overshoots, and a write needs its whole second.
        sleep(min(pause, spare - _FIRST_PAUSE_SECONDS / 2))
        pause *= 2


def _spare(deadline: Deadline) -> float:
    return deadline.remaining() - WRITE_NEEDS_SECONDS


def _passing(
    refused: CalendarRefused, unclear: OutcomeUnknown | None, patience: float
) -> CalendarRefused | OutcomeUnknown:
    """Return what to end by, should a refusal not pass in time; raise where no repeat does any better."""
    # The two are true whatever became of an earlier request: it cannot change this event any more.
    if isinstance(refused, EventGone | EventChangedMeanwhile):
        raise refused
    if unclear is not None and not isinstance(refused, RefusedForNow):
        # It says nothing about the request before it, which may still land.
        raise unclear from refused
    if unclear is None and not (isinstance(refused, RefusedForNow) and refused.seconds < patience):
        raise refused
    return unclear or refused
