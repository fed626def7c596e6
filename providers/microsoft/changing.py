"""Move and remove single events.

Decides when an event counts as changed by somebody else, and as gone. A write whose answer was lost is
unknown, never done and never failed.
"""

from __future__ import annotations

from providers.base import Deadline, Event, EventRef, Interval
from providers.errors import AccessDenied, EventChanged, EventNotFound, ProviderError, WriteUnknown
from providers.http import Call
from providers.microsoft.bodies import times_body
from providers.microsoft.client import Client, Question
from providers.microsoft.events import confirm_calendar, read_event, resolved, still_listed
from providers.microsoft.listing import event_path
from providers.microsoft.refusals import CANNOT_DELETE, Refusal
from providers.microsoft.shapes import event_of


def move_event(client: Client, ref: EventRef, interval: Interval, *, deadline: Deadline) -> Event:
    """Change start and end if the event is still at its etag; Exchange tells the guests.

    Nothing else is sent: a body read and written back would lose the Teams meeting in it.
    """
    call = client.call("move_event", deadline, writes=True)
    try:
        ref = resolved(client, call, ref)
        moved = _moved(client, call, ref, interval)
    except EventChanged:
        moved = _moved_after_all(client, call, ref, interval)
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)
        raise
    if moved.cancelled:
        raise EventNotFound(call.provider, call.operation, "removed")
    try:  # the answer to a change shows no properties, nor whether the deleted items were changed
        return still_listed(client, call, moved)
    except EventNotFound:
        raise
    except ProviderError:
        return moved


def _moved(client: Client, call: Call, ref: EventRef, interval: Interval) -> Event:
    question = Question(
        "PATCH",
        event_path(client, ref.calendar, ref.event_id),
        body=times_body(interval),
        if_match=ref.etag,
    )
    return client.ask(call, question, lambda answer: event_of(call, ref.calendar, answer.body))


def _moved_after_all(client: Client, call: Call, ref: EventRef, interval: Interval) -> Event:
    """Look at the event after 412, which is also said of conflicts that pass: try again if unchanged."""
    try:
        event = read_event(client, ref, call.deadline)
    except EventNotFound:
        raise
    except ProviderError as error:
        raise WriteUnknown(call.provider, call.operation, f"changed or moved; {error.detail}") from None
    if event.interval == interval and not event.cancelled:
        return event
    if event.cancelled or ref.etag not in (None, event.ref.etag):
        raise EventChanged(call.provider, call.operation, "changed since it was read")
    return _moved(client, call, ref, interval)


def cancel_event(client: Client, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
    """Remove the event; what the calendar no longer holds is removed.

    An organiser cancels a meeting, and everybody is told. Whatever is no meeting of ours is deleted.
    Deleting tells the guests too: Exchange knows no silent way.
    """
    call = client.call("cancel_event", deadline, writes=True)
    try:
        ref = resolved(client, call, ref)
        if not (notify and _cancelled(client, call, ref)):
            _deleted(client, call, ref)
    except EventChanged:  # nothing was asked about a version: such a conflict passes
        _deleted(client, call, ref)
    except EventNotFound:
        confirm_calendar(client, call, ref.calendar)


def _cancelled(client: Client, call: Call, ref: EventRef) -> bool:
    """Cancel as organiser; False where Exchange sees no meeting or another organiser (HTTP 400 or 403)."""
    path = f"{event_path(client, ref.calendar, ref.event_id)}/cancel"
    try:
        client.ask(
            call,
            Question("POST", path, body={"comment": ""}),
            lambda _: None,
            meaning=lambda refusal: _no_meeting(call, refusal),
        )
    except _NoMeeting:
        return False
    return True


class _NoMeeting(ProviderError):
    """This event is not cancelled but deleted."""


def _no_meeting(call: Call, refusal: Refusal) -> ProviderError | None:
    is_about_id = refusal.code.startswith("ErrorInvalidId")
    if refusal.status in (400, 403) and not is_about_id:
        return _NoMeeting(call.provider, call.operation, str(refusal))
    return None


def _deleted(client: Client, call: Call, ref: EventRef) -> None:
    try:
        client.ask(
            call,
            Question("DELETE", event_path(client, ref.calendar, ref.event_id)),
            lambda _: None,
            meaning=lambda refusal: _undeletable(call, refusal),
        )
    except _Undeletable as error:
        _confirm_gone(client, call, ref, error)


class _Undeletable(AccessDenied):
    """Exchange will not delete this: also what it says of an immutable id whose event is deleted already."""


def _undeletable(call: Call, refusal: Refusal) -> ProviderError | None:
    if refusal.code == CANNOT_DELETE:
        return _Undeletable(call.provider, call.operation, str(refusal))
    return None


def _confirm_gone(client: Client, call: Call, ref: EventRef, error: ProviderError) -> None:
    try:
        event = read_event(client, ref, call.deadline)
    except EventNotFound:
        return
    if not event.cancelled:
        raise error
