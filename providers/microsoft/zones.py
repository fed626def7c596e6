"""Turn Microsoft's time zone names into zones, and zones into its names.

Decides which names are zones: Windows' (by Unicode CLDR's map, as Babel carries it) and IANA's. Knows no
event. A name that is neither, as `tzone://Microsoft/Custom`, is None and never guessed. The other way round
Babel knows one zone for each name, tzlocal all of CLDR's.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global
from tzlocal.windows_tz import tz_win

UTC_ZONE = ZoneInfo("UTC")
_UTC_NAMES = frozenset({"utc", "etc/utc", "etc/gmt", "tzone://microsoft/utc", "coordinated universal time"})


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone of a Windows or IANA name, None when it is neither."""
    if is_utc(name):
        return UTC_ZONE
    try:
        return ZoneInfo(get_global("windows_zone_mapping").get(name, name))
    except (ValueError, KeyError, OSError):  # by the kind of nonsense
        return None


def windows_name(zone: str) -> str | None:
    """Return what Windows calls an IANA zone, None where it has no name for it."""
    return tz_win.get(zone)


def is_utc(name: str) -> bool:
    """Tell whether a name means UTC, which programs write where they mean no zone in particular."""
    return name.casefold() in _UTC_NAMES
