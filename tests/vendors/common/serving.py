"""Serve a fake for other processes: prints one line of JSON about it, ends with its input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from tests.vendors.common.fake import Fake


def serve(make: Callable[[int], Fake]) -> None:
    """Serve until standard input ends; `--port` says where, else on a free one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    fake = make(parser.parse_args().port)
    told = {name: value for name, value in vars(fake).items() if name.endswith(("url", "ca_bundle"))}
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()
    sys.stdin.read()
    fake.close()
