"""Since when a host stands in an event type: recorded by whoever starts first, forgotten with the host."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from bridge.app import create_app
from bridge.booking.joins import record_joins
from bridge.cli import main
from bridge.store.sql import round_robin
from tests.cast.clock import MONDAY, TurnableClock
from tests.cast.config import ANNA, BEN, CARL, salon_config, salon_toml
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon

PAIR = 'hosts = ["anna", "ben"]'
LATER = MONDAY + timedelta(days=3)


class RestlessClock(TurnableClock):
    """A clock that goes on whenever somebody looks."""

    def now(self, _connection: object = None) -> datetime:
        self.turn(microseconds=1)
        return super().now()


def joined(salon: UnrulySalon, event_type: str = "visit") -> dict[str, datetime]:
    with salon.bridge.store.read() as connection:
        return round_robin.joined(connection, event_type)


def at(moment: datetime) -> TurnableClock:
    return TurnableClock(moment)


def test_all_hosts_of_a_first_start_joined_at_one_moment(open_salon: OpenSalon) -> None:
    """Else the last of them would be a newcomer beside the others."""
    lines = 'fixed_hosts = ["anna"]\ngroups = [["ben"], ["carl"]]'
    salon = open_salon(ANNA, BEN, CARL, clock=RestlessClock(), visit=lines, solo=PAIR)
    assert (set(joined(salon)), set(joined(salon, "solo"))) == ({"anna", "ben", "carl"}, {"anna", "ben"})
    assert len({*joined(salon).values(), *joined(salon, "solo").values()}) == 1


def test_who_is_added_later_joined_later(open_salon: OpenSalon) -> None:
    open_salon(ANNA, visit='hosts = ["anna"]')
    salon = open_salon(ANNA, BEN, CARL, clock=at(LATER), visit='hosts = ["ben", "anna", "carl"]')
    assert joined(salon) == {"anna": MONDAY, "ben": LATER, "carl": LATER}


def test_a_host_joins_each_event_type_by_itself(open_small: OpenSalon) -> None:
    open_small(ANNA, BEN, visit=PAIR)
    salon = open_small(ANNA, BEN, clock=at(LATER), visit=PAIR, other='hosts = ["ben"]')
    assert (joined(salon), joined(salon, "other")) == (dict.fromkeys(("anna", "ben"), MONDAY), {"ben": LATER})


def test_who_comes_back_to_an_event_type_joins_anew(open_salon: OpenSalon) -> None:
    open_salon(ANNA, BEN, visit=PAIR, other=PAIR)
    alone = open_salon(ANNA, BEN, clock=at(LATER), visit='hosts = ["anna"]', other=PAIR)
    assert joined(alone) == {"anna": MONDAY}
    again = open_salon(ANNA, BEN, clock=at(LATER + timedelta(days=1)), visit=PAIR, other=PAIR)
    assert joined(again) == {"anna": MONDAY, "ben": LATER + timedelta(days=1)}
    assert joined(again, "other") == dict.fromkeys(("anna", "ben"), MONDAY)


def test_an_event_type_that_is_away_for_a_while_keeps_its_dates(open_small: OpenSalon) -> None:
    open_small(ANNA, BEN, visit=PAIR)
    open_small(ANNA, BEN, clock=at(LATER), other=PAIR)
    assert joined(open_small(ANNA, BEN, clock=at(LATER), visit=PAIR)) == dict.fromkeys(
        ("anna", "ben"), MONDAY
    )


def test_of_many_starting_at_once_one_records_all(store_url: str) -> None:
    config = salon_config(store_url, ANNA, BEN, CARL, visit='hosts = ["anna", "ben", "carl"]', other=PAIR)
    salons = [UnrulySalon(config, clock=at(MONDAY + timedelta(seconds=number))) for number in range(4)]
    together = threading.Barrier(len(salons))
    broken: list[BaseException] = []

    def start(salon: UnrulySalon) -> Callable[[], None]:
        def run() -> None:
            together.wait(100)
            try:
                record_joins(salon.bridge.context)
            except Exception as error:  # noqa: BLE001 - to be shown by the test's own thread
                broken.append(error)

        return run

    threads = [threading.Thread(target=start(salon)) for salon in salons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken
    moments = {*joined(salons[0]).values(), *joined(salons[0], "other").values()}
    assert (len(joined(salons[0])), len(moments)) == (3, 1)
    for salon in salons:
        salon.bridge.stop()


def test_a_server_records_them_with_its_first_request(store_url: str) -> None:
    app = create_app(salon_config(store_url, ANNA, BEN, visit=PAIR))
    bridge = app.extensions["bridge"]
    with bridge.store.read() as connection:
        assert not round_robin.joined(connection, "visit")
    assert app.test_client().get("/healthz").status_code == 200
    with bridge.store.read() as connection:
        assert set(round_robin.joined(connection, "visit")) == {"anna", "ben"}
    bridge.stop()


def test_a_command_records_them_too(sqlite_url: str, tmp_path: Path) -> None:
    text = salon_toml(sqlite_url, ANNA, BEN, visit=PAIR)
    config = tmp_path / "config.toml"
    config.write_text(text)
    assert CliRunner().invoke(main, ["--config", str(config), "team", "visit"]).exit_code == 0
    salon = UnrulySalon(salon_config(sqlite_url, ANNA, BEN, visit=PAIR))
    assert set(joined(salon)) == {"anna", "ben"}
    salon.bridge.stop()
