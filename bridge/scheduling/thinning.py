"""Thins the bookable starts of one day to the few that are told. It never adds or moves a start."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from bridge.model import OfferRules, Suggest

_INSTANT = timedelta.resolution
_NO_DISTANCE = timedelta(0)


def thin(starts: Sequence[datetime], rules: OfferRules) -> list[datetime]:
    """Return the starts of a day that are told, as many as the distance and the cap allow."""
    earliest = _earliest(starts, rules.between, rules.slots_per_day)
    if rules.suggest is Suggest.EARLIEST or len(earliest) < 2:
        return earliest
    return _spread(starts, earliest)


def _earliest(starts: Sequence[datetime], between: timedelta, cap: int) -> list[datetime]:
    """Return the first start, then each next one that keeps the distance: the most there can be."""
    if between <= _NO_DISTANCE:
        return [*starts[:cap]]
    chosen: list[datetime] = []
    index = 0
    while index < len(starts) and len(chosen) < cap:
        chosen.append(starts[index])
        index = bisect_left(starts, starts[index] + between, index + 1)
    return chosen


def _spread(starts: Sequence[datetime], earliest: Sequence[datetime]) -> list[datetime]:
    """Return as many starts as `earliest` holds, their smallest gap as large as can be, early ones first.

    The earliest choice at the largest distance that still yields as many is that choice; the distance
    is found by halving.
    """
    count = len(earliest)
    fits, too_far = 1, (starts[-1] - starts[0]) // _INSTANT + 1
    while too_far - fits > 1:
        middle = (fits + too_far) // 2
        if len(_earliest(starts, middle * _INSTANT, count)) == count:
            fits = middle
        else:
            too_far = middle
    return _earliest(starts, fits * _INSTANT, count)
