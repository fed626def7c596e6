"""Takes note of calls, and writes them down behind their answers: in the log and in the database."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bridge import log
from bridge.errors import StoreUnavailable
from bridge.journal.call import ENOUGH, Call, Outcome, Signature
from bridge.journal.figures import Figures
from bridge.store.engine import Store
from bridge.store.sql import figures as figure_rows
from bridge.store.sql import journal

_log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
MOST_ROWS = 100_000
_GATHER_SECONDS = 0.5
_IDLE_SECONDS = 5.0
_SIGNED = tuple(each for each in Outcome if each is not Outcome.REFUSED)
_MOST_DOUBLINGS = 4  # of that pause, while the database is away
_MOST_WAITING = 10_000

FEW = 50


class Journal:
    """The calls of this process until they are written down. Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        figures: Figures,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._figures = figures
        self._now = now
        self._monotonic = monotonic
        self._waiting: deque[Call] = deque(maxlen=_MOST_WAITING)
        self._unwritten: list[Call] = []
        self._failures = 0
        self._is_telling = threading.Lock()
        self._something = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = -1

    def begin(self, question: str, came_at: float | None = None) -> Call:
        """Return the call that is answered from now on; what this thread logs bears its id.

        `came_at` is the moment of the monotonic clock at which it came in, None: now.
        """
        began = self._monotonic() if came_at is None else came_at
        call = Call(secrets.token_hex(8), self._now(), began, question)
        log.in_request(call.request_id)
        return call

    def age(self, asked_at: float) -> float:
        """Return how many seconds ago a moment of the monotonic clock was."""
        return self._monotonic() - asked_at

    def note(self, call: Call) -> None:
        """Take note of a call that is answered; it is written down later."""
        call.seconds = self._monotonic() - call.began
        self._waiting.append(call)
        if not self._something.is_set():
            self._something.set()

    def note_unsigned(self, question: str) -> None:
        """Take note of a request that was turned away unread, for it bore no signature."""
        call = Call(secrets.token_hex(8), self._now(), self._monotonic(), question)
        call.outcome, call.kind = Outcome.REFUSED, "invalid_signature"
        call.signature = Signature.MISSING
        self.note(call)

    def start(self) -> None:
        """Begin to write down what is noted in this process, also after a fork."""
        self._pid = os.getpid()
        self._stop, self._something = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._loop, name="journal", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write down what is left, and end."""
        self._stop.set()
        self._something.set()
        if self._thread and self._pid == os.getpid():
            self._thread.join(_IDLE_SECONDS)
        self.write_down()

    def last(
        self,
        most: int = FEW,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        outcomes: Sequence[Outcome] = (),
    ) -> list[journal.Entry]:
        """Return the latest entries of all processes, the oldest of them first."""
        wanted = [str(each) for each in outcomes]
        with self._store.read() as connection:
            return journal.last(connection, most, since=since, before=before, outcomes=wanted)

    def last_signed(self) -> journal.Entry | None:
        """Return the latest call that telli signed. Our own test calls are signed too, but rehearsals."""
        with self._store.read() as connection:
            found = journal.last(connection, 1, outcomes=_SIGNED, with_rehearsals=False)
        return found[0] if found else None

    def entry(self, request_id: str) -> journal.Entry | None:
        """Return the entry of a request; None: there is none, or not any more."""
        with self._store.read() as connection:
            return journal.get(connection, request_id)

    def write_down(self) -> None:
        """Write down what was noted until now; without a database it is kept, and tried again."""
        with self._is_telling:
            calls = self._taken()
            told = _worth_telling(calls)
            for call in told:
                log.event(call.question, at=call.at, **call.facts())
            if left := len(calls) - len(told):
                log.event("more_calls", count=left, outcomes=_counted(calls, told))
            self._unwritten = [*self._unwritten, *told][-_MOST_WAITING:]
            self._write()

    def _taken(self) -> list[Call]:
        calls = []
        while self._waiting:
            calls.append(self._waiting.popleft())
        # Summed up first: under load a second has hundreds of calls, and few kinds of them.
        for (question, outcome), count in Counter((each.question, each.outcome) for each in calls).items():
            self._figures.add("bridge_calls", count, question=question, outcome=str(outcome))
        for kept, count in Counter(each.is_kept for each in calls if each.is_kept is not None).items():
            self._figures.add("bridge_offers", count, kept="yes" if kept else "no")
        ages = [each.age_seconds for each in calls if each.age_seconds is not None]
        self._figures.observe("bridge_busy_age_seconds", ages)
        by_question: dict[str, list[float]] = defaultdict(list)
        for each in calls:
            by_question[each.question].append(each.seconds)
        for question, seconds in by_question.items():
            self._figures.observe("bridge_call_seconds", seconds, question=question)
        return calls

    def _write(self) -> None:
        counted = self._figures.take()
        if not counted and not self._unwritten:
            return
        try:
            with self._store.write() as connection:
                if self._unwritten:
                    journal.add(connection, [call.row() for call in self._unwritten])
                figure_rows.grow(connection, counted)
        except StoreUnavailable as error:
            self._figures.give_back(counted)
            if not self._failures:  # once, not each second until it is back
                _log.warning("calls could not be written down, and will be later: %s", error)
            self._failures += 1
        else:
            self._unwritten, self._failures = [], 0

    def _loop(self) -> None:
        stop, something = self._stop, self._something
        while not stop.is_set():
            something.wait(_IDLE_SECONDS)  # figures of the background wake nobody
            stop.wait(_GATHER_SECONDS * 2 ** min(self._failures, _MOST_DOUBLINGS))
            something.clear()
            try:
                self.write_down()
            except Exception:  # noqa: BLE001 - it must outlive every fault; it is logged
                _log.exception("calls could not be written down")


def _worth_telling(calls: Sequence[Call]) -> list[Call]:
    """Return all but what a flood has too much of."""
    told: list[Call] = []
    so_far: Counter[Outcome] = Counter()
    for call in calls:
        so_far[call.outcome] += 1
        if so_far[call.outcome] <= ENOUGH.get(call.outcome, len(calls)):
            told.append(call)
    return told


def _counted(calls: Sequence[Call], told: Sequence[Call]) -> str:
    left = Counter(str(call.outcome) for call in calls)
    left.subtract(str(call.outcome) for call in told)
    return ",".join(f"{outcome}:{count}" for outcome, count in left.items() if count)
