"""What is asked again and again is found by an index, however much is over: SQLite looks at no more rows.

A SQLite file knows nothing of how its values are spread, so its plans are the same with none and a million.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bridge.model import Contact
from bridge.store.engine import Store
from bridge.store.sql import bookings, counts, local_events
from tests.store.rows import NINE

Ask = Callable[[Connection], object]
ASKED: dict[str, Ask] = {
    "bookings_in_work": lambda it: bookings.abandoned(it, NINE, timedelta(minutes=1)),
    "ix_bookings_state_ends_at (state=? AND ends_at>?)": lambda it: bookings.coming_calendars(it, NINE),
    "ix_bookings_contact_key_made_at (contact_key=?)": lambda it: counts.ahead_of_caller(
        it, Contact("kim"), "+49301234567", "cut", NINE
    ),
    "ix_local_events_changed (changed>?)": lambda it: local_events.changed_calendars(it, 7),
}


@pytest.mark.parametrize("index", ASKED)
def test_what_is_over_is_not_looked_at(sqlite_url: str, index: str) -> None:
    with closing(Store(sqlite_url)) as store, store.read() as connection:
        said: list[tuple[str, Any]] = []

        def noted(_connection: object, _cursor: object, text: str, given: Any, *_more: object) -> None:
            said.append((text, given))

        event.listen(connection, "before_cursor_execute", noted)
        ASKED[index](connection)
        text, given = said[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all()
    assert index in " ".join(row.detail for row in plan), plan
