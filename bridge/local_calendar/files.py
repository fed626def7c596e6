"""Takes whole iCalendar files apart: small ones here, others in a process that is stopped if need be.

What it takes grows with what a file says, not only with its size: a zone's definition is repeated for each
entry that names it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import ceil
from typing import Any

from bridge.local_calendar.confined import confine, done_apart
from bridge.local_calendar.groups import Group, LeftOut, group
from bridge.local_calendar.ics import MAX_BYTES, Line, read_ics
from bridge.local_calendar.unusable import ImportRefused, Unusable

_SMALL = 64_000  # bytes: takes 20 ms, whatever is in it
_MOST_GROWN = 2 * MAX_BYTES  # letters, the definitions of zones with each entry
_START_SECONDS = 10  # of a slow machine that loads what reading needs
_BYTES_A_SECOND = 250_000

Parted = tuple[list[Group], list[LeftOut]]


def take_apart(files: Sequence[bytes]) -> list[Parted]:
    """Return what can be read of each file, and what cannot. ImportRefused: one of them is broken."""
    size = sum(map(len, files))
    if any(len(content) > MAX_BYTES for content in files):
        raise ImportRefused("The file is larger than {size} MB.", size=str(MAX_BYTES // 1_000_000))
    if size <= _SMALL:
        return [group(read_ics(content)) for content in files]
    head = json.dumps([len(content) for content in files]).encode()
    seconds = _START_SECONDS + ceil(size / _BYTES_A_SECOND)
    lines = done_apart(__name__, b"\n".join([head, b"".join(files)]), seconds).lines
    parted = [_parted(json.loads(line)) for line in lines]
    if len(parted) < len(files):
        raise ImportRefused("The file takes too long, or too much memory, to be read.")
    return parted


def _parted(told: dict[str, Any]) -> Parted:
    if "refused" in told:
        message, facts = told["refused"]
        raise ImportRefused(message, **facts)
    groups = [
        Group(uid, [[Line(*line) for line in entry] for entry in entries], dict.fromkeys(definitions))
        for uid, entries, definitions in told["groups"]
    ]
    return groups, [(uid, Unusable(message, **facts)) for uid, message, facts in told["left_out"]]


def _told(content: bytes) -> dict[str, object]:
    try:
        groups, left_out = group(read_ics(content))
        if sum(found.size for found in groups) > _MOST_GROWN:
            raise ImportRefused("The definitions of time zones in the file are too long.")
    except ImportRefused as refused:
        return {"refused": [refused.message, refused.facts]}
    return {
        "groups": [
            [
                found.uid,
                [[(line.name, line.text) for line in entry] for entry in found.entries],
                list(found.definitions),
            ]
            for found in groups
        ],
        "left_out": [[uid, why.message, why.facts] for uid, why in left_out],
    }


def _main() -> None:
    """Take apart the files on standard input, after a line with their lengths; one line each."""
    confine()
    lengths = json.loads(sys.stdin.buffer.readline())
    for length in lengths:
        sys.stdout.write(f"{json.dumps(_told(sys.stdin.buffer.read(length)))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
