"""Put EWS requests together, out of exchangelib's elements and services.

Decides which properties are asked for, and how much at once. Sends nothing: the services stand for no
account, and only what they make of a request is taken.
Source: learn.microsoft.com/exchange/client-developer/web-service-reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from types import SimpleNamespace
from typing import Any

from exchangelib import (
    DELEGATE,
    IMPERSONATION,
    UTC,
    CalendarItem,
    EWSDateTime,
    Identity,
    Mailbox,
)
from exchangelib.fields import FieldPath
from exchangelib.folders import Calendar
from exchangelib.properties import (
    CalendarView,
    DaylightTime,
    DistinguishedFolderId,
    FolderId,
    FreeBusyViewOptions,
    ItemId,
    MailboxData,
    StandardTime,
    TimeWindow,
    TimeZone,
)
from exchangelib.services import (
    CreateItem,
    DeleteItem,
    FindFolder,
    FindItem,
    GetFolder,
    GetItem,
    GetUserAvailability,
    SyncFolderItems,
    UpdateItem,
)
from exchangelib.util import create_element
from exchangelib.version import EXCHANGE_2013, Version

from providers.base import EventRef, Interval
from providers.exchange.fields import PROPERTIES

MOST_ENTRIES = 1000  # by the throttling policy that Exchange comes with, a search tells no more
CHANGES_AT_ONCE = 512
VIEW_MINUTES = 30

_VERSION = Version(build=EXCHANGE_2013, api_version="Exchange2013")
_INVITING, _SILENT = "SendToAllAndSaveCopy", "SendToNone"


def _paths(model: Any, *names: str) -> list[Any]:
    return [FieldPath(field=model.get_field_by_fieldname(name)) for name in names]


_JUDGED = ("start", "end", "is_all_day", "legacy_free_busy_status", "is_cancelled", "my_response_type")
_OURS = ("bridge_booking_id", "bridge_event_key", "bridge_article_number")
_EVENT = (*_JUDGED, *_OURS, "uid", "parent_folder_id", "datetime_created")
_OWN = (*_EVENT, "resources")  # which a search does not tell
_SAID = ("subject", "body", "location", "required_attendees", "bridge_private")
_FOLDER = ("name", "folder_class", "parent_folder_id", "effective_rights")


@dataclass(frozen=True, slots=True)
class Request:
    """An operation's element, the number of answers it must have, and whether it names an item by its id."""

    element: Any
    parts: int = 1
    is_event: bool = False


class _Equal:
    """A restriction to what has a property of this value."""

    def __init__(self, field: str, attributes: Mapping[str, str], value: str) -> None:
        self._element = create_element("m:Restriction")
        equal = create_element("t:IsEqualTo")
        constant = create_element("t:FieldURIOrConstant")
        constant.append(create_element("t:Constant", attrs={"Value": value}))
        equal.extend([create_element(field, attrs=dict(attributes)), constant])
        self._element.append(equal)

    def to_xml(self, version: Any) -> Any:
        """Return the element, as exchangelib asks its own restrictions for theirs."""
        return self._element


