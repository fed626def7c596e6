"""Commits groups of rows until it is killed; prints each group once it is committed.

Arguments: the database, a name for this run.
"""

import itertools

from sqlalchemy import insert

from bridge.store.engine import Store
from bridge.store.tables import alerts
from tests.store.programs import say, wait_for_go
from tests.store.rows import NINE


def main(url: str, run: str) -> None:
    store = Store(url)
    wait_for_go()
    for number in itertools.count():
        group = f"{run}-{number}"
        with store.write_alone() as connection:
            for row in range(10):
                connection.execute(insert(alerts).values(key=f"{group}-{row}", text=group, raised_at=NINE))
        say(group)
