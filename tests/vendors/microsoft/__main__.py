"""Serve a fake for other processes: prints its address and certificate, ends with its input."""

from __future__ import annotations

import argparse
import json
import sys

from tests.vendors.microsoft.fake import FakeMicrosoft


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    ms = FakeMicrosoft(parser.parse_args().port)
    told = {name: getattr(ms, name) for name in ("url", "login_url", "graph_url", "ca_bundle")}
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()
    sys.stdin.read()
    ms.close()


if __name__ == "__main__":
    main()
