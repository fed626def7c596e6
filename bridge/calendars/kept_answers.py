"""What calendars answered is kept for offers: by this process, and by all of them in the database.

An error is never kept. What this process keeps is forgotten when its calendar is said to have changed; what
the database keeps is asked for, by one statement for all calendars of an offer, only where that does not do.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from bridge.calendars.health import Health
from bridge.calendars.last_answers import LastAnswers, agree, around, is_part, key_of
from bridge.model import Ability, CalendarName
from providers.base import BusyQuery, EventRef, Interval
from providers.busy_policy import BusyPolicy
from providers.errors import ProviderError

# What an answer is kept by: the calendar's identity, and what of the question decides about the answer.
Key = tuple[str, BusyPolicy, str, EventRef | None]

_AHEAD_SECONDS = (
    2.0  # two processes may read the database's clock so much apart; later than that, it was set back
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar with the question to put to it; the same question about one `identity` has one answer."""

    name: CalendarName
    query: BusyQuery
    identity: str

    def __hash__(self) -> int:
        # Each call looks some up ten times: to hash the whole question takes five times as long.
        return hash(self.name)

    @property
    def key(self) -> Key:
        """Return what it shares with the same question under the calendar's other names."""
        return (self.identity, self.query.policy, self.query.timezone, self.query.without)

    @property
    def is_for_all(self) -> bool:
        """Tell whether its answer is kept in the database: it is a vendor's, and of no single move."""
        return bool(self.name.account) and self.query.without is None


@dataclass(frozen=True, slots=True)
class Answer:
    """A calendar's answer, for the window it was asked for, with the monotonic time at which it came.

    The question was put at `asked_at`: the latest, where a narrower answer changed a part of it since.
    With an `error` nothing is known: `busy` is empty, and must not be read as free. One that `is_counted`
    holds, however old, until its calendar has counted a change.
    """

    busy: tuple[Interval, ...]
    error: ProviderError | None
    window: Interval
    answered_at: float
    asked_at: float = 0.0
    is_counted: bool = False


