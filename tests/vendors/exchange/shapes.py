"""Entries as Exchange shows them: the members of an entry, and which of them were asked for."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.vendors.exchange import properties
from tests.vendors.exchange.soap import Element, child, m, name_of, t, text_of
from tests.vendors.exchange.state import GUESTS, Folder, Guest, Item, Mailbox, Single
from tests.vendors.exchange.zones import WINDOWS, definition

_DEFAULT = {
    f"{room}:{name}"
    for room, names in {
        "item": ("ItemId", "Subject", "HasAttachments"),
        "calendar": ("Start", "End", "LegacyFreeBusyStatus", "Location", "CalendarItemType", "Organizer"),
    }.items()
    for name in names
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry or occurrence in its place; `whole` where a single one was asked for, not a list.

    Lists hold no bodies, guests and recurrences, and of the organizer the name alone.
    """

    owner: Mailbox
    folder: Folder
    single: Single
    whole: bool = False

    @property
    def item(self) -> Item:
        """Return the entry."""
        return self.single.item

    @property
    def response(self) -> str:
        """Return how the owner has answered."""
        if self.item.response or not self.item.is_meeting:
            return self.item.response or "Unknown"
        return "NoResponseReceived" if self.item.organizer else "Organizer"


def stamp(moment: datetime) -> str:
    """Return a moment as Exchange writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def item_id(shown: Shown) -> Element:
    """Return the id of an entry with its version."""
    return t("ItemId", Id=shown.single.id, ChangeKey=shown.item.change_key)


def address(email: str, name: str = "", kind: str = "Mailbox") -> list[Element]:
    """Return what tells a person in an address."""
    return [
        t("Name", name or email),
        t("EmailAddress", email),
        t("RoutingType", "SMTP"),
        t("MailboxType", kind),
    ]


def _body(shown: Shown) -> Element | None:
    # Lines end in CR LF, however they were written.
    text = re.sub(r"\r?\n", "\r\n", shown.item.body)
    return t("Body", text, BodyType=shown.item.body_type) if shown.whole else None


def _text_body(shown: Shown) -> Element | None:
    text = shown.item.body
    if shown.item.body_type == "HTML":
        text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?i)<br ?/?>|</p>", "\n", text)))
    return t("TextBody", re.sub(r"\r?\n", "\r\n", text), BodyType="Text") if shown.whole else None


def _organizer(shown: Shown) -> Element:
    email = shown.item.organizer or shown.owner.email
    told = address(email, "" if shown.item.organizer else shown.owner.name)
    return t("Organizer", t("Mailbox", *(told if shown.whole else told[:1])))


def _guests(kind: str) -> Callable[[Shown], Element | None]:
    def told(shown: Shown) -> Element | None:
        found = [_guest(each) for each in shown.item.guests if each.kind == kind]
        return t(kind, *found) if found and shown.whole else None

    return told


def _guest(guest: Guest) -> Element:
    return t("Attendee", t("Mailbox", *address(guest.email, guest.name)), t("ResponseType", guest.response))


def _recurrence(shown: Shown) -> Element | None:
    series = shown.item.series
    if series is None or shown.single.kind != "RecurringMaster" or not shown.whole:
        return None
    first = shown.item.start.astimezone(ZoneInfo(shown.item.zone)).date()
    return t(
        "Recurrence",
        t("DailyRecurrence", t("Interval", series.every_days)),
        t(
            "NumberedRecurrence",
            t("StartDate", first.isoformat()),
            t("NumberOfOccurrences", series.count),
        ),
    )


def _duration(shown: Shown) -> Element:
    minutes = int((shown.single.end - shown.single.start).total_seconds() // 60)
    return t("Duration", f"PT{minutes}M")


def _zone(name: str) -> Callable[[Shown], Element]:
    def told(shown: Shown) -> Element:
        found = definition(WINDOWS.get(shown.item.zone, "UTC"), whole=False)
        return t(name, Id=found.get("Id"), Name=found.get("Name"))

    return told


def _other(name: str, default: str | None = None) -> Callable[[Shown], Element | None]:
    def told(shown: Shown) -> Element | None:
        value = shown.item.others.get(name, default)
        return None if value is None else t(name, value)

    return told


def _plain(name: str, value: Callable[[Shown], object]) -> Callable[[Shown], Element | None]:
    def told(shown: Shown) -> Element | None:
        found = value(shown)
        if found is None or found == "":
            return None
        return t(name, stamp(found) if isinstance(found, datetime) else found)

    return told


def _rights(_shown: Shown) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")
    return t("EffectiveRights", *[t(name, name.endswith(("Delete", "Modify", "Read"))) for name in names])


# In the schema's order. A member has its name from where it is asked for, behind the colon.
_MEMBERS: Mapping[str, Callable[[Shown], Element | None]] = {
    "item:ItemId": item_id,
    "item:ParentFolderId": lambda s: t("ParentFolderId", Id=s.folder.id, ChangeKey="AQAAAA=="),
    "item:ItemClass": _plain("ItemClass", lambda _: "IPM.Appointment"),
    "item:Subject": _plain("Subject", lambda s: s.item.subject),
    "item:Sensitivity": _other("Sensitivity", "Normal"),
    "item:Body": _body,
    "item:DateTimeReceived": _plain("DateTimeReceived", lambda s: s.item.created),
    "item:Size": _plain("Size", lambda s: 1000 + len(s.item.body)),
    "item:Categories": lambda s: (
        t("Categories", *[t("String", each) for each in s.item.categories]) if s.item.categories else None
    ),
    "item:Importance": _other("Importance", "Normal"),
    "item:IsSubmitted": _plain("IsSubmitted", lambda _: False),
    "item:IsDraft": _plain("IsDraft", lambda _: False),
    "item:IsFromMe": _plain("IsFromMe", lambda _: False),
    "item:IsResend": _plain("IsResend", lambda _: False),
    "item:IsUnmodified": _plain("IsUnmodified", lambda _: False),
    "item:DateTimeSent": _plain("DateTimeSent", lambda s: s.item.created),
    "item:DateTimeCreated": _plain("DateTimeCreated", lambda s: s.item.created),
    "item:ReminderIsSet": _other("ReminderIsSet", "true"),
    "item:ReminderMinutesBeforeStart": _other("ReminderMinutesBeforeStart", "15"),
    "item:HasAttachments": _plain("HasAttachments", lambda _: False),
    "ExtendedProperty": lambda _: None,  # where these go
    "item:Culture": _plain("Culture", lambda _: "de-DE"),
    "item:EffectiveRights": _rights,
    "item:LastModifiedName": _plain("LastModifiedName", lambda s: s.owner.name),
    "item:LastModifiedTime": _plain("LastModifiedTime", lambda s: s.item.created),
    "item:TextBody": _text_body,
    "calendar:UID": _plain("UID", lambda s: s.item.uid),
    "calendar:RecurrenceId": _plain("RecurrenceId", lambda s: s.single.original),
    "calendar:DateTimeStamp": _plain("DateTimeStamp", lambda s: s.item.created),
    "calendar:Start": _plain("Start", lambda s: s.single.start),
    "calendar:End": _plain("End", lambda s: s.single.end),
    "calendar:OriginalStart": _plain("OriginalStart", lambda s: s.single.original),
    "calendar:IsAllDayEvent": _plain("IsAllDayEvent", lambda s: s.item.all_day),
    "calendar:LegacyFreeBusyStatus": _plain("LegacyFreeBusyStatus", lambda s: s.item.show_as),
    "calendar:Location": _plain("Location", lambda s: s.item.location),
    "calendar:IsMeeting": _plain("IsMeeting", lambda s: s.item.is_meeting),
    "calendar:IsCancelled": _plain("IsCancelled", lambda s: s.item.cancelled),
    "calendar:IsRecurring": _plain("IsRecurring", lambda s: s.item.series is not None),
    "calendar:MeetingRequestWasSent": _plain("MeetingRequestWasSent", lambda s: s.item.invited),
    "calendar:IsResponseRequested": _other("IsResponseRequested", "true"),
    "calendar:CalendarItemType": _plain("CalendarItemType", lambda s: s.single.kind),
    "calendar:MyResponseType": _plain("MyResponseType", lambda s: s.response),
    "calendar:Organizer": _organizer,
    **{f"calendar:{kind}": _guests(kind) for kind in GUESTS},
    "calendar:Duration": _duration,
    "calendar:TimeZone": _plain("TimeZone", lambda s: WINDOWS.get(s.item.zone, "UTC")),
    "calendar:AppointmentSequenceNumber": _plain("AppointmentSequenceNumber", lambda _: 0),
    "calendar:AppointmentState": _plain(
        "AppointmentState", lambda s: s.item.is_meeting + 2 * bool(s.item.organizer) + 4 * s.item.cancelled
    ),
    "calendar:Recurrence": _recurrence,
    "calendar:StartTimeZone": _zone("StartTimeZone"),
    "calendar:EndTimeZone": _zone("EndTimeZone"),
    "calendar:ConferenceType": _plain("ConferenceType", lambda _: 0),
    "calendar:AllowNewTimeProposal": _other("AllowNewTimeProposal", "true"),
    "calendar:IsOnlineMeeting": _plain("IsOnlineMeeting", lambda _: False),
}


def item_shape(request: Element) -> Element:
    """Return what a request wants shown."""
    return child(request, "ItemShape")


def calendar_item(shown: Shown, shape: Element) -> Element:
    """Return an entry with what was asked for."""
    base = text_of(shape, "BaseShape")
    extra = child(shape, "AdditionalProperties")
    asked = [] if extra is None else list(extra)
    wanted = {each.get("FieldURI") for each in asked if name_of(each) == "FieldURI"} | {"item:ItemId"}
    wanted |= _DEFAULT if base == "Default" else set(_MEMBERS) if base == "AllProperties" else set()
    found = t("CalendarItem")
    for name, tell in _MEMBERS.items():
        if name == "ExtendedProperty":
            uris = [each for each in asked if name_of(each) == "ExtendedFieldURI"]
            told = [properties.shown(shown.item, each) for each in uris]
        else:
            told = [tell(shown)] if name in wanted else []
        found.extend([each for each in told if each is not None])
    return found


def text_at(shown: Shown, path: Element) -> str | None:
    """Return the text of the member that a path names, as restrictions compare it; None where it has none."""
    if name_of(path) == "ExtendedFieldURI":
        return properties.value_of(shown.item, properties.key_of(path))
    tell = _MEMBERS.get(path.get("FieldURI"))
    found = None if tell is None else tell(shown)
    return None if found is None else found.text or ""


def items(*shown: Element) -> Element:
    """Return entries as a message's content."""
    return m("Items", *shown)