class Composer:
    """Puts the requests of one mailbox together."""

    def __init__(self, mailbox: str, *, impersonates: bool) -> None:
        self.mailbox = mailbox
        self._account = SimpleNamespace(
            protocol=SimpleNamespace(version=_VERSION, credentials=None),
            version=_VERSION,
            default_timezone=UTC,
            access_type=IMPERSONATION if impersonates else DELEGATE,
            identity=Identity(primary_smtp_address=mailbox),
        )

    def envelope(self, request: Request) -> bytes:
        """Return what is sent: the version, on whose behalf, and times told in UTC."""
        wrapped: bytes = FindItem(account=self._account).wrap(request.element, _VERSION.api_version)
        return wrapped

    def main_folders(self) -> Request:
        """Ask for the default calendar, and for the folder of what was deleted."""
        mailbox = Mailbox(email_address=self.mailbox)
        wanted = [DistinguishedFolderId(id=name, mailbox=mailbox) for name in ("calendar", "deleteditems")]
        fields = _paths(Calendar, *_FOLDER)
        payload = GetFolder(account=self._account).get_payload(wanted, fields, "IdOnly")
        return Request(payload, parts=2)

    def calendar_folders(self) -> Request:
        """Ask for every calendar of the mailbox, those among deleted things too."""
        root = DistinguishedFolderId(id="msgfolderroot", mailbox=Mailbox(email_address=self.mailbox))
        payload = FindFolder(account=self._account).get_payload(
            folders=[root],
            additional_fields=_paths(Calendar, *_FOLDER),
            restriction=_Equal("t:FieldURI", {"FieldURI": "folder:FolderClass"}, "IPF.Appointment"),
            shape="IdOnly",
            depth="Deep",
            page_size=MOST_ENTRIES,
        )
        return Request(payload)

    def view(self, folders: Sequence[str], window: Interval) -> Request:
        """Ask what takes place in calendars within a window, series expanded: a part for each of them."""
        view = CalendarView(start=_utc(window.start), end=_utc(window.end), max_items=MOST_ENTRIES)
        return Request(self._found(folders, calendar_view=view), parts=len(folders))

    def having(self, folder: str, name: str, value: str) -> Request:
        """Ask for the items of a calendar that bear a property of ours with this value."""
        attributes = {"PropertySetId": PROPERTIES, "PropertyName": name, "PropertyType": "String"}
        wanted = _Equal("t:ExtendedFieldURI", attributes, value)
        return Request(self._found([folder], restriction=wanted))

    def items(self, item_ids: Sequence[str], *, with_texts: bool = False) -> Request:
        """Ask for items by their ids: a part for each of them."""
        fields = _paths(CalendarItem, *_OWN, *(_SAID if with_texts else ()))
        payload = GetItem(account=self._account).get_payload(
            [ItemId(each) for each in item_ids], fields, "IdOnly"
        )
        return Request(payload, parts=len(item_ids), is_event=True)

    def create(self, folder: str, fields: Mapping[str, Any]) -> Request:
        """Make an event; whoever is invited is told."""
        has_guests = any(fields.get(name) for name in ("required_attendees", "resources"))
        item = CalendarItem(**fields)
        item.clean(version=_VERSION)
        item.reminder_is_set = item.reminder_minutes_before_start = None  # as the mailbox is used to
        payload = CreateItem(account=self._account).get_payload(
            items=[item],
            folder=FolderId(id=folder),
            message_disposition="SaveOnly",
            send_meeting_invitations=_INVITING if has_guests else _SILENT,
        )
        return Request(payload)

    def update(self, ref: EventRef, fields: Mapping[str, Any]) -> Request:
        """Change fields of an event that is still at its version; its guests are told. [] empties one."""
        item = CalendarItem(**fields)
        item.id, item.changekey = ref.event_id, ref.etag
        payload = UpdateItem(account=self._account).get_payload(
            items=[(item, list(fields))],
            conflict_resolution="NeverOverwrite",
            message_disposition="SaveOnly",
            send_meeting_invitations_or_cancellations=_INVITING,
            suppress_read_receipts=True,
        )
        return Request(payload, is_event=True)

    def delete(self, event_id: str, *, tells: bool) -> Request:
        """Put an event among the deleted things, where people find it again."""
        payload = DeleteItem(account=self._account).get_payload(
            items=[ItemId(event_id)],
            delete_type="MoveToDeletedItems",
            send_meeting_cancellations=_INVITING if tells else _SILENT,
            affected_task_occurrences="AllOccurrences",
            suppress_read_receipts=True,
        )
        return Request(payload, is_event=True)

    def changes(self, folder: str, state: str | None) -> Request:
        """Ask what changed in a calendar since a state: ids alone."""
        payload = SyncFolderItems(account=self._account).get_payload(
            folder=FolderId(id=folder),
            shape="IdOnly",
            additional_fields=None,
            sync_state=state,
            ignore=None,
            max_changes_returned=CHANGES_AT_ONCE,
            sync_scope=None,
        )
        return Request(payload)

    def availability(self, addresses: Sequence[str], window: Interval) -> Request:
        """Ask when people and rooms are busy: a part for each of them, with times in UTC."""
        at_no_time = {"bias": 0, "time": time.min, "occurrence": 1, "iso_month": 1, "weekday": 1}
        payload = GetUserAvailability(protocol=self._account.protocol).get_payload(
            mailbox_data=[
                MailboxData(email=each, attendee_type="Required", exclude_conflicts=False)
                for each in addresses
            ],
            timezone=TimeZone(
                bias=0, standard_time=StandardTime(**at_no_time), daylight_time=DaylightTime(**at_no_time)
            ),
            free_busy_view_options=FreeBusyViewOptions(
                time_window=TimeWindow(start=_utc(window.start), end=_utc(window.end)),
                merged_free_busy_interval=VIEW_MINUTES,
                requested_view="FreeBusyMerged",
            ),
        )
        return Request(payload, parts=len(addresses))

    def _found(self, folders: Sequence[str], *, calendar_view: Any = None, restriction: Any = None) -> Any:
        return FindItem(account=self._account).get_payload(
            folders=[FolderId(id=each) for each in folders],
            additional_fields=_paths(CalendarItem, *_EVENT),
            restriction=restriction,
            order_fields=None,
            query_string=None,
            shape="IdOnly",
            depth="Shallow",
            calendar_view=calendar_view,
            page_size=MOST_ENTRIES,
        )


def _utc(moment: datetime) -> Any:
    return EWSDateTime.from_datetime(moment).astimezone(UTC)
