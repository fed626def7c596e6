"""The real server with its hosts' calendars at the vendors, through telli's endpoints."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT, vendors_toml
from tests.cast.clock import tomorrow_at
from tests.cast.server import running
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft
from tests.zygote import Zygote

CROWDED = "book_deadline_seconds = 50"


def caller(who: str) -> object:
    return {"contact_id": who, "contact_details": {"name": who}, "start_iso": tomorrow_at(10).isoformat()}


def test_a_team_at_google_and_microsoft_is_offered_and_booked(
    zygote: Zygote, google: FakeGoogle, microsoft: FakeMicrosoft, sqlite_url: str, tmp_path: Path
) -> None:
    config = vendors_toml(sqlite_url, tmp_path, google=google, microsoft=microsoft)
    with running(zygote, config, tmp_path / "server") as server:
        status, offered = server.post("/cut/available", {"contact_id": "kim"})
        assert status == 200
        assert offered["available"]
        told = [server.post("/cut/book", caller(who))[1]["status"] for who in ("kim", "lee", "max")]
    assert told == ["success", "success", "failed"]
    assert len(google.events(ANNA_GOOGLE)) == len(microsoft.events(BEN_MICROSOFT)) == 1


def test_60_callers_for_one_slot_at_google_give_exactly_one_event(
    zygote: Zygote, google: FakeGoogle, sqlite_url: str, tmp_path: Path
) -> None:
    config = vendors_toml(sqlite_url, tmp_path, google=google, bridge=CROWDED)
    with running(zygote, config, tmp_path / "server") as server:
        answers = server.post_at_once("/cut/book", [caller(f"caller-{n}") for n in range(60)])
    assert Counter(str(answer["status"]) for answer in answers) == {"success": 1, "failed": 59}
    assert len(google.events(ANNA_GOOGLE)) == 1


def test_60_callers_for_one_slot_at_microsoft_give_exactly_one_event(
    zygote: Zygote, microsoft: FakeMicrosoft, sqlite_url: str, tmp_path: Path
) -> None:
    config = vendors_toml(sqlite_url, tmp_path, microsoft=microsoft, bridge=CROWDED)
    with running(zygote, config, tmp_path / "server") as server:
        answers = server.post_at_once("/cut/book", [caller(f"caller-{n}") for n in range(60)])
    assert Counter(str(answer["status"]) for answer in answers) == {"success": 1, "failed": 59}
    assert len(microsoft.events(BEN_MICROSOFT)) == 1
