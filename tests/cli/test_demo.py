"""`bridge demo`, started as its own process: what it prints can be pasted, and it ends as a whole."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.cli.machine import free_port
from tests.cast.command import descendants, is_alive, ran, running
from tests.cast.ports import reserved_port
from tests.cast.reading import load_config
from tests.cast.terminal import Terminal
from tests.zygote import Zygote


@dataclass
class Demo:
    """What a demo said, printed and left behind; `pasted` is what its calls answered."""

    folder: Path
    said: str = ""
    pasted: str = ""
    code: int | None = None
    is_port_free: bool = False
    children: list[int] = field(default_factory=list)

    @property
    def port(self) -> int:
        found = re.search(r"answers at http://127\.0\.0\.1:(\d+)", self.said)
        assert found
        return int(found[1])


def played(zygote: Zygote, folder: Path, number: int, *words: str) -> Demo:
    """Run a demo, paste its calls into a shell, and stop it."""
    demo = Demo(folder)
    with running(zygote, "demo", "--folder", str(folder), *words, folder=folder.parent) as process:
        process.wait_for("slots consultation")
        process.wait_until(lambda _: len(descendants(process.process.pid)) >= 3)  # gunicorn and its workers
        demo.children = descendants(process.process.pid)
        if shutil.which("curl") and shutil.which("bash"):
            demo.pasted = _pasted(process.said)
        demo.code = process.end(number)
        demo.said = process.said
        demo.is_port_free = free_port(demo.port) == demo.port  # at once: others ask for ports, too
    return demo


def _pasted(said: str) -> str:
    calls = re.findall(r"^curl .*?(?=\n\n)", said, re.MULTILINE | re.DOTALL)
    done = subprocess.run(["bash", "-e"], input="\n".join(calls), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def demos(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> tuple[Demo, Demo]:
    """Two demos in the same folder, one after the other.

    The first finds port 8000 taken and is stopped as by Ctrl+C, the second by SIGTERM.
    """
    folder = tmp_path_factory.mktemp("demo") / "kept"
    with socket.socket() as taken:
        # Else it cannot be had for a minute after another demo: only the demo itself could have it then.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else has it: all the better
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        first = played(zygote, folder, signal.SIGINT)
    with reserved_port() as port:
        return first, played(zygote, folder, signal.SIGTERM, "--port", str(port))


@pytest.fixture
def first(demos: tuple[Demo, Demo]) -> Demo:
    return demos[0]


@pytest.fixture
def second(demos: tuple[Demo, Demo]) -> Demo:
    return demos[1]


def test_a_taken_port_is_left_for_a_free_one(first: Demo) -> None:
    assert first.port != 8000


def test_it_names_its_folder_the_team_and_the_password(first: Demo) -> None:
    assert f"Everything lies in {first.folder}\n" in first.said
    assert "Team: Anna Example, Ben Example, Carla Example\n" in first.said
    assert re.search(r"^Password of the pages: \S{10,}$", first.said, re.MULTILINE)


def test_the_printed_calls_work_when_they_are_pasted(first: Demo) -> None:
    if not first.pasted:
        pytest.skip("there is no curl or no bash")
    assert re.fullmatch(r'{"available":\[{"start_iso":.*}\]}{"status":"success"}', first.pasted)


@pytest.mark.parametrize("which", [0, 1])
def test_stopped_by_ctrl_c_or_sigterm_it_leaves_no_process_and_names_the_folder(
    demos: tuple[Demo, Demo], which: int
) -> None:
    demo = demos[which]
    assert demo.code == 0
    assert demo.said.endswith(f"The demo has stopped. What it kept lies in {demo.folder}\n")
    assert not any(map(is_alive, demo.children))
    assert demo.is_port_free


def test_started_again_it_goes_on_with_its_keys_and_bookings(first: Demo, second: Demo) -> None:
    key = load_config(second.folder / "config.toml", {}).telli.api_keys[0].get_secret_value()
    assert len(key) == 32
    assert (
        re.findall("x-telli-signature: (.*)'", first.said)[0]
        == re.findall("x-telli-signature: (.*)'", second.said)[0]
    )
    if not first.pasted:
        pytest.skip("there is no curl or no bash")
    bookings = Terminal(second.folder)("bookings", "--all", "--json").json
    assert [each["contact_id"] for each in bookings].count("demo-caller") == 1


def test_it_opens_with_a_week_of_life_in_it_and_gets_no_second_one(second: Demo) -> None:
    bridge = Terminal(second.folder)
    booked, calls = bridge("bookings", "--all", "--json").json, bridge("calls", "--json").json
    assert len({each["contact_id"] for each in booked if each["contact_id"] != "demo-caller"}) >= 8
    assert {"confirmed", "cancelled"} <= {each["state"] for each in booked}
    assert {"offered", "booked", "failed", "refused"} <= {each["outcome"] for each in calls}
    assert [each["reason"] for each in calls].count("slot_taken") == 1, "one week, not two"
    (alert,) = bridge("alerts", "--json").json
    assert "carla@example.com at Google has ended" in alert["text"]


def test_the_commands_it_names_work(zygote: Zygote, second: Demo) -> None:
    done = ran(
        zygote, "--config", str(second.folder / "config.toml"), "slots", "consultation", folder=second.folder
    )
    assert done.returncode == 0
    assert "start_iso" in done.stdout


def test_its_configuration_is_for_the_owners_eyes_only(first: Demo) -> None:
    assert stat.S_IMODE((first.folder / "config.toml").stat().st_mode) == 0o600


def test_a_named_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = Terminal(tmp_path)("demo", "--port", str(port), "--folder", str(tmp_path / "demo"))
    assert told.code == 1
    assert told.err == f"Port {port} is taken; choose another one, or leave --port out.\n"
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_somebodys_own_configuration_is_left_alone(tmp_path: Path) -> None:
    bridge = Terminal(tmp_path)
    bridge("init")
    before = bridge.config.read_bytes()
    told = bridge("demo", "--folder", str(tmp_path))
    assert told.code == 1
    assert "is not a demo's; choose another folder" in told.err
    assert bridge.config.read_bytes() == before


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = Terminal(tmp_path)("demo", "--folder", str(tmp_path / "file" / "demo"))
    assert told.code == 1
    assert told.err.endswith("cannot be used: Not a directory.\n")
