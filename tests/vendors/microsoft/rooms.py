"""Room mailboxes: they answer invitations by themselves, and enter what they take."""

from __future__ import annotations

from tests.vendors.microsoft.state import Account, Calendar, Item, World


def ask_rooms(world: World, account: Account, calendar: Calendar, item: Item) -> None:
    """Let each room invited as a resource take an event where it is free, else decline.

    Their answers are a change of the event after the one that invited them.
    """
    invited = [] if item.deleted else [each for each in item.attendees if each.get("type") == "resource"]
    addresses = {_address(each) for each in invited}
    for room in (each for each in world.accounts.values() if each.is_room):
        copies = [each for each in room.default.live() if each.ical_uid == item.ical_uid]
        is_taken = any(
            other.start < item.end and other.end > item.start
            for other in room.default.live()
            if other not in copies
        )
        for copy in copies:
            copy.deleted = True
            world.put(room, room.default, copy)
        if room.email in addresses and not is_taken:
            world.put(room, room.default, Item(item.start, item.end, item.zone, ical_uid=item.ical_uid))
        answers = "declined" if is_taken else "accepted"
        for each in invited:
            if _address(each) == room.email:
                each["status"] = {"response": answers, "time": "2026-01-01T00:00:00Z"}
    if invited:
        world.put(account, calendar, item)


def _address(guest: dict[str, dict[str, str]]) -> str:
    return guest["emailAddress"]["address"].lower()
