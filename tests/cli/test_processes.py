"""The command as real processes: from an empty folder to a served bridge, and ways to be stopped."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.attendee import CallerRequest
from bridge.cli.machine import free_port
from bridge.model import CalendarName
from bridge.parts import Bridge
from bridge.speech.instants import parse_instant
from providers.base import Deadline, Interval
from tests.cast import server
from tests.cast.command import BRIDGE, environment, ran, running, typed
from tests.cast.config import salon_config
from tests.cast.terminal import Terminal, salon_terminal, tomorrow
from tests.zygote import Zygote


def test_init_and_then_check_and_slots_work_in_an_empty_folder(zygote: Zygote, tmp_path: Path) -> None:
    for done in (
        typed("init", folder=tmp_path),
        ran(zygote, "check", folder=tmp_path),
        typed("slots", "consultation", folder=tmp_path),
    ):
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["bridge.db", "config.toml"]


def test_gunicorn_serves_what_init_wrote(zygote: Zygote, tmp_path: Path) -> None:
    bridge = Terminal(tmp_path)
    assert bridge("init").code == 0
    with server.running(zygote, bridge.config.read_text(), tmp_path) as served:
        told = bridge(
            "request", "consultation", "available", "--url", f"http://127.0.0.1:{served.port}", "--json"
        )
    assert told.code == 0
    assert told.json["available"]


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path, sqlite_url: str) -> None:
    salon_terminal(tmp_path, sqlite_url)
    bridge = subprocess.Popen(
        [*BRIDGE, "slots", "cut"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert bridge.stdout
    assert bridge.stderr
    bridge.stdout.close()
    assert bridge.stderr.read() == ""
    bridge.stderr.close()
    assert bridge.wait() == 0


@pytest.mark.parametrize(("width", "framed"), [(40, False), (100, True)])
def test_on_a_terminal_tables_fit_its_width_and_no_color_is_heeded(
    zygote: Zygote, tmp_path: Path, sqlite_url: str, width: int, framed: bool
) -> None:
    salon_terminal(tmp_path, sqlite_url)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    surroundings = environment({"NO_COLOR": "1", "TERM": "xterm-256color"})
    with (tmp_path / "errors").open("w") as errors:
        bridge = zygote.start(
            "tests.cast.command",
            "check",
            folder=tmp_path,
            output=theirs,
            errors=errors.fileno(),
            environment=surroundings,
        )
    os.close(theirs)
    text = _read_all(ours)
    assert bridge.finish().returncode == 0
    plain = text.replace("\x1b[1m", "").replace("\x1b[0m", "")  # bold is no colour
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= width
    assert ("│ ok " in plain) is framed


def test_a_worker_does_what_is_due_and_stops_when_it_is_told(
    zygote: Zygote, tmp_path: Path, sqlite_url: str
) -> None:
    salon_terminal(tmp_path, sqlite_url)
    opened = Bridge(salon_config(sqlite_url))
    cut = opened.reception.event_type("cut")
    done = opened.reception.book(cut, CallerRequest(), parse_instant(tomorrow(10)))
    assert done.booking
    assert opened.reception.cancel(done.booking).success
    assert _events(opened) == 1  # removing it is left to the background
    with running(zygote, "worker", folder=tmp_path) as worker:
        worker.wait_for("Ctrl+C stops it")
        while _events(opened):
            time.sleep(0.1)
        assert worker.end(signal.SIGTERM) == 0
        assert worker.said.splitlines()[-1].startswith("The worker has stopped")
    assert _events(opened) == 0
    opened.stop()


def _events(bridge: Bridge) -> int:
    anna = CalendarName("local", "", "anna")
    now = datetime.now(UTC)
    window = Interval(now, now + timedelta(days=3))
    deadline = Deadline(60, time.monotonic)
    return len(bridge.accounts.provider(anna).list_events("anna", window, deadline=deadline))


def _read_all(terminal: int) -> str:
    read = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end was closed
            part = b""
        if not part:
            os.close(terminal)
            return read.decode()
        read += part


def test_a_server_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[bridge]\n")
    program = (
        "from pathlib import Path\nfrom bridge.cli.failures import run\n"
        "from bridge.cli.child_server import serve\n"
        f"run(lambda *_, **__: serve(Path('config.toml'), {free_port(0)}, lambda: None), [])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert done.stderr.endswith("The server did not start; what it said stands above.\n")
    assert "bridge.public_url" in done.stderr
