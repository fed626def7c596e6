"""Asks a mailbox of the fake Microsoft in a process of its own, as a worker of many; started by `zygote`."""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from providers.base import BusyQuery, Deadline, Interval
from providers.http import Clocks
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.places import SharedPlaces
from providers.microsoft.settings import MicrosoftSettings
from providers.route import Route

WORKERS = 4
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class _Token:
    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self, *, deadline: Deadline) -> str:
        return self._token

    def rejected(self, token: str) -> None:
        pass


def main(account: str, graph_url: str, ca_bundle: str, token: str, places: str, questions: str) -> None:
    """When told to, put so many questions at once, every fourth as background work, and print the answers."""
    route = Route(ca_file=ca_bundle)
    shared = SharedPlaces(Path(places), time.sleep)
    provider = MicrosoftCalendars(
        account,
        _Token(token),
        MicrosoftSettings(graph_url=graph_url, route=route),
        clocks=Clocks(lambda: NOW, time.monotonic, time.sleep, random.random),
        mailboxes=Mailboxes(time.monotonic, route, workers=WORKERS, shared=shared),
    )

    def ask(number: int) -> str:
        deadline = Deadline(20, time.monotonic, is_patient=number % 4 == 3)
        wanted = BusyQuery("calendar")
        answers = provider.free_busy([wanted], Interval(NOW, NOW + timedelta(days=1)), deadline=deadline)
        return str(answers[wanted])

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(4) as threads:
        print(set(threads.map(ask, range(int(questions)))))
