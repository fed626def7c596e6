"""Runs every measurement, one after the other: `python -m bench`, or some of them: `python -m bench http`."""

from __future__ import annotations

import importlib
import sys

PARTS = {
    "engine": "the slot engine, beside its goals",
    "google": "a free/busy call through Google's client, beside bare HTTP clients",
    "microsoft": "the same for Microsoft",
    "caldav": "the same for CalDAV",
    "exchange": "the same for Exchange on own servers",
    "team": "/available for a team at both vendors, with latency",
    "warm": "which calls wait for a vendor in twenty minutes, in two processes",
    "voice": "which offers serve callers: a simulation of five businesses",
    "http": "/available and /book under gunicorn, beside a bare Flask endpoint",
    "dense": "what 20,000 imported entries cost an offer, the first after the start too",
    "published": "what reading a published calendar of 20,000 entries takes in the background",
    "siege": "what callers notice while strangers do what they can",
    "storm": "a storm of 400 calls a second, and the callers after it",
    "rush": "two minutes of mixed calls while faults come and go, and what is wrong afterwards",
    "accounts": "how late background jobs come when some of 200 accounts hang, by a simulated clock",
    "database": "bookings while PostgreSQL hangs, is far away, locked or fails over",
    "trouble": "what two workers' callers notice while the database or a vendor is in trouble",
    "cost": "what one booking and one offer cost, with none and with many bookings there",
    "walk": "how many of the project's own functions and files one request passes",
    "idle": "what 2,000 embedded hosts take of a processor while nothing happens",
    "pages": "how long each of the owner's pages takes with 50 hosts and 10,000 bookings",
    "memory": "what a worker keeps in memory, by the vendors that are configured",
    "start": "seconds and memory of importing, making and serving the app",
}


def main() -> None:
    """Run the parts that are named, or all."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        known = "\n".join(f"  {name:10} {text}" for name, text in PARTS.items())
        raise SystemExit(f"There is no part {unknown[0]!r}; there are:\n{known}")
    sys.argv[1:] = []  # the parts read their own options
    for name in wanted:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
