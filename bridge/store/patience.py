"""How long the database may keep the work in hand waiting, and the one rule by which it is asked again.

A call's deadline goes with the call, also to the threads that work for it, so that no statement, lock or
connection is waited for longer than the caller can wait. Work without a deadline, as in the background, waits
as long as the store does by itself, and is done again by whoever planned it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import count
from typing import NamedTuple, ParamSpec, TypeVar

from bridge.errors import StoreUnavailable
from providers.base import Deadline

P = ParamSpec("P")
T = TypeVar("T")

# With nothing left: a healthy database answers within this, and what was begun can be ended in order.
_LEAST_SECONDS = 0.25
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.32


class _Patience(NamedTuple):
    deadline: Deadline
    sleep: Callable[[float], None]


_current: ContextVar[_Patience | None] = ContextVar("patience", default=None)
_asked_at: ContextVar[float | None] = ContextVar("asked_at", default=None)
_tries: ContextVar[int] = ContextVar("tries", default=0)


@contextmanager
def within(deadline: Deadline, sleep: Callable[[float], None]) -> Iterator[None]:
    """Let everything in the block wait for the database no longer than this deadline."""
    token = _current.set(_Patience(deadline, sleep))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def asked_at(moment: float) -> Iterator[None]:
    """Let the deadline of the call in the block count from this moment of the monotonic clock."""
    token = _asked_at.set(moment)
    try:
        yield
    finally:
        _asked_at.reset(token)


def call_deadline(seconds: float, monotonic: Callable[[], float]) -> Deadline:
    """Return until when a call's answer is of use: so long after it came in, else from now on."""
    moment = _asked_at.get()
    return Deadline(seconds if moment is None else moment + seconds - monotonic(), monotonic)


def seconds_left(otherwise: float) -> float:
    """Return how long the next answer may take; `otherwise` where no deadline was set."""
    patience = _current.get()
    return otherwise if patience is None else max(_LEAST_SECONDS, patience.deadline.remaining())


def is_over() -> bool:
    """Tell whether a deadline was set, and has passed."""
    patience = _current.get()
    return patience is not None and patience.deadline.remaining() <= 0


def is_bounded() -> bool:
    """Tell whether a deadline was set."""
    return work_in_hand() is not None


def work_in_hand() -> object:
    """Return what tells the work in hand from any other, None where no deadline was set."""
    return _current.get()


def is_repeat() -> bool:
    """Tell whether work that is `repeated` may have been done before, its commit unheard."""
    return _tries.get() > 0


def repeated(work: Callable[P, T]) -> Callable[P, T]:
    """Do work again while the database is away and the deadline has not passed.

    Only for work that changes nothing the second time if its first commit succeeded unheard.
    """

    @wraps(work)
    def until_deadline(*args: P.args, **kwargs: P.kwargs) -> T:
        may_be_done = False
        for tries in count():
            token = _tries.set(tries)
            try:
                return work(*args, **kwargs)
            except StoreUnavailable as error:
                error.may_be_done = may_be_done = may_be_done or error.may_be_done
                pause = min(_FIRST_PAUSE_SECONDS * 2**tries, _LONGEST_PAUSE_SECONDS)
                patience = _current.get()
                if patience is None or not error.passes or patience.deadline.remaining() <= pause:
                    raise
            finally:
                _tries.reset(token)
            patience.sleep(pause)
        raise AssertionError  # it counts for ever

    return until_deadline
