"""Folders: found by name or id, shown, and listed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.vendors.exchange.restriction import keeps
from tests.vendors.exchange.soap import Call, Element, Failed, answered, child, m, name_of, part, t, text_of
from tests.vendors.exchange.state import CALENDAR, Folder, Mailbox, World

STANDARD = (
    ("Root", "IPF", "root", None),
    ("Top of Information Store", "IPF", "msgfolderroot", "root"),
    ("Calendar", CALENDAR, "calendar", "msgfolderroot"),
    ("Inbox", "IPF.Note", "inbox", "msgfolderroot"),
    ("Sent Items", "IPF.Note", "sentitems", "msgfolderroot"),
    ("Deleted Items", "IPF.Note", "deleteditems", "msgfolderroot"),
)


def furnish(mailbox: Mailbox) -> None:
    """Put the folders into a mailbox that every one has."""
    for name, kind, distinguished, parent in STANDARD:
        inside = None if parent is None else mailbox.folder(parent).id
        folder = Folder(name, kind, distinguished, inside)
        mailbox.folders[folder.id] = folder


def opened(world: World, who: Mailbox, target: Element, right: str = "read") -> tuple[Mailbox, Folder]:
    """Return the folder that an id names, with its owner. Failed: there is none, or it is none of theirs."""
    if name_of(target) == "FolderId":
        return world.folder(who, target.get("Id"), right)
    email = text_of(target, "Mailbox", "EmailAddress")
    owner = who if email is None else world.mailbox(email)
    world.require(who, owner, right)
    for folder in owner.folders.values():
        if folder.distinguished == target.get("Id"):
            return owner, folder
    text = f"The folder {target.get('Id')} was not found."
    raise Failed("ErrorFolderNotFound", text)


def content(world: World, who: Mailbox, target: Element, right: str = "read") -> tuple[Mailbox, Folder]:
    """Return a folder whose content can be read."""
    owner, folder = opened(world, who, target, right)
    if folder.broken:
        raise Failed(folder.broken)
    return owner, folder


def get_folder(world: World, who: Mailbox, call: Call) -> Element:
    """Return folders by their ids."""

    def act(target: Element) -> Sequence[Element | None]:
        owner, folder = opened(world, who, target)
        return [m("Folders", _shown(who, owner, folder, child(call.body, "FolderShape")))]

    return answered(call.operation, part(call.body, "FolderIds"), act)


def find_folder(world: World, who: Mailbox, call: Call) -> Element:
    """Return the folders in others."""
    shape, restriction = child(call.body, "FolderShape"), child(call.body, "Restriction")
    deep = call.body.get("Traversal") == "Deep"

    def act(target: Element) -> Sequence[Element | None]:
        owner, parent = opened(world, who, target)
        found = [
            each
            for each in owner.folders.values()
            if _is_in(owner, each, parent, deep=deep) and keeps(restriction, partial(_text_at, each))
        ]
        told = t("Folders", *[_shown(who, owner, each, shape) for each in found])
        return [
            m(
                "RootFolder",
                told,
                IndexedPagingOffset=len(found),
                TotalItemsInView=len(found),
                IncludesLastItemInRange=True,
            )
        ]

    return answered(call.operation, part(call.body, "ParentFolderIds"), act)


def _is_in(owner: Mailbox, folder: Folder, parent: Folder, *, deep: bool) -> bool:
    if folder.parent == parent.id:
        return True
    return (
        deep and folder.parent is not None and _is_in(owner, owner.folders[folder.parent], parent, deep=True)
    )


def _text_at(folder: Folder, path: Element) -> str | None:
    known = {
        "folder:FolderClass": folder.kind,
        "folder:DisplayName": folder.name,
        "folder:FolderId": folder.id,
        "folder:ParentFolderId": folder.parent,
    }
    return known.get(path.get("FieldURI"))


def _shown(who: Mailbox, owner: Mailbox, folder: Folder, shape: Element) -> Element:
    extra = child(shape, "AdditionalProperties")
    wanted = {each.get("FieldURI") for each in (extra if extra is not None else ())}
    found = t("CalendarFolder" if folder.kind == CALENDAR else "Folder")
    for name, told in _members(who, owner, folder).items():
        is_wanted = f"folder:{name}" in wanted or text_of(shape, "BaseShape") != "IdOnly"
        if told is not None and (is_wanted or name == "FolderId"):
            found.append(told)
    return found


def _members(who: Mailbox, owner: Mailbox, folder: Folder) -> dict[str, Element | None]:
    """Return what a folder tells of itself, in the schema's order."""
    may_write = who is owner or owner.grants.get(who.email) == "write"
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify")
    rights = [*[t(name, may_write) for name in names], t("Read", True)]
    inside = [each for each in owner.folders.values() if each.parent == folder.id]
    return {
        "FolderId": t("FolderId", Id=folder.id, ChangeKey="AQAAAA=="),
        "ParentFolderId": t("ParentFolderId", Id=folder.parent, ChangeKey="AQAAAA==")
        if folder.parent
        else None,
        "FolderClass": t("FolderClass", folder.kind),
        "DisplayName": t("DisplayName", folder.name),
        "TotalCount": t("TotalCount", len(folder.live())),
        "ChildFolderCount": t("ChildFolderCount", len(inside)),
        "EffectiveRights": t("EffectiveRights", *rights),
        "DistinguishedFolderId": (
            t("DistinguishedFolderId", folder.distinguished) if folder.distinguished else None
        ),
    }
