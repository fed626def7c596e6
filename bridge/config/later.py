"""Lists the keys whose feature isn't built yet and refuses them where they would do something.

The only such list: a feature that comes removes its lines here and reads its keys elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.config.problems.found import Problems


@dataclass(frozen=True)
class Later:
    """A key that comes later; `asks_nothing` tells the values that may stand there all the same."""

    asks_nothing: Callable[[object], bool]


def _only(*harmless: object) -> Later:
    # By type too: 0 is no way to write false.
    return Later(lambda value: any(type(value) is type(ours) and value == ours for ours in harmless))


NOT_YET: Mapping[str, Later] = {
    "exchange": _only({}),
}


def keys_of(section: str) -> tuple[str, ...]:
    """Return the keys of a section ("" for the whole file) that come later."""
    return tuple(key for path in NOT_YET for home, _, key in [path.rpartition(".")] if home == section)


def without_later(
    table: Mapping[str, object], problems: Problems, at: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return the table without the keys that come later, noting those that would do something."""
    kept: dict[str, object] = {}
    for key, value in table.items():
        path = (*at, key)
        later = NOT_YET.get(_generic(path))
        if later and not later.asks_nothing(value):
            problems.add(path, "is not available yet; leave it out for now")
        elif later is None and isinstance(value, dict) and len(path) < 3:
            kept[key] = without_later(value, problems, path)
        elif later is None:
            kept[key] = value
    return kept


def _generic(path: tuple[str, ...]) -> str:
    named = len(path) > 1 and path[0] in ("hosts", "event_types")
    return ".".join((path[0], "<name>", *path[2:]) if named else path)
