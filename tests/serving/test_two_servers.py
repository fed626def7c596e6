"""Two servers on one database, as on two machines, and one of them killed while calls are under way."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from tests.cast.clock import tomorrow_at
from tests.cast.config import ANNA, salon_toml
from tests.serving.callers import caller, post_once
from tests.serving.test_races import assert_calendar_holds
from tests.serving.test_serve import served
from tests.zygote import Zygote

_STARTS = [tomorrow_at(8 + n // 2, 30 * (n % 2)) for n in range(10)]
_LONGEST_HOLD_SECONDS = 10  # the booking deadline, and five


def test_callers_of_a_killed_server_are_served_by_the_other_and_nobody_twice(
    zygote: Zygote, store_url: str, tmp_path: Path
) -> None:
    config = salon_toml(store_url, ANNA)
    booked: dict[datetime, int] = {}

    def book(number: int, port: int, left: int) -> None:
        start = _STARTS[number % len(_STARTS)]
        body = caller(f"caller-{number}", start)
        try:
            answer = post_once(port, "/book", body)[1]
        except (OSError, http.client.HTTPException):
            # Cut off, the caller asks again: what the dead server held is theirs, once nobody holds it.
            for _ in range(_LONGEST_HOLD_SECONDS + 5):
                answer = post_once(left, "/book", body)[1]
                if answer["status"] == "success" or start in booked:
                    break
                time.sleep(1)
        if answer["status"] == "success":
            assert booked.setdefault(start, number) == number

    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("first", "second")]
        (doomed, first), (_, left) = [
            stack.enter_context(served(zygote, folder, config)) for folder in folders
        ]
        with ThreadPoolExecutor(4) as threads:
            calls = [threads.submit(book, number, (first, left)[number % 2], left) for number in range(30)]
            calls[4].result()
            doomed.kill()
            for call in calls:
                call.result()
    assert sorted(booked) == sorted(_STARTS)
    assert_calendar_holds(store_url, len(_STARTS))
