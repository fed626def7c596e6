"""Tells what an event type allows but a careful owner would not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bridge.model import Assignment, EventType, Host, MeetingPlatform, Member, Week
from bridge.said import Said

Remark = tuple[str, Said]

_ = str  # marks a text for the catalogues

_FEW = _("a voice agent does best with few: {low} to {high} is the Cal.com action's range")
_ELSEWHERE = _('has no effect while meeting_platform is "{platform}"; it needs "{needed}"')
_MIDNIGHT = 24 * 60


def event_type_remarks(event_type: EventType, hosts: Mapping[str, Host]) -> Iterator[Remark]:
    """Yield what is unwise about an event type, each with its key."""
    yield from _offer(event_type)
    yield from _window(event_type)
    yield from _hours(event_type, hosts)
    yield from _without_effect(event_type)
    for group in event_type.team.groups:
        yield from _shares(group, event_type.team.assignment)


def _offer(event_type: EventType) -> Iterator[Remark]:
    rules = event_type.offer
    if not 1 <= rules.days_to_look_ahead <= 3:
        yield "days_to_look_ahead", Said(_FEW, low=1, high=3)
    if not 2 <= rules.slots_per_day <= 5:
        yield "slots_per_day", Said(_FEW, low=2, high=5)
    if not timedelta(hours=1) <= rules.between <= timedelta(hours=4):
        yield "hours_between_suggestions", Said(_FEW, low=1, high=4)


def _window(event_type: EventType) -> Iterator[Remark]:
    days = event_type.horizon_days + 1  # today counts
    if event_type.offer.days_to_look_ahead > days:
        text = Said("is shorter than days_to_look_ahead, so fewer days are offered than asked for")
        yield "horizon_days", text
    if event_type.minimum_notice >= timedelta(days=days) and event_type.start_on is None:
        yield "minimum_notice_minutes", Said("reaches past horizon_days, so nothing can ever be booked")


def _hours(event_type: EventType, hosts: Mapping[str, Host]) -> Iterator[Remark]:
    if event_type.open_hours is not None and not any(event_type.open_hours.values()):
        text = _("names no hours, so nothing can ever be booked; leave it out for the hosts' hours")
        yield "open_hours", Said(text)
    weeks = [hosts[name].schedule.week for name in event_type.team.hosts]
    weeks += [event_type.open_hours] if event_type.open_hours else []
    longest = [_longest(week) for week in weeks if any(week.values())]
    if longest and event_type.duration > min(longest):
        text = Said("is longer than somebody's hours of any day, who can thus never attend")
        yield "duration_minutes", text


def _longest(week: Week) -> timedelta:
    """Return the longest stretch of a week; one that touches midnight may go on and counts as endless."""
    longest = meeting = 0
    for ranges in week.values():
        end = place = None
        for part in ranges:
            goes_on = (part.start, part.place) == (end, place)
            meeting = (meeting if goes_on else 0) + part.end - part.start
            end, place = part.end, part.place
            longest = max(longest, meeting if end < _MIDNIGHT else 7 * _MIDNIGHT)
    return timedelta(minutes=longest)


def _without_effect(event_type: EventType) -> Iterator[Remark]:
    platform = event_type.meeting_platform
    if event_type.address and platform is not MeetingPlatform.IN_PERSON:
        yield "address", Said(_ELSEWHERE, platform=platform, needed="in_person")
    if event_type.link and platform is not MeetingPlatform.LINK:
        yield "link", Said(_ELSEWHERE, platform=platform, needed="link")
    if event_type.require_email and event_type.fallback_email:
        text = Said("has no effect beside fallback_email, which stands in for a missing address")
        yield "require_email", text


def _shares(group: tuple[Member, ...], assignment: Assignment) -> Iterator[Remark]:
    if len({member.weight for member in group}) > 1 and assignment is not Assignment.WEIGHTED:
        text = _('is "{assignment}", so the hosts\' different weights have no effect')
        yield "assignment", Said(text, assignment=assignment)
    ranked = len({member.priority for member in group}) > 1
    if ranked and assignment is Assignment.LEAST_RECENTLY_BOOKED:
        text = _('is "{assignment}", so the hosts\' different priorities have no effect')
        yield "assignment", Said(text, assignment=assignment)
