"""Turn EWS's items into the contract's events.

Decides what of a host's time an item takes, and refuses what is not as documented; a status it does not know
blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element  # nosec B405

from providers.base import Event, EventRef, Interval
from providers.busy_policy import DEFAULT_POLICY
from providers.exchange.fields import ARTICLE_NUMBER, BOOKING_ID, EVENT_KEY, PROPERTIES
from providers.exchange.xml import TYPES, M, attribute_is_true, child, is_true, moment
from providers.http import Call

_STATUSES = {
    "Free": "free",
    "Tentative": "tentative",
    "Busy": "busy",
    "OOF": "oof",
    "WorkingElsewhere": "workingElsewhere",
}


@dataclass(frozen=True, slots=True)
class Item:
    """An event, the folder it lies in, and the server's own order in which items were made."""

    event: Event
    status: str
    folder: str
    made: tuple[datetime, int, str]


def named_status(shown: str | None) -> str:
    """Return a status as the policy spells it; what is none of the documented words is `unknown`."""
    return _STATUSES.get(shown or "", "unknown")


def items_in(call: Call, calendar: str, part: Element) -> list[Item]:
    """Return the items in a part that tells items."""
    return [item_of(call, calendar, each) for each in child(call, part, f"{M}Items")]


def found_in(call: Call, calendar: str, part: Element) -> tuple[list[Item], bool]:
    """Return the items that a search found, and whether these are all."""
    root = child(call, part, f"{M}RootFolder")
    listed = [item_of(call, calendar, each) for each in child(call, root, f"{TYPES}Items")]
    return listed, attribute_is_true(call, root, "IncludesLastItemInRange")


def item_of(call: Call, calendar: str, element: Element) -> Item:
    """Return an item. UnexpectedResponse: it lacks what its time is judged by."""
    ref = ref_of(call, calendar, element)
    interval = Interval(moment(call, element, "Start"), moment(call, element, "End"))
    if interval.end < interval.start:
        raise call.unexpected("End")
    cancelled = is_true(call, element, "IsCancelled", otherwise=False)
    # Declining removes the event as a rule, but a client can keep it.
    declined = element.findtext(f"{TYPES}MyResponseType") == "Decline"
    status = (
        "free" if cancelled or declined else named_status(element.findtext(f"{TYPES}LegacyFreeBusyStatus"))
    )
    all_day = is_true(call, element, "IsAllDayEvent", otherwise=False)
    own = dict(_properties(element))
    folder = element.find(f"{TYPES}ParentFolderId")
    event = Event(
        ref=ref,
        interval=interval,
        cancelled=cancelled,
        blocks=DEFAULT_POLICY.blocks(status, is_all_day=all_day),
        booking_id=own.get(BOOKING_ID),
        event_key=own.get(EVENT_KEY),
        declined=declined,
        all_day=all_day,
        rooms=frozenset(_rooms(element)),
    )
    return Item(
        event, status, "" if folder is None else folder.get("Id") or "", _made(call, element, ref, own)
    )


def _rooms(element: Element) -> Iterator[str]:
    """Yield the addresses of resources that have not declined."""
    for each in element.iterfind(f"{TYPES}Resources/{TYPES}Attendee"):
        if each.findtext(f"{TYPES}ResponseType") != "Decline":
            yield (each.findtext(f"{TYPES}Mailbox/{TYPES}EmailAddress") or "").lower()


def ref_of(call: Call, calendar: str, element: Element) -> EventRef:
    """Return an item's id and version, and its UID where it is told."""
    told = child(call, element, f"{TYPES}ItemId")
    event_id, version = told.get("Id"), told.get("ChangeKey")
    if not event_id or not version:
        raise call.unexpected("ItemId")
    return EventRef(calendar, event_id, version, element.findtext(f"{TYPES}UID") or None)


def property_of(element: Element, name: str) -> str | None:
    """Return a property of ours, None where the item does not bear it."""
    return dict(_properties(element)).get(name)


def _properties(element: Element) -> Iterator[tuple[str, str]]:
    for each in element.iterfind(f"{TYPES}ExtendedProperty"):
        field = each.find(f"{TYPES}ExtendedFieldURI")
        value = each.findtext(f"{TYPES}Value")
        if field is None or value is None:
            continue
        if (field.get("PropertySetId") or "").lower() == PROPERTIES:
            yield field.get("PropertyName") or "", value
        elif (field.get("PropertyTag") or "").lower() == ARTICLE_NUMBER:
            yield ARTICLE_NUMBER, value


def _made(call: Call, element: Element, ref: EventRef, own: Mapping[str, str]) -> tuple[datetime, int, str]:
    has_time = element.find(f"{TYPES}DateTimeCreated") is not None
    at = moment(call, element, "DateTimeCreated") if has_time else datetime.max.replace(tzinfo=UTC)
    number = own.get(ARTICLE_NUMBER, "")
    return at, int(number) if number.isdecimal() else 0, ref.event_id
