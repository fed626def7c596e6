"""Entries made, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.vendors.exchange import invitations, members
from tests.vendors.exchange.folders import content
from tests.vendors.exchange.soap import Call, Element, Failed, answered, child, m, name_of, part, t
from tests.vendors.exchange.state import CALENDAR, Folder, Item, Mailbox, World, master

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONG_AGO = -1  # of a change key that is none


@dataclass(slots=True)
class Writing:
    """All ways of writing."""

    world: World

    def create_item(self, who: Mailbox, call: Call) -> Element:
        """Make entries, inviting whom they name if wanted; or cancel meetings."""
        choice = call.body.get("SendMeetingInvitations")
        target = child(call.body, "SavedItemFolderId")

        def act(wanted: Element) -> Sequence[Element | None]:
            if name_of(wanted) == "CancelCalendarItem":
                return self._cancel(who, wanted)
            if choice is None:
                raise Failed("ErrorSendMeetingInvitationsRequired")
            if name_of(wanted) != "CalendarItem":
                raise Failed("ErrorInvalidOperation", "This fake keeps entries of calendars only.")
            owner, folder = who, who.folder("calendar")
            if target is not None:
                owner, folder = content(self.world, who, target[0], "write")
            if folder.kind != CALENDAR:
                raise Failed("ErrorCannotCreateCalendarItemInNonCalendarFolder")
            item = Item(_EPOCH, _EPOCH, owner.zone)
            touched = members.fill(item, wanted)
            if not {"Start", "End"} <= set(touched):
                raise Failed("ErrorMissingInformationForCalendarItem")
            self.world.put(folder, item, touched)
            invitations.created(self.world, owner, item, choice)
            return [m("Items", t("CalendarItem", _id(item)))]

        return answered(call.operation, part(call.body, "Items"), act)

    def update_item(self, who: Mailbox, call: Call) -> Element:
        """Change members of entries, unless somebody else has changed them since."""
        choice = call.body.get("SendMeetingInvitationsOrCancellations")
        resolution = call.body.get("ConflictResolution")

        def act(change: Element) -> Sequence[Element | None]:
            if choice is None:
                raise Failed("ErrorSendMeetingInvitationsOrCancellationsRequired")
            target, updates = change[0], part(change, "Updates")
            owner, folder, single = self.world.item(who, target.get("Id") or "", "write")
            if single.kind in {"Occurrence", "Exception"}:
                raise Failed("ErrorInvalidOperation", "This fake changes no single occurrences.")
            names = [members.named(each) for each in updates]
            _require_current(single.item, target.get("ChangeKey"), names, resolution)
            tried = deepcopy(single.item)  # all of it or nothing
            members.update(tried, updates)
            self.world.put(folder, tried, names)
            invitations.changed(self.world, owner, tried, single.item.guests, choice)
            return [m("Items", t("CalendarItem", _id(tried))), m("ConflictResults", t("Count", 0))]

        return answered(call.operation, part(call.body, "ItemChanges"), act)

    def delete_item(self, who: Mailbox, call: Call) -> Element:
        """Delete entries, telling whom they name if wanted."""
        choice = call.body.get("SendMeetingCancellations")

        def act(target: Element) -> Sequence[Element | None]:
            if choice is None:
                raise Failed("ErrorSendMeetingCancellationsRequired")
            owner, folder, single = self.world.item(who, target.get("Id") or "", "write")
            if single.kind in {"Occurrence", "Exception"}:
                raise Failed("ErrorInvalidOperation", "This fake deletes no single occurrences.")
            self._delete(owner, folder, single.item, call.body.get("DeleteType"))
            invitations.cancelled(self.world, single.item, choice)
            return []

        return answered(call.operation, part(call.body, "ItemIds"), act)

    def _cancel(self, who: Mailbox, wanted: Element) -> Sequence[Element | None]:
        target = part(wanted, "ReferenceItemId")
        owner, folder, single = self.world.item(who, target.get("Id"), "write")
        self._delete(owner, folder, single.item, "MoveToDeletedItems")
        invitations.cancelled(self.world, single.item, "SendToAllAndSaveCopy")
        return [m("Items")]

    def _delete(self, owner: Mailbox, folder: Folder, item: Item, way: str) -> None:
        item.deleted = True
        self.world.put(folder, item)
        if way == "MoveToDeletedItems":
            kept = deepcopy(item)
            kept.id, kept.deleted, kept.first_change = Item(_EPOCH, _EPOCH).id, False, 0
            self.world.put(owner.folder("deleteditems"), kept)


def _id(item: Item) -> Element:
    return t("ItemId", Id=master(item).id, ChangeKey=item.change_key)


def _require_current(item: Item, change_key: str | None, names: Sequence[str], resolution: str) -> None:
    """Refuse what would overwrite somebody's change. Failed: it would."""
    if resolution == "AlwaysOverwrite":
        return
    if change_key is None:
        if resolution == "NeverOverwrite":
            raise Failed("ErrorChangeKeyRequired")
        return
    known = change_key.rpartition("fake")[2]
    since = int(known) if known.isdigit() else _LONG_AGO
    is_stale = since != item.version
    if resolution == "AutoResolve":  # other members are merged
        is_stale = any(item.touched.get(name, 0) > since for name in names)
    if is_stale:
        text = "The send or update operation could not be performed because the change key is not current."
        raise Failed("ErrorIrresolvableConflict", text)
