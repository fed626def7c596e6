"""What the terminal tells of days that were set on the page Days off."""

from __future__ import annotations

from datetime import timedelta

from bridge.store.engine import Store
from bridge.store.sql import set_days
from bridge.surroundings import utc_now
from tests.cast.terminal import Terminal, tomorrow


def test_explain_and_check_name_the_page_where_it_decides(bridge: Terminal, sqlite_url: str) -> None:
    bridge("migrate")
    store, now = Store(sqlite_url), utc_now()
    day = now.date() + timedelta(days=1)
    with store.write() as connection:
        set_days.add(connection, {"anna": {day: ()}}, at=now, by="Kim", note="")
    store.close()
    told = bridge("explain", "cut", tomorrow(10))
    assert f"the hours of {day} were set on the page Days off by Kim" in " ".join(told.out.split())
    told = bridge("explain", "cut", tomorrow(10), "--json")
    assert [host["hours_from"] for host in told.json["hosts"]] == ["set_day", "open_hours"]
    found = {each["subject"]: each["text"] for each in bridge("check", "--json").json}
    assert found["hosts.anna"] == f"{day} to {day} closed: set on the page Days off, over the configuration"
