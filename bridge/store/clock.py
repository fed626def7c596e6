"""The one clock that all processes share, the database's, told without asking for it each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.store.engine import Store

_TRUSTED_SECONDS = 60.0  # so long may it go unnoticed that the database's clock was set


class SharedClock:
    """Turns moments of this process's monotonic clock into the database's time, and back.

    It is read once a minute, and never told late: what it dates may seem older by the time that reading took.
    """

    def __init__(
        self, store: Store, now: Callable[[Connection], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._store = store
        self._now = now
        self.monotonic = monotonic
        self._read: tuple[datetime, float, float] | None = None  # and here, before and after it was read

    def now(self) -> datetime:
        """Return the database's time. StoreUnavailable: it cannot be read."""
        return self.moment(self.monotonic())

    def moment(self, monotonic: float) -> datetime:
        """Return the database's time at a moment. StoreUnavailable: it cannot be read."""
        database, _, after = self._at_hand()
        return database + timedelta(seconds=monotonic - after)

    def monotonic_of(self, moment: datetime) -> float:
        """Return when a moment of the database's time was here. StoreUnavailable: as above."""
        database, before, _ = self._at_hand()
        return before + (moment - database).total_seconds()

    def _at_hand(self) -> tuple[datetime, float, float]:
        known, before = self._read, self.monotonic()
        if known is None or before - known[1] >= _TRUSTED_SECONDS:
            with self._store.read() as connection:
                database = self._now(connection)
            known = self._read = (database, before, self.monotonic())
        return known
