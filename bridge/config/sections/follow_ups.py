"""The section follow_ups: when callers are left alone."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import PlainValidator

from bridge.config.table import Table
from bridge.config.values.open_hours import minutes_of_range
from bridge.config.values.text import plain
from bridge.model import QuietHours
from bridge.said import Unfit


def _quiet_hours(value: object) -> QuietHours | None:
    if not plain(value).strip():
        return None
    start, end = minutes_of_range(value)
    if start == end:
        raise Unfit('has no length; write "" for no quiet hours')
    return QuietHours(start, end)


class FollowUpsSection(Table):
    """Quiet hours by the clock of each event type; "" for none."""

    section: ClassVar[str] = "follow_ups"

    quiet_hours: Annotated[QuietHours | None, PlainValidator(_quiet_hours)] = QuietHours(21 * 60, 8 * 60)
