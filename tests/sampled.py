"""What coverage measures: a sample of the tests, in the processes of pytest.

Measuring makes a test take three quarters longer on Python 3.11, where calls into libraries are traced too.
Of three test functions one is measured, so what the report says is the least that the whole suite walks.
`BRIDGE_MEASURE_ONE_OF=1` measures every one.
"""

from __future__ import annotations

import os
import sys
import threading
import zlib
from collections.abc import Generator

import pytest

ONE_OF = int(os.environ.get("BRIDGE_MEASURE_ONE_OF", "3"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test with what it sets up, or leave it unmeasured."""
    measuring, in_threads = sys.gettrace(), threading.gettrace()
    if measuring is None or _is_in_sample(item):
        return (yield)
    # pytest-cov's own pause ends but one of the two measurements that are begun in each worker of xdist.
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measuring)
        threading.settrace(in_threads)


def _is_in_sample(item: pytest.Item) -> bool:
    # By its name, so that a new test moves no other one in or out.
    function = item.nodeid.partition("[")[0]
    if item.get_closest_marker("unmeasured") or zlib.crc32(function.encode()) % ONE_OF:
        return False
    call = getattr(item, "callspec", None)  # only parametrised tests have one
    is_repeated = call is not None and call.params.get("store_url") == "postgresql"
    # What a law over all inputs walks, the examples beside it have walked.
    is_law = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return not is_repeated and not is_law
