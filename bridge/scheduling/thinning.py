"""Thins the bookable starts of days to the few that are told. It never adds or moves a start."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from bridge.model import OfferRules, Suggest

_INSTANT = timedelta.resolution
_NO_DISTANCE = timedelta(0)


def thin(starts: Sequence[datetime], rules: OfferRules) -> list[datetime]:
    """Return the starts of a day that are told, as many as the distance and the cap allow."""
    earliest = _earliest(starts, rules.between, rules.slots_per_day)
    if rules.suggest is Suggest.EARLIEST or len(earliest) < 2:
        return earliest
    return _spread(starts, earliest)


def varied(days: Iterable[Sequence[datetime]], rules: OfferRules) -> list[datetime]:
    """Return one start a day, the earliest and the latest in turn, for `suggestions` days.

    When there are fewer days, each gives once more what lies farthest from what it gave, at the distance
    at least.
    """
    looked_at = list(islice(days, rules.suggestions))
    told = [[day[-1 if number % 2 else 0]] for number, day in enumerate(looked_at)]
    missing = rules.suggestions - len(told)
    for _ in range(missing):  # rounds; each but the last gives one start at least
        for day, chosen in zip(looked_at, told, strict=True):
            if missing and (another := _farthest(day, chosen, rules.between)):
                chosen.append(another)
                missing -= 1
    return sorted(chain.from_iterable(told))


def _farthest(starts: Sequence[datetime], chosen: Sequence[datetime], between: timedelta) -> datetime | None:
    """Return the start farthest from the chosen ones that keeps the distance, the earliest of equals."""
    away = {start: min(abs(start - one) for one in chosen) for start in starts}
    farthest = max(away, key=lambda start: away[start])
    return farthest if away[farthest] >= max(between, _INSTANT) else None


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
