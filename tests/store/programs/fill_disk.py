"""Writes ten rows at a time until no file may grow any more; prints each group that was committed.

Argument: the database.
"""

import resource
from contextlib import closing

from sqlalchemy import insert

from bridge.errors import StoreUnavailable
from bridge.store.engine import Store
from bridge.store.tables import alerts
from tests.store.programs import say, wait_for_go
from tests.store.rows import NINE

_LIMIT = 600 * 1024


def main(url: str) -> None:
    wait_for_go()
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LIMIT, _LIMIT))
    with closing(Store(url)) as store:
        for group in range(1000):
            rows = [
                {"key": f"{group}-{number}-{'k' * 2000}", "text": f"{group:04}", "raised_at": NINE}
                for number in range(10)
            ]
            try:
                with store.write() as connection:
                    connection.execute(insert(alerts), rows)
            except StoreUnavailable as error:
                say(f"StoreUnavailable: {error}")
                return
            say(f"{group:04}")
