"""Serve a fake for other processes: prints its address, ends with its input."""

from __future__ import annotations

import argparse
import sys

from tests.vendors.google.fake import FakeGoogle


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    google = FakeGoogle(parser.parse_args().port)
    sys.stdout.write(f"{google.url}\n")
    sys.stdout.flush()
    sys.stdin.read()
    google.close()


if __name__ == "__main__":
    main()
