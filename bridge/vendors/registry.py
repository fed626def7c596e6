"""The calendar vendors there are. A new one is one line here; docs/adding-a-vendor.md says what else."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.vendors.caldav import Caldav
from bridge.vendors.contract import Vendor
from bridge.vendors.exchange import Exchange
from bridge.vendors.google import Google
from bridge.vendors.ics import Ics
from bridge.vendors.local import Local
from bridge.vendors.microsoft import Microsoft

VENDORS: Mapping[str, Vendor] = {
    "google": Google(),
    "microsoft": Microsoft(),
    "caldav": Caldav(),
    "exchange": Exchange(),
    "ics": Ics(),
    "local": Local(),
}
