"""What every vendor's writes share: who holds a key that was taken, what stands after a conflict, late links.

Decides when a write that was refused is done all the same, is certainly not done, or stays unknown. Knows no
vendor's answers.
"""

from __future__ import annotations

from collections.abc import Callable

from providers.base import Deadline, Event, EventDraft
from providers.errors import EventChanged, EventExists, EventNotFound, ProviderError, WriteUnknown
from providers.http import WRITE_NEEDS_SECONDS, Call, Clocks

LINK_WAIT_SECONDS = 1.0  # a link may come after the booking; a caller on the phone does not wait for it
LINK_POLL_SECONDS = 0.2
_SECONDS_FOR_TELLING = 0.3  # of a deadline, after a write


def holder(call: Call, look: Callable[[], Event | None], event_key: str, draft: EventDraft) -> Event:
    """Return the live event that `look` finds under a taken key, if it is the one wanted.

    EventExists: it is removed or another's. WriteUnknown: it could not be seen.
    """
    try:
        event = look()
    except EventNotFound:
        raise EventExists(call.provider, call.operation, "the key is of a removed event") from None
    except ProviderError as error:
        raise WriteUnknown(call.provider, call.operation, f"the key is taken; {error.detail}") from None
    if event is None:
        raise WriteUnknown(call.provider, call.operation, "the key is taken, its event not shown")
    # The same key with another booking is a fault of ours or a stranger's event: never to be taken over.
    is_ours = event.booking_id == draft.booking_id and event.event_key == event_key
    if event.cancelled or not is_ours:
        text = "the key is of a removed event" if is_ours else "the key is of another event"
        raise EventExists(call.provider, call.operation, text, event=event)
    return event


def after_conflict(call: Call, refused: ProviderError, read: Callable[[], Event]) -> Event:
    """Return the event as it stands after a refused change, for the caller to compare.

    EventNotFound: it is gone. WriteUnknown: after a conflict it could not be read, and an earlier try whose
    answer was lost may be what it conflicts with. Any other refusal stands as it is.
    """
    try:
        return read()
    except EventNotFound:
        raise
    except ProviderError as error:
        # 412 may be said of our own first try: httplib2 sends again by itself when a kept line drops.
        if isinstance(refused, EventChanged):
            raise WriteUnknown(call.provider, call.operation, f"changed or moved; {error.detail}") from None
        raise refused from None


def seen_again(changed: Event, look: Callable[[Deadline], Event], deadline: Deadline) -> Event:
    """Return a changed event as `look` finds it, as the change was answered where that takes too long.

    EventNotFound: it is gone. However slow the look, the caller keeps the time to tell of the change.
    """
    try:
        return look(deadline.less(_SECONDS_FOR_TELLING))
    except EventNotFound:
        raise
    except ProviderError:
        return changed


def with_link(
    made: Event, read: Callable[[Event, Deadline], Event], *, clocks: Clocks, deadline: Deadline
) -> Event:
    """Return a new event once its meeting link is made, or still pending when that takes too long.

    The waiting has a deadline of its own: what is left of the caller's is for telling that it is booked.
    """
    spare = deadline.remaining() - WRITE_NEEDS_SECONDS
    waiting = Deadline(min(LINK_WAIT_SECONDS, spare), clocks.monotonic, is_patient=deadline.is_patient)
    while made.conference_pending and waiting.remaining() > LINK_POLL_SECONDS:
        clocks.sleep(LINK_POLL_SECONDS)
        try:
            made = read(made, waiting)
        except ProviderError:  # the event is made; its link can come later
            break
    return made
