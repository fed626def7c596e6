"""Finds a member by any of its usual spellings: first_name, firstName, "First name", E-Mail-Adresse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def spelled(members: Mapping[str, object], names: Sequence[str]) -> Iterator[object]:
    """Yield the members whose name is one of `names` (letters and digits only), in the order of `names`."""
    by_name: dict[str, object] = {}
    for name, value in members.items():
        by_name.setdefault(bare(name), value)
    for name in names:
        if name and name in by_name:
            yield by_name[name]


def bare(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))
