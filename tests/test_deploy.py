"""What deploy/ ships is sound: started where the machine has the program for it, else read closely."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from bridge.cli.machine import free_port
from bridge.config import load_config
from bridge.vendors.registry import VENDORS
from tests.cast.command import environment, running, typed
from tests.cast.config import salon_toml
from tests.config.samples import PASSWORD_HASH, SECRET_KEY
from tests.zygote import Zygote

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
ENVIRON = {
    "BRIDGE_SECRET_KEY": SECRET_KEY,
    "BRIDGE_ADMIN_PASSWORD_HASH": PASSWORD_HASH,
    "BRIDGE_DATABASE_URL": "postgresql://bridge:fake@database/bridge",
    "TELLI_API_KEY": "fake-telli-key",
}


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def has_docker() -> bool:
    docker = shutil.which("docker")
    return (
        bool(docker)
        and subprocess.run([docker or "", "info"], capture_output=True, check=False).returncode == 0
    )


def unit() -> RawConfigParser:
    read = RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign] # systemd tells Type from type
    read.read(DEPLOY / "bridge.service")
    return read


def test_the_shipped_configuration_is_sound_and_believes_the_shipped_proxy(compose: Any) -> None:
    config = load_config(DEPLOY / "config" / "config.toml", ENVIRON, VENDORS)
    assert config.bridge.trusted_proxies == 1
    (network,) = compose["networks"]["inside"]["ipam"]["config"]
    assert [str(each) for each in config.server.proxies] == [network["subnet"]]


def test_the_environment_example_names_every_variable_and_holds_no_secret(compose: Any) -> None:
    lines = dict(
        line.split("=", 1)
        for line in (DEPLOY / "environment.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    used = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "compose.yaml").read_text()))
    assert set(lines) == used | (set(ENVIRON) - {"BRIDGE_DATABASE_URL"})
    assert [name for name, value in lines.items() if value] == ["BRIDGE_DOMAIN"]


def test_compose_runs_the_three_and_names_what_is_there(compose: Any) -> None:
    assert set(compose["services"]) == {"bridge", "database", "caddy"}
    bridge = compose["services"]["bridge"]
    assert (DEPLOY / bridge["build"]["context"] / bridge["build"]["dockerfile"]).is_file()
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"]
    assert "ports" not in bridge, "only Caddy is reached from outside"
    commands = bridge["command"][-1].split("&&")
    assert [each.split("bridge ")[1].split()[0] for each in commands] == ["migrate", "serve"]


def test_the_image_is_built_of_what_is_there_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    lines = [line.split() for line in text.replace("\\\n", " ").splitlines() if line and line[0] != "#"]
    copied = [
        word for first, *rest in lines if first == "COPY" and "--from=build" not in rest for word in rest[:-1]
    ]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert all(f"!{name.split('/')[0]}" in ignored for name in copied)
    order = [line[0] for line in lines]
    assert order.index("USER") < order.index("CMD")
    assert ["USER", "bridge"] in lines
    assert "HEALTHCHECK" in order


def test_the_image_is_built_and_answers() -> None:
    if not has_docker():
        pytest.skip("no Docker daemon answers: the Dockerfile was read, not built")
    built = subprocess.run(
        ["docker", "build", "--quiet", "--file", str(DEPLOY / "Dockerfile"), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    told = subprocess.run(
        ["docker", "run", "--rm", built.stdout.strip(), "bridge", "version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/opt/bridge/" in told.stdout


def test_caddy_waits_for_slow_clients_and_bounds_what_it_passes_on() -> None:
    path = DEPLOY / "Caddyfile"
    if shutil.which("caddy"):
        command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(path)]
        subprocess.run(command, check=True, capture_output=True)
    text = re.sub(r"#.*|\{\$[^}]*\}", "", path.read_text())
    assert text.count("{") == text.count("}")
    settings = {line.split()[0]: line.split()[1:] for line in text.splitlines() if len(line.split()) > 1}
    assert settings["read_body"] == settings["read_header"] == ["5s"]
    assert re.findall(r"max_size (\S+)", text) == ["6MB", "1MB"], "a file, and whatever else there is"
    assert settings["request_buffers"] == ["6MB"]
    assert settings["keepalive"] == ["20s"], "shorter than the bridge's 30 seconds"


def test_systemd_finds_the_unit_sound_and_hardened(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze")
    here = tmp_path / "bridge.service"
    here.write_text((DEPLOY / "bridge.service").read_text().replace("/opt/bridge/bin/bridge", "/bin/true"))
    told = subprocess.run(
        ["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(here)]
    assert subprocess.run(security, capture_output=True, check=False).returncode == 0


def test_the_units_commands_start_tell_systemd_and_reload(
    zygote: Zygote, tmp_path: Path, sqlite_url: str
) -> None:
    service = unit()["Service"]
    (tmp_path / "config.toml").write_text(salon_toml(sqlite_url))
    start, again = (
        shlex.split(service[name].replace("/run/bridge/", f"{tmp_path}/"))[1:]
        for name in ("ExecStart", "ExecReload")
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        with running(
            zygote, *start, "--bind", f"127.0.0.1:{free_port(0)}", folder=tmp_path, **told
        ) as bridge:
            bridge.wait_for("`bridge reload`")
            assert b"READY=1" in systemd.recv(1000)
            assert typed(*again, folder=tmp_path).returncode == 0
            assert bridge.end(signal.SIGTERM) == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built of what is packed into it and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("bridge", "providers"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(source)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    ours = [path for name in ("bridge", "providers") for path in (ROOT / name).rglob("*") if path.is_file()]
    names = {path.relative_to(ROOT).as_posix() for path in ours if path.suffix != ".pyc"}
    assert names - packed == set()
    assert {"LICENSE"} <= {name.split("/")[-1] for name in packed}


def test_the_wheel_runs_its_own_demo(wheel: Path, tmp_path: Path) -> None:
    python = installed(wheel, tmp_path / "venv")
    around = {key: value for key, value in environment().items() if key != "PYTHONPATH"}
    command = [python, "-P", "-m", "bridge"]
    told = subprocess.run([*command, "version"], env=around, capture_output=True, text=True, check=True)
    assert str(tmp_path / "venv") in told.stdout
    demo = subprocess.Popen(
        [*command, "demo", "--folder", str(tmp_path / "demo")],
        cwd=tmp_path,
        env=around,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout
    said = ""
    for line in demo.stdout:
        said += line
        if "slots consultation" in line:
            break
    demo.send_signal(signal.SIGTERM)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, said + rest
    assert "The bridge answers at" in said


def installed(wheel: Path, venv: Path) -> str:
    """Install a wheel into a fresh environment that finds its libraries where this one does."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    site = next(venv.glob("lib/python*/site-packages"))
    shutil.unpack_archive(wheel, site, "zip")
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    return os.fspath(venv / "bin" / "python")