class KeptAnswers:
    """Good answers for offers to come. Safe to share between threads."""

    def __init__(self, last_answers: LastAnswers, health: Health) -> None:
        self._last_answers = last_answers
        self._monotonic = last_answers.clock.monotonic
        self._health = health
        self._kept: dict[Key, Answer] = {}
        self._changed: dict[str, int] = {}  # by identity, the version with which it last said something else
        self._forgotten: dict[str, int] = {}  # by identity, the version with which it was last forgotten
        self._all_forgotten = 0
        self._lock = threading.Lock()
        self.version = 0  # grows whenever a kept answer is contradicted or forgotten

    def serving(
        self, wanted: Collection[Asked], window: Interval, max_age: float | None
    ) -> tuple[dict[Asked, Answer], int]:
        """Return the answers at hand, at most `max_age` seconds old, and the version they are of.

        Without `max_age` those alone that are counted. StoreUnavailable: the database cannot say what other
        processes heard.
        """
        since = inf if max_age is None else self._monotonic() - max_age
        found, version = self._at_hand(wanted, window, since)
        if max_age and (short := [each for each in wanted if each.is_for_all and each not in found]):
            self._learn(short)
            found, version = self._at_hand(wanted, window, since)
        return found, version

    def has_changed(self, identities: Collection[str], version: int) -> bool:
        """Tell whether any of these calendars was contradicted or forgotten since a version."""
        if version == self.version:
            return False
        return self._all_forgotten > version or any(
            self._changed.get(each, 0) > version for each in identities
        )

    def forget(self, identities: Collection[str]) -> None:
        """Drop the answers of calendars that are said to have changed, and those under way."""
        with self._lock:
            self.version += 1
            self._changed |= dict.fromkeys(identities, self.version)
            self._forgotten |= dict.fromkeys(identities, self.version)
            self._kept = {key: each for key, each in self._kept.items() if key[0] not in identities}

    def forget_all(self, beginning: str = "") -> None:
        """Drop every answer, or those of calendars whose identities begin so."""
        with self._lock:
            self.version += 1
            self._all_forgotten = self.version
            self._kept = {key: each for key, each in self._kept.items() if not key[0].startswith(beginning)}

    def keep(self, live: Mapping[Asked, Answer], version: int, *, is_new: bool) -> int:
        """Keep what was answered; return the version at which all the answers hold.

        Unless `is_new` only what agrees with a kept answer, or contradicts it: to book a start, calendars are
        asked for less than any offer needs.
        """
        with self._lock:
            is_latest = version == self.version
            for asked, answer in live.items():
                if version < self._gone(asked.identity):
                    continue  # it was said to have changed since
                if answer.is_counted:
                    self._keep_counted(asked, answer)
                else:
                    self._keep_one(asked, answer, is_new=is_new)
            return self.version if is_latest else version

    def _keep_counted(self, asked: Asked, answer: Answer) -> None:
        # Until a change is counted, which drops it, all answers about a time say the same.
        before = self._kept.get(asked.key)
        is_known = before is not None and before.window.covers(answer.window)
        if not (is_known or answer.error or asked.query.without):
            self._kept[asked.key] = replace(answer, answered_at=inf)

    def _keep_one(self, asked: Asked, answer: Answer, *, is_new: bool) -> None:
        before = self._kept.get(asked.key)
        if answer.error is not None:
            if before:
                self._note_change(asked.identity)
                del self._kept[asked.key]
            return
        if before is None:
            # Where nothing was kept, nobody relies on anything else: what was made of this stays good.
            if is_new and asked.query.without is None:  # a question about one move is not repeated
                self._kept[asked.key] = answer
            return
        if not _same(before, answer):
            self._note_change(asked.identity)
        elif not is_new and is_part(answer.window, before.window):
            return  # nothing new
        if before.asked_at <= answer.asked_at:
            self._kept[asked.key] = answer if is_new else _renewed(before, answer)

    def _learn(self, wanted: Sequence[Asked]) -> None:
        """Take over what other processes heard later than this one."""
        version, clock = self.version, self._last_answers.clock
        rows = self._last_answers.of_calendars({each.identity for each in wanted})
        heard = {
            key: Answer(
                row.busy,
                None,
                row.window,
                clock.monotonic_of(row.asked_at),
                clock.monotonic_of(row.latest_at),
            )
            for key, row in rows.items()
            if not row.is_void
        }
        latest = self._monotonic() + _AHEAD_SECONDS
        with self._lock:
            for asked in wanted:
                found = heard.get(key_of(asked.identity, asked.query))
                if found and found.asked_at <= latest and version >= self._gone(asked.identity):
                    self._keep_one(asked, found, is_new=True)

    def _at_hand(
        self, wanted: Collection[Asked], window: Interval, since: float
    ) -> tuple[dict[Asked, Answer], int]:
        with self._lock:
            kept = {asked: self._serves(asked, window, since) for asked in wanted}
            return {asked: answer for asked, answer in kept.items() if answer}, self.version

    def _serves(self, asked: Asked, window: Interval, since: float) -> Answer | None:
        """Return a kept answer that serves, but not of a calendar that another process found silent."""
        kept = self._kept.get(asked.key)
        is_good = kept and kept.answered_at >= since and kept.window.covers(window)
        return kept if is_good and not self._health.fails(asked.name, Ability.READ) else None

    def _gone(self, identity: str) -> int:
        return max(self._all_forgotten, self._forgotten.get(identity, 0))

    def _note_change(self, identity: str) -> None:
        self.version += 1
        self._changed[identity] = self.version


def _same(before: Answer, after: Answer) -> bool:
    return agree(before.window, before.busy, after.window, after.busy)


def _renewed(before: Answer, heard: Answer) -> Answer:
    busy = around(before.window, before.busy, heard.window, heard.busy)
    return heard if busy is None else replace(before, busy=busy, asked_at=heard.asked_at)
