"""Find a mailbox's calendars, and which of them a name means.

Decides that a calendar among the deleted things is none. Of the default one only its owner's folder has to be
asked for, under a name that is the same in every language.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree.ElementTree import Element  # nosec B405

from providers.errors import CalendarNotFound, EndlessAnswer, ProviderError, ProviderUnavailable
from providers.exchange.client import Client, Part
from providers.exchange.xml import TYPES, M, attribute_is_true, child, is_true, text
from providers.http import Call

DEFAULT = "calendar"
_BELIEVED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Folder:
    """A calendar by its id, which is the same through every account, and by the name that people gave it."""

    id: str
    title: str
    can_write: bool
    parent: str


@dataclass(frozen=True, slots=True)
class Place:
    """A calendar as the configuration names it, and its folder's id."""

    name: str
    folder: str


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox's default calendar, and its other ones."""

    main: Folder
    others: tuple[Folder, ...]

    def name_of(self, folder: Folder) -> str:
        """Return what the configuration may call a calendar: its title, its id where others have the same."""
        return folder.title if self._titled(folder.title) == [folder] else folder.id

    def find(self, name: str) -> Folder | None:
        """Return the calendar that a name means, None for none or more than one."""
        found = self._titled(name) or [each for each in self.others if each.id == name]
        return found[0] if len(found) == 1 else None

    def _titled(self, name: str) -> list[Folder]:
        return [each for each in self.others if each.title.casefold() == name.strip().casefold()]


class Folders:
    """The calendars of a mailbox, kept for a while. Safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._looking = threading.Lock()
        self._main: Folder | None = None
        self._account: Account | None = None
        self._believed_until = float("-inf")

    def account(self, call: Call, *, anew: bool = False) -> Account:
        """Return every calendar of the mailbox; `anew`: as they are now."""
        with self._only_one(call):
            if anew or self._account is None or not self._is_believed():
                main, deleted = self._main_folders(call)
                request = self._client.compose.calendar_folders()
                found = self._client.ask(self._reading(call), request, lambda part: list(_found(call, part)))
                others = (each for each in found if each.id != main.id and each.parent != deleted)
                self._account = Account(main, tuple(others))
            return self._account

    def place(self, call: Call, name: str) -> Place:
        """Return the calendar that a name means. CalendarNotFound: none, or more than one."""
        if name == DEFAULT:
            return Place(name, self._default(call).id)
        was_known = self._account is not None
        found = self.account(call).find(name)
        if found is None and was_known:  # it may be new
            found = self.account(call, anew=True).find(name)
        if found is None:
            raise CalendarNotFound(call.provider, call.operation, "the mailbox has no calendar of this name")
        return Place(name, found.id)

    def forget(self) -> None:
        """Look for everything anew the next time: a folder was not where it had been."""
        self._believed_until = float("-inf")

    def _default(self, call: Call) -> Folder:
        if self._main is not None and self._is_believed():
            return self._main
        with self._only_one(call):
            known = self._main if self._is_believed() else None
            return known or self._main_folders(call)[0]

    def _main_folders(self, call: Call) -> tuple[Folder, str]:
        """Return the default calendar, and the id of where deleted things are."""
        found = self._client.parts(self._reading(call), self._client.compose.main_folders())
        main, deleted = (_only_folder(call, part) for part in found)
        self._main = _folder(call, main)
        self._account = None  # what was found beside it before is older, and not to be believed for as long
        self._believed_until = self._client.clocks.monotonic() + _BELIEVED_SECONDS
        return self._main, _id(call, deleted)

    def _is_believed(self) -> bool:
        return self._client.clocks.monotonic() < self._believed_until

    @contextmanager
    def _only_one(self, call: Call) -> Iterator[None]:
        """Let one look while the others wait."""
        if not self._looking.acquire(timeout=call.deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        try:
            yield
        finally:
            self._looking.release()

    def _reading(self, call: Call) -> Call:
        # For reading, whatever it is needed for: nothing is written on the way to a calendar.
        return self._client.call(call.operation, call.deadline)


def _only_folder(call: Call, part: Part) -> Element:
    if isinstance(part, ProviderError):
        raise part
    listed = child(call, part, f"{M}Folders")
    if len(listed) != 1:
        raise call.unexpected("Folders")
    return listed[0]


def _found(call: Call, part: Element) -> Iterator[Folder]:
    root = child(call, part, f"{M}RootFolder")
    if not attribute_is_true(call, root, "IncludesLastItemInRange"):
        raise EndlessAnswer(call.provider, call.operation, "more calendars than the server tells at once")
    for each in child(call, root, f"{TYPES}Folders"):
        if (each.findtext(f"{TYPES}FolderClass") or "").startswith("IPF.Appointment"):
            yield _folder(call, each)


def _folder(call: Call, element: Element) -> Folder:
    rights = element.find(f"{TYPES}EffectiveRights")
    parent = element.find(f"{TYPES}ParentFolderId")
    return Folder(
        id=_id(call, element),
        title=text(call, element, "DisplayName"),
        can_write=rights is not None and is_true(call, rights, "CreateContents", otherwise=False),
        parent="" if parent is None else parent.get("Id") or "",
    )


def _id(call: Call, element: Element) -> str:
    found = child(call, element, f"{TYPES}FolderId").get("Id")
    if not found:
        raise call.unexpected("FolderId")
    return found
