"""Real processes share one connection."""

from __future__ import annotations

from pathlib import Path

from tests.connections.stage import ANNA, Browser, salon_toml
from tests.vendors.google import FakeGoogle
from tests.zygote import Zygote


def test_two_processes_with_four_threads_each_make_one_refresh(
    zygote: Zygote, google: FakeGoogle, browser: Browser, database_url: str, tmp_path: Path
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    google.end_access(ANNA)
    file = tmp_path / "config.toml"
    file.write_text(salon_toml(google, database_url), "utf-8")
    workers = [zygote.start("tests.connections.worker", str(file)) for _ in range(2)]
    held = {worker.stdout.readline().strip() for worker in workers}
    for worker in workers:
        worker.stdin.write("now\n")
        worker.stdin.flush()
    got = [worker.finish().output.split() for worker in workers]
    refreshes = [each for each in google.requests if each.form.get("grant_type") == "refresh_token"]
    assert len(refreshes) == 1
    assert got[0] == got[1]
    assert len(got[0]) == 1
    assert not held & set(got[0])
