"""Entries read: single ones, views, listings, and what changed since."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tests.vendors.exchange.folders import content
from tests.vendors.exchange.restriction import keeps
from tests.vendors.exchange.shapes import Shown, calendar_item, item_shape, items, text_at
from tests.vendors.exchange.soap import Call, Element, Failed, answered, child, m, part, t, text_of
from tests.vendors.exchange.state import Folder, Item, Mailbox, World, master, singles

_LONGEST_VIEW = 732  # days: two years


@dataclass(slots=True)
class Reading:
    """All ways of reading.

    More than `most` entries are refused, as throttling policies do, unless the request names a number; a view
    is cut at `most_in_view` whatever the request says.
    """

    world: World
    most: int = 1000
    most_in_view: int | None = None

    def get_item(self, who: Mailbox, call: Call) -> Element:
        """Return entries by their ids."""
        shape = item_shape(call.body)

        def act(target: Element) -> Sequence[Element | None]:
            owner, folder, single = self.world.item(who, target.get("Id") or target.get("OccurrenceId") or "")
            return [items(calendar_item(Shown(owner, folder, single, whole=True), shape))]

        return answered(call.operation, part(call.body, "ItemIds"), act)

    def find_item(self, who: Mailbox, call: Call) -> Element:
        """Return the entries of folders, in a view (series expanded) or as they are kept."""
        view = child(call.body, "CalendarView")
        restriction = child(call.body, "Restriction")

        def act(target: Element) -> Sequence[Element | None]:
            owner, folder = content(self.world, who, target)
            if view is None:
                return [self._listed(call, owner, folder)]
            if restriction is not None or child(call.body, "SortOrder") is not None:
                raise Failed("ErrorInvalidOperation", "A view has neither a restriction nor an order.")
            return [self._viewed(call, view, owner, folder)]

        return answered(call.operation, part(call.body, "ParentFolderIds"), act)

    def _viewed(self, call: Call, view: Element, owner: Mailbox, folder: Folder) -> Element:
        low, high = (
            datetime.fromisoformat(view.get(name)).astimezone(UTC) for name in ("StartDate", "EndDate")
        )
        if high < low:
            raise Failed("ErrorCalendarEndDateIsEarlierThanStartDate")
        if (high - low).days > _LONGEST_VIEW:
            raise Failed("ErrorCalendarViewRangeTooBig")
        found = sorted(
            (
                each
                for item in folder.live()
                for each in singles(item)
                if each.start < high and (each.end > low or each.start == each.end == low)
            ),
            key=lambda each: each.start,
        )
        most = int(view.get("MaxEntriesReturned") or 0)
        if not most and len(found) > self.most:
            raise Failed("ErrorExceededFindCountLimit")
        page = (found[:most] if most else found)[: self.most_in_view]
        shape = item_shape(call.body)
        told = [calendar_item(Shown(owner, folder, each), shape) for each in page]
        return m(
            "RootFolder",
            t("Items", *told),
            TotalItemsInView=len(found),
            IncludesLastItemInRange=len(page) == len(found),
        )

    def _listed(self, call: Call, owner: Mailbox, folder: Folder) -> Element:
        restriction, view = child(call.body, "Restriction"), child(call.body, "IndexedPageItemView")
        shown = [Shown(owner, folder, master(item)) for item in folder.live()]
        found = [each for each in shown if keeps(restriction, partial(text_at, each))]
        begin = int(view.get("Offset")) if view is not None else 0
        size = int((view.get("MaxEntriesReturned") if view is not None else None) or self.most)
        page = found[begin : begin + min(size, self.most)]
        following = begin + len(page)
        return m(
            "RootFolder",
            t("Items", *[calendar_item(each, item_shape(call.body)) for each in page]),
            IndexedPagingOffset=following,
            TotalItemsInView=len(found),
            IncludesLastItemInRange=following >= len(found),
        )

    def sync_folder_items(self, who: Mailbox, call: Call) -> Element:
        """Return what became of a folder's entries since a state, series as one."""

        def act(target: Element) -> Sequence[Element | None]:
            owner, folder = content(self.world, who, target[0])
            since = _since(folder, text_of(call.body, "SyncState"))
            most = int(text_of(call.body, "MaxChangesReturned") or 0)
            changed = sorted(
                (item for item in folder.items.values() if item.last_change > since),
                key=lambda item: item.last_change,
            )
            page = changed[:most]
            upto = page[-1].last_change if page else folder.changes
            shape = item_shape(call.body)
            return [
                m("SyncState", _state(folder, upto)),
                m("IncludesLastItemInRange", len(page) == len(changed)),
                m("Changes", *_changes(owner, folder, page, since, shape)),
            ]

        return answered(call.operation, [child(call.body, "SyncFolderId")], act)


def _changes(
    owner: Mailbox, folder: Folder, page: Sequence[Item], since: int, shape: Element
) -> Iterator[Element]:
    for item in page:
        is_new = item.first_change > since
        shown = Shown(owner, folder, master(item))
        if not item.deleted:
            yield t("Create" if is_new else "Update", calendar_item(shown, shape))
        elif not is_new:
            yield t("Delete", t("ItemId", Id=item.id, ChangeKey=item.change_key))


def _state(folder: Folder, change: int) -> str:
    return b64encode(f"{folder.id} {folder.generation} {change}".encode()).decode()


def _since(folder: Folder, state: str | None) -> int:
    if not state:
        return 0
    try:
        place, generation, change = b64decode(state, validate=True).decode().split(" ")
    except (NoBase64, ValueError):
        raise Failed("ErrorInvalidSyncStateData", "The sync state data is invalid.") from None
    if (place, int(generation)) != (folder.id, folder.generation):
        raise Failed("ErrorInvalidSyncStateData", "The sync state data is invalid.")
    return int(change)
