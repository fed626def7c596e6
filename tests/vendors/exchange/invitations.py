"""Invitations: who gets a mail, and what Exchange puts into the calendars of those whose mailbox it holds.

People find a meeting as tentative until they answer; a room accepts at once where it is free.
"""

from __future__ import annotations

from copy import deepcopy

from tests.vendors.exchange.state import Folder, Guest, Item, Mailbox, World, singles

_NOBODY = "SendToNone"


def created(world: World, owner: Mailbox, item: Item, choice: str) -> None:
    """Invite everybody to a new entry, unless nobody shall be."""
    if choice == _NOBODY or not item.guests:
        return
    item.invited = True
    world.mail(item, "created", [each.email for each in item.guests])
    for guest in item.guests:
        _deliver(world, owner, item, guest)


def changed(world: World, owner: Mailbox, item: Item, before: list[Guest], choice: str) -> None:
    """Tell the guests of a change: all of them, or those who were added or removed where only these are."""
    if choice == _NOBODY:
        return
    old, new = ({each.email for each in guests} for guests in (before, item.guests))
    world.mail(item, "created", [each for each in new if each not in old])
    world.mail(item, "cancelled", [each for each in old if each not in new])
    if "Changed" not in choice or old == new:
        world.mail(item, "updated", [each for each in new if each in old])
    item.invited = item.invited or bool(item.guests)
    for guest in item.guests:
        _deliver(world, owner, item, guest)
    for email in old - new:
        _withdraw(world, item, email)


def cancelled(world: World, item: Item, choice: str) -> None:
    """Tell the guests that an entry is gone."""
    if choice == _NOBODY or not item.guests or not item.invited:
        return
    world.mail(item, "cancelled", [each.email for each in item.guests])
    for guest in item.guests:
        _withdraw(world, item, guest.email)


def _deliver(world: World, owner: Mailbox, item: Item, guest: Guest) -> None:
    mailbox = world.mailboxes.get(guest.email)
    if mailbox is None or mailbox is owner:
        return
    calendar = mailbox.folder("calendar")
    before = _copy_in(calendar, item)
    if mailbox.is_room:
        taken = _is_taken(calendar, item, before)
        guest.response = "Decline" if taken else "Accept"
        if taken:
            if before is not None:
                before.deleted = True
                world.put(calendar, before)
            return
    copy = before or Item(item.start, item.end)
    for name in ("start", "end", "zone", "all_day", "uid", "subject", "body", "body_type", "location"):
        setattr(copy, name, getattr(item, name))
    copy.series = deepcopy(item.series)
    copy.organizer = owner.email
    copy.show_as = item.show_as if mailbox.is_room else "Tentative"
    copy.response = "Accept" if mailbox.is_room else "NoResponseReceived"
    world.put(calendar, copy)


def _withdraw(world: World, item: Item, email: str) -> None:
    mailbox = world.mailboxes.get(email)
    copy = _copy_in(mailbox.folder("calendar"), item) if mailbox else None
    if mailbox is None or copy is None:
        return
    # People see it as cancelled until they take it out.
    copy.deleted, copy.cancelled, copy.show_as = mailbox.is_room, True, "Free"
    world.put(mailbox.folder("calendar"), copy)


def _copy_in(calendar: Folder, item: Item) -> Item | None:
    found = (each for each in calendar.live() if each.uid == item.uid and each.organizer)
    return next(found, None)


def _is_taken(calendar: Folder, item: Item, own: Item | None) -> bool:
    others = [each for each in calendar.live() if each is not own and each.show_as != "Free"]
    return any(
        one.start < each.end and each.start < one.end
        for other in others
        for one in singles(other)
        for each in singles(item)
    )
