"""The locked versions are those of constraints.txt, each with its hashes, and nothing needed is missing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def named(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    return {named(name): version for name, version in _PIN.findall((ROOT / file).read_text())}


def needed(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in extras for each in project["optional-dependencies"][extra]),
    ]
    return {named(re.split(r"[^A-Za-z0-9._-]", each)[0]) for each in wanted}


@pytest.mark.parametrize(
    ("file", "extras"), [("locks/server.txt", ("exchange",)), ("locks/dev.txt", ("dev",))]
)
def test_a_lock_has_all_that_is_needed_in_the_versions_of_the_constraints(
    file: str, extras: tuple[str, ...]
) -> None:
    locked, agreed = pins(file), pins("constraints.txt")
    assert needed(*extras) - set(locked) == set(), "`make lock` brings it up to date"
    assert {name: version for name, version in locked.items() if agreed.get(name) != version} == {}


@pytest.mark.parametrize("file", ["locks/server.txt", "locks/dev.txt", "locks/build.txt"])
def test_everything_locked_has_its_hashes_and_no_address(file: str) -> None:
    text = (ROOT / file).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    assert "://" not in text
