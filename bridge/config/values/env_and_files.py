"""Replaces `env:NAME` and `file:PATH` by what they stand for, wherever the configuration holds text.

A value that comes from outside is marked, so that no message shows it: it may be a secret in a wrong place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bridge.config.problems.found import Problems, TomlPath
from bridge.said import Said, Worded

_LARGEST = 64 * 1024
_DEEPEST = 12


class FromOutside(str):
    """Text read from the environment or a file; `source` is how the configuration names it."""

    __slots__ = ("source",)
    source: str

    def __new__(cls, text: str, source: str) -> Self:
        """Mark the text with where it came from."""
        marked = super().__new__(cls, text)
        marked.source = source
        return marked


class Unresolved:
    """Stands where a value could not be read; the problem is noted already."""


class Unreadable(Worded):
    """Why a value or file cannot be read, as a sentence."""


@dataclass(frozen=True)
class Outside:
    """Where values come from: the environment, files relative to `base`; and where problems go."""

    environ: Mapping[str, str]
    base: Path
    problems: Problems

    def resolve(self, value: object, at: TomlPath = ()) -> object:
        """Return the same tree with every `env:` and `file:` text read."""
        if len(at) > _DEEPEST:
            self.problems.add(at[:2], Said("is nested too deeply"))
            return Unresolved()
        if isinstance(value, dict):
            return {key: self.resolve(item, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, (*at, place)) for place, item in enumerate(value)]
        if isinstance(value, str) and value.startswith(("env:", "file:")):
            return self._read(value, at)
        return value

    def _read(self, text: str, at: TomlPath) -> object:
        scheme, _, name = text.partition(":")
        read = {"env": self._from_environment, "file": self._from_file}[scheme]
        try:
            return FromOutside(read(name).removesuffix("\n"), text)
        except Unreadable as reason:
            self.problems.add(at, reason.sentence)
            return Unresolved()

    def _from_environment(self, name: str) -> str:
        if not name:
            raise Unreadable('names no environment variable; write "env:NAME"')
        if name not in self.environ:
            raise Unreadable("the environment variable {name} is not set", name=name[:80])
        return self.environ[name]

    def _from_file(self, name: str) -> str:
        if not name:
            raise Unreadable('names no file; write "file:PATH"')
        return read_file(self.base / name, _LARGEST)


def variables_in(value: object) -> Iterator[str]:
    """Yield the environment variables that a tree's texts name."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from variables_in(item)
    elif isinstance(value, str) and value.startswith("env:"):
        yield value.removeprefix("env:")


def read_file(path: Path, largest: int) -> str:
    """Return a small text file's content. Unreadable: there is none; the text says why."""
    name = str(path)[-120:]
    try:
        if not path.is_file():  # a pipe or a device could keep the server waiting for ever
            raise Unreadable("the file {name} does not exist or is no ordinary file", name=name)
        if path.stat().st_size > largest:
            raise Unreadable("the file {name} is larger than {size} KiB", name=name, size=largest // 1024)
        return path.read_text(encoding="utf-8-sig")  # Windows editors put a mark in front
    except UnicodeDecodeError:
        raise Unreadable("the file {name} is no UTF-8 text", name=name) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else Said("no such name is possible")
        raise Unreadable("the file {name} cannot be read: {reason}", name=name, reason=reason) from None
