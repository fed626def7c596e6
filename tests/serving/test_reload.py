"""`bridge reload` and a bare hang-up signal: checked first, and nobody who calls notices."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cast.command import Running, descendants, ran, running
from tests.cast.config import salon_toml
from tests.cast.ports import reserved_port
from tests.serving.callers import PATIENT, asking, post_once
from tests.serving.test_serve import served
from tests.zygote import Zygote

_SHAVE = '[event_types.shave]\ntitle = "Shave"\nhosts = ["anna"]\nminimum_notice_minutes = 0\n'
patient_toml = partial(salon_toml, bridge=PATIENT)


@pytest.fixture(scope="module")
def salon(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Running, int]]:
    """A served salon, its folder and its port; its database is its own."""
    folder = tmp_path_factory.mktemp("reload")
    with served(zygote, folder, patient_toml(f"sqlite:///{folder}/bridge.db")) as (process, port):
        process.wait_until(lambda _: len(descendants(process.process.pid)) == 2)
        yield folder, process, port


def written(folder: Path, more: str) -> None:
    (folder / "config.toml").write_text(patient_toml(f"sqlite:///{folder}/bridge.db", rest=more))


def test_a_sound_file_is_taken_before_the_command_ends(
    zygote: Zygote, salon: tuple[Path, Running, int]
) -> None:
    folder, _, port = salon
    written(folder, _SHAVE)
    told = ran(zygote, "reload", folder=folder)
    assert told.returncode == 0, told.stderr
    assert told.stdout == "The new configuration is taken.\n"
    assert post_once(port, "/shave/available", {})[0] == 200


@pytest.mark.parametrize(
    "broken", ["locale = ", "[hosts.carla]\n", '[alerts]\nemail = "env:NOBODY_SET_THIS"\n']
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(
    zygote: Zygote, salon: tuple[Path, Running, int], broken: str
) -> None:
    folder, process, port = salon
    before = descendants(process.process.pid)
    written(folder, broken)
    told = ran(zygote, "reload", folder=folder)
    assert told.returncode == 3
    assert told.stderr.startswith(
        "The new configuration was not taken; the bridge goes on with the one it has"
    )
    assert "The configuration cannot be used:\n" in told.stderr
    assert descendants(process.process.pid) == before
    assert post_once(port, "/available", {})[0] == 200


def test_a_typo_and_a_bare_hang_up_leave_the_service_as_it_was(salon: tuple[Path, Running, int]) -> None:
    folder, process, port = salon
    before = descendants(process.process.pid)
    written(folder, "[[[")
    seen = process.said.count("this is not TOML")
    process.process.send_signal(signal.SIGHUP)
    process.wait_until(lambda said: said.count("this is not TOML") > seen)
    os.kill(before[0], signal.SIGKILL)  # the one that takes its place reads no file either
    process.wait_until(lambda _: before[0] not in descendants(process.process.pid))
    assert [post_once(port, "/available", {})[0] for _ in range(8)] == [200] * 8


def test_what_needs_a_restart_is_said(zygote: Zygote, tmp_path: Path, sqlite_url: str) -> None:
    config = patient_toml(sqlite_url).replace('"fake-telli-key"', '"env:FAKE_TELLI_KEY"')
    (tmp_path / "config.toml").write_text(config)
    with (
        reserved_port() as port,
        running(
            zygote,
            *("serve", "--bind", f"127.0.0.1:{port}"),
            folder=tmp_path,
            FAKE_TELLI_KEY="fake-telli-key",
        ) as process,
    ):
        process.wait_for("`bridge reload`")
        (tmp_path / "config.toml").write_text(config + '[server]\nbind = "127.0.0.1:9"\n')
        told = ran(zygote, "reload", folder=tmp_path)
        assert told.returncode == 0, told.stderr
        assert post_once(port, "/available", {})[0] == 200
    assert "A new server.bind holds from the next start" in told.stdout
    assert "Values from the environment (FAKE_TELLI_KEY) are those the bridge was started with" in told.stdout


def test_without_a_server_it_says_so(zygote: Zygote, tmp_path: Path) -> None:
    (tmp_path / "bridge.pid").write_text(f"{os.getpid()}\n")  # a number that is somebody else's by now
    told = ran(zygote, "reload", folder=tmp_path)
    assert told.returncode == 4
    assert told.stderr.startswith("No bridge is served from config.toml (by ")


@pytest.mark.parametrize(("words", "times"), [([], 2), (["--preload"], 1)])
def test_no_caller_is_lost_at_reloads(
    zygote: Zygote, tmp_path: Path, sqlite_url: str, words: list[str], times: int
) -> None:
    with served(zygote, tmp_path, patient_toml(sqlite_url), *words) as (_, port):
        with asking(port) as callers:
            for number in range(times):
                (tmp_path / "config.toml").write_text(
                    patient_toml(sqlite_url, rest=_SHAVE.replace("shave", f"shave{number}"))
                )
                assert ran(zygote, "reload", folder=tmp_path).returncode == 0
        assert post_once(port, f"/shave{times - 1}/available", {})[0] == 200
    assert set(callers.told) == {"good"}
    assert callers.told["good"] > 20


def test_no_caller_is_lost_where_processes_are_replaced_after_some_requests(
    zygote: Zygote, tmp_path: Path, sqlite_url: str
) -> None:
    with (
        served(zygote, tmp_path, patient_toml(sqlite_url), "--max-requests", "40") as (process, port),
        asking(port) as callers,
    ):
        process.wait_until(lambda said: said.count("Booting worker") >= 6)
    assert set(callers.told) == {"good"}
