"""A question that a vendor leaves unanswered for as long as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from providers.base import Deadline
from tests.cast.clock import TurnableClock
from tests.vendors.common import Fake, Fault

T = TypeVar("T")


@contextmanager
def hanging(
    fake: Fake, operation: str, ask: Callable[[Deadline], T], *, is_patient: bool = False, **more: str
) -> Iterator[Future[T]]:
    """Put a question that hangs at this operation until the end of the block, and then has no time left.

    `more` is as for `fail_next`.
    """
    clock, before = TurnableClock(), fake.operations().count(operation)
    deadline = Deadline(60, clock.monotonic, is_patient=is_patient)
    fake.fail_next(Fault.HANG, operation=operation, **more)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, deadline)
        while fake.operations().count(operation) == before:
            threading.Event().wait(0.005)
        try:
            yield answer
        finally:
            clock.turn(minutes=1)
            fake.hang_up()
