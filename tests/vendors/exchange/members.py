"""Members of entries as clients set them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tests.vendors.exchange import properties
from tests.vendors.exchange.soap import Element, Failed, name_of, part, text_of
from tests.vendors.exchange.state import GUESTS, Guest, Item
from tests.vendors.exchange.zones import iana

_LONGEST_SUBJECT = 255
_LONGEST_DAYS = 1827  # five years
_PLAIN = ("Sensitivity", "Importance", "ReminderMinutesBeforeStart")
_SWITCHES = ("ReminderIsSet", "IsResponseRequested", "AllowNewTimeProposal")
_BOOLEANS = {"0": "false", "1": "true"}


def _moment(name: str) -> Callable[[Item, Element], None]:
    def put(item: Item, element: Element) -> None:
        stamp = datetime.fromisoformat(element.text)
        if stamp.tzinfo is None:  # then the zone in the header would count, which this fake does not read
            raise Failed("ErrorInvalidValueForProperty", "A moment needs an offset.")
        setattr(item, name, stamp.astimezone(UTC))

    return put


def _text(name: str) -> Callable[[Item, Element], None]:
    return lambda item, element: setattr(item, name, element.text or "")


def _other(name: str) -> Callable[[Item, Element], None]:
    def put(item: Item, element: Element) -> None:
        item.others[name] = _BOOLEANS.get(element.text, element.text) if name in _SWITCHES else element.text

    return put


def _guests(kind: str) -> Callable[[Item, Element], None]:
    def put(item: Item, element: Element) -> None:
        item.guests = [each for each in item.guests if each.kind != kind]
        for each in element:
            email = (text_of(each, "Mailbox", "EmailAddress") or "").lower()
            item.guests.append(Guest(email, text_of(each, "Mailbox", "Name") or "", kind))

    return put


def _body(item: Item, element: Element) -> None:
    item.body, item.body_type = element.text or "", element.get("BodyType")


def _subject(item: Item, element: Element) -> None:
    item.subject = (element.text or "")[:_LONGEST_SUBJECT]


def _zone(item: Item, element: Element) -> None:
    item.zone = iana(element.get("Id"))


def _all_day(item: Item, element: Element) -> None:
    item.all_day = element.text in {"true", "1"}


def _categories(item: Item, element: Element) -> None:
    item.categories = [each.text for each in element]


_SETTERS: Mapping[str, Callable[[Item, Element], None]] = {
    "Subject": _subject,
    "Body": _body,
    "Categories": _categories,
    "UID": _text("uid"),
    "Start": _moment("start"),
    "End": _moment("end"),
    "IsAllDayEvent": _all_day,
    "LegacyFreeBusyStatus": _text("show_as"),
    "Location": _text("location"),
    "StartTimeZone": _zone,
    "EndTimeZone": lambda _item, _element: None,  # the same here
    **{kind: _guests(kind) for kind in GUESTS},
    **{name: _other(name) for name in (*_PLAIN, *_SWITCHES)},
}


def fill(item: Item, element: Element) -> list[str]:
    """Set the members that a CalendarItem holds; return their names. Failed: one cannot be set."""
    touched = [_set(item, each) for each in element]
    _check(item)
    return touched


def update(item: Item, parts: Element) -> None:
    """Set or delete the members that an update's parts are about. Failed: one cannot be."""
    for each in parts:
        if name_of(each) == "DeleteItemField":
            _delete(item, each)
        for member in part(each, "CalendarItem") if name_of(each) == "SetItemField" else ():
            _set(item, member)
    _check(item)


def _set(item: Item, element: Element) -> str:
    name = name_of(element)
    if name == "ExtendedProperty":
        return " ".join(properties.set_property(item, element))
    if name not in _SETTERS:
        raise Failed("ErrorInvalidPropertySet", f"{name} cannot be set.")
    _SETTERS[name](item, element)
    return name


def named(update: Element) -> str:
    """Return the name of the member that a part of an update is about."""
    path = update[0]
    if name_of(path) == "ExtendedFieldURI":
        return " ".join(properties.key_of(path))
    return str(path.get("FieldURI")).partition(":")[2]


def _delete(item: Item, update: Element) -> None:
    name = named(update)
    if name_of(update[0]) == "ExtendedFieldURI":
        item.properties.pop(properties.key_of(update[0]), None)
    elif name in GUESTS:
        item.guests = [each for each in item.guests if each.kind != name]
    elif name in {"Subject", "Body", "Location"}:
        setattr(item, name.lower(), "")
    elif name == "Categories":
        item.categories = []
    else:
        raise Failed("ErrorInvalidPropertyDelete", f"{name} cannot be deleted.")


def _check(item: Item) -> None:
    if item.end < item.start:
        raise Failed("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if (item.end - item.start).days > _LONGEST_DAYS:
        raise Failed("ErrorCalendarDurationIsTooLong")
