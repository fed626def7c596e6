"""Finds out about the machine what nobody needs to be asked."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONE_LINK, _ZONES = Path("/etc/localtime"), "/zoneinfo/"
_SPOKEN = re.compile(r"(de|en)_[A-Z]{2}(?![^.@])")


def local_timezone(environ: Mapping[str, str]) -> str:
    """Return the machine's zone (IANA), Europe/Berlin where it has none but UTC."""
    return _named_timezone(environ) or "Europe/Berlin"


def names_zone(environ: Mapping[str, str]) -> bool:
    """Tell whether the machine has a zone of its own."""
    return bool(_named_timezone(environ))


def _named_timezone(environ: Mapping[str, str]) -> str:
    candidates = [
        environ.get("TZ", ""),
        str(_ZONE_LINK.resolve()).partition(_ZONES)[2] if _ZONE_LINK.is_symlink() else "",
        _first_line(Path("/etc/timezone")),
    ]
    for name in candidates:
        if name and name not in ("UTC", "Etc/UTC") and _is_zone(name):
            return name
    return ""


def local_language(environ: Mapping[str, str]) -> str:
    """Return the language people here read, with its country; en_US where the bridge does not speak it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            spoken = _SPOKEN.match(environ[name])
            return spoken[0] if spoken else "en_US"
    return "en_US"


def free_port(*wanted: int) -> int | None:
    """Return the first of these ports of 127.0.0.1 that is free (0: any), None when all are taken."""
    for port in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return None


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
