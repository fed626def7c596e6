"""The pool of calls to calendars, when its process stops."""

from __future__ import annotations

import threading

import pytest

from bridge.calendars.call_pool import CallPool
from providers.errors import ProviderUnavailable

PATIENCE = 30.0


def test_closing_waits_for_the_calls_that_run() -> None:
    pool, begun, let_go, ended = CallPool(2), threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        let_go.wait(PATIENCE)
        ended.set()

    pool.submit("google", call)
    assert begun.wait(PATIENCE)
    threading.Timer(0.05, let_go.set).start()
    pool.close(patience=PATIENCE)
    assert ended.is_set()


def test_a_closed_pool_refuses_calls_as_a_calendar_does() -> None:
    pool = CallPool(2)
    pool.close()
    for _ in range(3):  # no place is lost by it
        with pytest.raises(ProviderUnavailable):
            pool.submit("google", lambda: None)


def test_what_a_call_nobody_waits_for_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("unexpected")

    pool = CallPool(1)
    pool.start("fake", fail)
    pool.close(patience=5)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)
