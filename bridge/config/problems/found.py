"""Collects what is wrong with a configuration, each with its TOML path, to tell it all at once.

Never stops at the first problem, and never holds a secret: only paths and sentences.
"""

from __future__ import annotations

import json
import re

from bridge.errors import ConfigError
from bridge.said import Said

TomlPath = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOST = 100  # more help nobody, and looking for suggestions takes its time


class Problems:
    """The problems found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[tuple[str, Said]] = []

    @property
    def full(self) -> bool:
        """Tell whether enough was found to stop looking."""
        return len(self._found) >= _MOST

    def add(self, path: TomlPath, sentence: Said) -> None:
        """Note what is wrong at a path; past the hundredth only that there is more."""
        if len(self._found) < _MOST:
            self._found.append((written(path), sentence))
        elif len(self._found) == _MOST:
            more = Said("there are more problems; they show once these are mended")
            self._found.append(("...", more))

    def raise_if_any(self) -> None:
        """Raise one ConfigError with everything found, if anything was."""
        if self._found:
            raise ConfigError(self._found) from None


def written(path: TomlPath) -> str:
    """Return the path as TOML spells it: `hosts.anna.open_hours.monday[1]`, counted from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part[:80], ensure_ascii=False)
            text += ("." if text else "") + key
    return text
