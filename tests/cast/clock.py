"""Clocks that a test turns: they stand still otherwise, or run on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from providers.base import Deadline
from providers.http import Clocks

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TEN = MONDAY.replace(hour=10)
HALF_AN_HOUR = timedelta(minutes=30)
HALF_PAST = TEN + HALF_AN_HOUR
_TOMORROW = datetime.now(UTC) + timedelta(days=1)  # one for all tests of a run: midnight may come meanwhile


@dataclass
class TurnableClock:
    """One clock for everything; sleeping turns it."""

    moment: datetime = MONDAY

    def now(self, _connection: object = None) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - MONDAY).total_seconds() + 1000.0

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)

    def sleep(self, seconds: float) -> None:
        self.turn(seconds=seconds)

    def clocks(self) -> Clocks:
        """Return it as providers want it, chance left out."""
        return Clocks(self.now, self.monotonic, self.sleep, lambda: 0.5)

    def deadline(self, seconds: float = 5.0) -> Deadline:
        return Deadline(seconds, self.monotonic)


@dataclass
class PresentClock(TurnableClock):
    """The present, in which vendors' fakes live; it stands still too: a busy machine is late for nothing."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class RunningClock(PresentClock):
    """The real time, put forward when it is turned: for what is waited for in vain until a deadline."""

    ahead: timedelta = timedelta(0)

    def now(self, _connection: object = None) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()

    def turn(self, **by: float) -> None:
        self.ahead += timedelta(**by)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """Return a moment of tomorrow, UTC: for tests in the present."""
    return _TOMORROW.replace(hour=hour, minute=minute, second=0, microsecond=0)
