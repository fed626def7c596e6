"""`bridge serve`: what it says, what it refuses, and that nobody is cut off when it ends."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from bridge.service.signing import sign
from tests.cast import server
from tests.cast.clock import tomorrow_at
from tests.cast.command import Running, ran, running
from tests.cast.config import API_KEY, salon_toml
from tests.cast.ports import reserved_port
from tests.serving.callers import caller, post_once
from tests.zygote import Zygote


@contextmanager
def served(zygote: Zygote, folder: Path, config: str, *words: str) -> Iterator[tuple[Running, int]]:
    """Serve a configuration by `bridge serve` on a free port."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(config)
    with (
        reserved_port() as port,
        running(zygote, "serve", "--bind", f"127.0.0.1:{port}", *words, folder=folder) as process,
    ):
        process.wait_for("`bridge reload`")
        yield process, port


def test_it_says_where_it_answers_with_which_file_database_and_version(
    zygote: Zygote, sqlite_url: str, tmp_path: Path
) -> None:
    with served(zygote, tmp_path, salon_toml(sqlite_url)) as (process, port):
        status, _ = post_once(port, "/available", {})
        assert process.end(signal.SIGTERM) == 0
    assert status == 200
    assert f"The bridge {version('calendar-bridge')} answers at http://127.0.0.1:{port}\n" in process.said
    assert f"  configuration  {tmp_path}/config.toml\n" in process.said
    assert f"  database       {sqlite_url}\n" in process.said
    assert not list(tmp_path.glob("bridge.pid*"))


def test_a_configuration_that_cannot_be_used_is_told_in_sentences(zygote: Zygote, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[bridge]\n[server]\nworkers = 0\n")
    told = ran(zygote, "serve", folder=tmp_path)
    assert told.returncode == 3
    assert "The configuration cannot be used:\n" in told.stderr
    assert "  server.workers: 0 is out of range" in told.stderr
    assert "  bridge.public_url: is missing" in told.stderr
    assert "Traceback" not in told.stderr


def test_gunicorn_meets_the_same_checks(zygote: Zygote, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as refused, server.running(zygote, "[bridge]\n", tmp_path):
        pass
    assert "  bridge.public_url: is missing" in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_a_port_that_somebody_holds_is_refused(zygote: Zygote, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(salon_toml(sqlite_url))
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        told = ran(zygote, "serve", "--bind", f"127.0.0.1:{port}", folder=tmp_path)
    assert told.returncode == 1
    assert f"The bridge cannot listen at 127.0.0.1:{port}: address already in use." in told.stderr
    assert not list(tmp_path.glob("bridge.pid*"))


def test_a_second_server_of_one_configuration_is_refused_until_the_first_is_dead(
    zygote: Zygote, sqlite_url: str, tmp_path: Path
) -> None:
    with served(zygote, tmp_path, salon_toml(sqlite_url)) as (first, _), reserved_port() as another:
        told = ran(zygote, "serve", "--bind", f"127.0.0.1:{another}", folder=tmp_path)
        assert told.returncode == 1
        assert f"(process {first.process.pid}, by {tmp_path}/bridge.pid)" in told.stderr
        first.kill()
    with served(zygote, tmp_path, salon_toml(sqlite_url)) as (
        _,
        port,
    ):  # the dead one's number means nothing
        assert post_once(port, "/available", {})[0] == 200


@pytest.mark.parametrize("words", [["--worker-class", "sync"], ["--preload"], []])
def test_a_booking_under_way_is_answered_before_the_server_ends(
    zygote: Zygote, sqlite_url: str, tmp_path: Path, words: list[str]
) -> None:
    raw = json.dumps(caller("kim", tomorrow_at(10))).encode()
    head = (
        f"POST /book HTTP/1.1\r\nhost: bridge\r\nx-telli-signature: {sign(raw, API_KEY)}\r\n"
        f"content-length: {len(raw)}\r\nexpect: 100-continue\r\n\r\n"
    )
    with served(zygote, tmp_path, salon_toml(sqlite_url), *words) as (process, port):
        # One that is just forked does not hear of the end, and is waited for in vain.
        process.wait_until(lambda said: said.count("Booting worker") == 2)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(head.encode())
            assert line.recv(1000).startswith(b"HTTP/1.1 100 ")  # it is being read
            process.process.send_signal(signal.SIGTERM)
            process.wait_for("Handling signal: term")
            line.sendall(raw)
            assert b'{"status":"success"}' in _all(line)
        assert process.end(signal.SIGTERM) == 0


def _all(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)
