"""Where an account's calendars are looked for, and what the configuration knows of them.

Asks nobody anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.occurrence import EntryReader
from providers.route import STRAIGHT, Route

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class CaldavSettings:
    """One account's server.

    `url` is where discovery begins, `read` what reads its entries. `zones` holds the calendars that the
    configuration names, with the zone (IANA) in which the days of each lie; `addresses` are their people's,
    in small letters, by which invitations to them are known.
    """

    url: str
    read: EntryReader
    zones: Mapping[str, str] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    route: Route = STRAIGHT
