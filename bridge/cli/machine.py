"""Finds out about the machine what nobody needs to be asked."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONES = "/zoneinfo/"


def local_timezone() -> str:
    """Return the machine's zone (IANA), Europe/Berlin where it has none but UTC."""
    candidates = [
        os.environ.get("TZ", ""),
        _from_link(Path("/etc/localtime")),
        _first_line(Path("/etc/timezone")),
    ]
    for name in candidates:
        if name and name not in ("UTC", "Etc/UTC") and _is_zone(name):
            return name
    return "Europe/Berlin"


def free_port(wanted: int) -> int:
    """Return the wanted port of 127.0.0.1, or another one if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port(0)
        port: int = probe.getsockname()[1]
        return port


def _from_link(path: Path) -> str:
    target = str(path.resolve()) if path.is_symlink() else ""
    return target.partition(_ZONES)[2]


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip().partition("\n")[0]
    except OSError:
        return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
