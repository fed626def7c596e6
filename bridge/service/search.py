"""Finds the times nearest to what a caller wishes for, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.attendee.wishes import Wished
from bridge.calendars.judging import why_empty
from bridge.model import EventType, Slot
from bridge.scheduling.days import date_of
from bridge.scheduling.no_times import why_none
from bridge.scheduling.offers import slots_at
from bridge.scheduling.team import certain_hosts, with_host
from bridge.scheduling.wishes import around, fits, nearest, time_wish, told
from bridge.service.desk import Desk
from bridge.service.kept_offers import Bookable
from bridge.speech.reasons import Speech

MOST = 48  # what a day can hold, and more than anybody listens to
_INSTEAD = 3  # where nothing fits


@dataclass(frozen=True, slots=True)
class Found:
    """The slots nearest to a wish, nearest first, and a sentence that can be read out.

    `hosts` are who will attend each slot, as far as that is certain. Where there is none, `explanation` says
    for each host what was in the way.
    """

    slots: tuple[Slot, ...]
    spoken: str
    hosts: tuple[tuple[str, ...], ...] = ()
    explanation: Sequence[Mapping[str, object]] = ()


def nearest_to(desk: Desk, event_type: EventType, start: datetime, *, seconds: float) -> tuple[Slot, ...]:
    """Return the slots nearest to a start that can't be had, before and after it, ascending."""
    bookable = desk.every_start(event_type, seconds=seconds)
    zone = event_type.timezone
    ranked = nearest(bookable.starts, time_wish(zone, start), zone=zone, today=date_of(zone, bookable.now))
    return slots_at(event_type, around(ranked, start, _INSTEAD))


def search(
    desk: Desk, event_type: EventType, wished: Wished, speech: Speech, *, limit: int | None = None
) -> Found:
    """Return the slots nearest to a wish: of a day asked for all, else as many as an offer tells."""
    bookable = desk.every_start(with_host(event_type, wished.host) if wished.host else event_type)
    zone, wish = event_type.timezone, wished.preference
    ranked = nearest(bookable.starts, wish, zone=zone, today=date_of(zone, bookable.now))
    on_day = [start for start in ranked if wish.day and date_of(zone, start) == wish.day]
    count = limit or (MOST if on_day else event_type.offer.most)
    chosen = told(on_day or ranked, wish, min(count, MOST), zone=zone, between=event_type.offer.between)
    suits = any(fits(start, wish, zone) for start in chosen)
    if not suits and not on_day:
        chosen = chosen[: limit or _INSTEAD]
    slots = slots_at(event_type, chosen)
    kind, times, now = bookable.event_type, bookable.times, bookable.now
    hosts = tuple(certain_hosts(kind, times, slot.start, now) for slot in slots)
    spoken = _spoken(bookable, wished, slots, speech, suits=suits)
    return Found(slots, spoken, hosts, () if slots else why_empty(kind, times, bookable.busy, now))


def _spoken(bookable: Bookable, wished: Wished, slots: Sequence[Slot], speech: Speech, *, suits: bool) -> str:
    zone = bookable.event_type.timezone
    sentences = []
    if wished.corrected:
        sentences.append(speech.understood_as(*wished.corrected))
    if suits:
        return " ".join([*sentences, speech.free_times(slots, zone=zone)])
    day = wished.preference.first_day(date_of(zone, bookable.now))
    if any(date_of(zone, slot.start) == day for slot in slots):
        sentences.append(speech.nothing_then())
    else:
        why = why_none(bookable.event_type, bookable.times, day, bookable.now)
        sentences.append(speech.no_times(why, day))
    if slots:
        sentences.append(speech.next_times(slots, zone=zone))
    return " ".join(sentences)
