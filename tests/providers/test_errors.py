"""The tree of what can go wrong at a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers import errors
from providers.errors import ProviderError


def drawn() -> dict[str, str | None]:
    """Return each error of the module's drawing, and what it is a kind of."""
    found: dict[str, str | None] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        entry = re.match(r"((?:[|+][ -] )*)([A-Z]\w+) {1,}(\S.*)", line)
        if entry is None or (not entry[1] and entry[2] != ProviderError.__name__):
            continue
        depth = len(entry[1]) // 3
        above[depth] = entry[2]
        found[entry[2]] = above[depth - 1] if depth else None
    return found


def kinds(base: type[ProviderError]) -> Iterator[type[ProviderError]]:
    """Return an error and everything public that is a kind of it."""
    yield base
    for each in base.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from kinds(each)


def test_the_tree_in_the_modules_first_lines_is_the_tree_there_is() -> None:
    real = {
        each.__name__: each.__base__.__name__ if each is not ProviderError else None
        for each in kinds(ProviderError)
        if each.__base__ is not None
    }
    assert drawn() == real
