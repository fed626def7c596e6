"""The section privacy: how long callers' names are kept."""

from __future__ import annotations

from typing import Annotated, ClassVar

from bridge.config.table import Table
from bridge.config.values.numbers import whole


class PrivacySection(Table):
    """After how many days a past booking no longer says whose it was; without it, never."""

    section: ClassVar[str] = "privacy"

    keep_bookings_days: Annotated[int, whole(1, 3660)] | None = None
