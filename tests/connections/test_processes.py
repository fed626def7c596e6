"""Real processes share one connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.connections.stage import ANNA, Browser, salon_toml
from tests.vendors.google import FakeGoogle


def test_two_processes_with_four_threads_each_make_one_refresh(
    google: FakeGoogle, browser: Browser, database_url: str, tmp_path: Path
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    google.end_access(ANNA)
    file = tmp_path / "config.toml"
    file.write_text(salon_toml(google, database_url), "utf-8")
    command = [sys.executable, "-m", "tests.connections.worker", str(file)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        held = {_line(worker) for worker in workers}
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("now\n")
            worker.stdin.flush()
        got = [worker.communicate(timeout=60)[0].split() for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    refreshes = [each for each in google.requests if each.form.get("grant_type") == "refresh_token"]
    assert len(refreshes) == 1
    assert got[0] == got[1]
    assert len(got[0]) == 1
    assert not held & set(got[0])


def _line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()
