"""Asks what was counted of changes, and drops the answers of calendars that have changed since.

One short question, put before anything is answered from what is kept: by offers, and by whoever books.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bridge.calendars.health import Health
from bridge.calendars.kept_answers import KeptAnswers
from bridge.local_calendar.entry_names import NAME as LOCAL
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import last_answers, revisions

# The counters of changes of busy time: the first of embedded calendars, of whose own events it is known
# where they lie.
_BUSY_TIMES = (revisions.LOCAL, revisions.IMPORTED, revisions.BUSY)

_LATELY_SECONDS = 0.25  # what the database said longer ago is not relied on


class Revision(NamedTuple):
    """How often claims, health and set days have changed: of what an offer is made beside busy answers."""

    claims: int = 0
    health: int = 0
    days: int = 0


_NOTHING_SEEN = (2**62, 0, 0)  # what counts less is taken for another database, of which nothing is known


class News:
    """What the database counts, and which kept answers that leaves true. Safe to share between threads."""

    def __init__(
        self, store: Store, kept: KeptAnswers, health: Health, monotonic: Callable[[], float]
    ) -> None:
        self._store = store
        self._kept = kept
        self._health = health
        self._monotonic = monotonic
        self._seen: tuple[int, ...] = _NOTHING_SEEN
        self._last = (float("-inf"), Revision())

    @property
    def counted(self) -> int:
        """Return up to which change of embedded calendars all is true that is kept of them."""
        return self._seen[0]

    @repeated
    def ask(self) -> Revision:
        """Return what is counted now; what is kept from here on is true of it. StoreUnavailable."""
        # Once: others go on meanwhile, and what is new since their last look is not what is new since this.
        asked_at, before = self._monotonic(), self._seen
        found, written = revisions.news(self._store, before[0])
        seen = tuple(found.get(name, 0) for name in _BUSY_TIMES)
        if seen != self._seen:
            self._forget(before, seen, {f"{LOCAL}:{calendar}" for calendar in written})
            self._seen = seen  # only now: whoever asks at this moment must not take what is being dropped
        revision = Revision(
            found.get(revisions.CLAIMS, 0),
            found.get(revisions.HEALTH, 0),
            found.get(revisions.DAYS, 0),
        )
        self._health.learn(revision.health)
        self._last = max(self._last, (asked_at, revision))  # whoever asked earlier may hear later
        return revision

    def lately(self) -> Revision | None:
        """Return what was counted a moment ago, without a question; None: that was not asked for."""
        asked_at, revision = self._last
        return revision if self._monotonic() - asked_at <= _LATELY_SECONDS else None

    def _forget(self, before: Sequence[int], seen: Sequence[int], changed: set[str]) -> None:
        """Drop the busy answers of the calendars that changed since before, beside those known to have."""
        (own, imported, told), (last_own, last_imported, last_told) = seen, before
        if own < last_own or told < last_told:  # another database
            self._kept.forget_all()
            return
        if imported != last_imported:
            self._kept.forget_all(f"{LOCAL}:")
        if told != last_told:
            with self._store.look() as connection:
                changed |= last_answers.changed_since(connection, last_told)
        self._kept.forget(changed)  # what the other calendars answered is as true as before
