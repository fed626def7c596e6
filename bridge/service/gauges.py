"""Tells how things are at this moment, beside the figures of what has happened: for `/metrics`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.journal import figures
from bridge.journal.figures import Figure
from bridge.model import Ability


def figures_now(context: BookingContext, lag: Callable[[], timedelta]) -> Iterator[Figure]:
    """Yield every figure, of all processes."""
    yield from figures.every(context.store)
    yield Figure("bridge_alerts_open", {}, float(len(context.alerts.open())))
    yield Figure("bridge_background_lag_seconds", {}, lag().total_seconds())
    for each in context.health.every():
        if each.ability is Ability.READ and each.good_at:
            age = (context.now() - each.good_at).total_seconds()
            yield Figure("bridge_calendar_answer_age_seconds", {"calendar": each.subject}, age)
