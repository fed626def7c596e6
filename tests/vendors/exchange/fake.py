"""FakeExchange: the whole of it behind one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from tests.vendors.common import Answer, Fake, Planned, Request
from tests.vendors.exchange import described, directory, faults, folders
from tests.vendors.exchange.doors import Doors
from tests.vendors.exchange.people import People
from tests.vendors.exchange.soap import Call, Element, Failed, knows, read, refused, wrapped
from tests.vendors.exchange.state import Mailbox, World
from tests.vendors.exchange.writing import Writing

PATH = "/EWS/Exchange.asmx"
HANDSHAKE = "handshake"
WRITES = ("CreateItem", "UpdateItem", "DeleteItem")


class FakeExchange(People, Fake):
    """An Exchange server on a free port of localhost, behind HTTPS, until closed.

    See the package's docstring for how to drive it.
    """

    secure = True
    ca_bundle: str

    def __init__(self, port: int = 0, product: str = "2019") -> None:
        self.product = product
        self.wrong: list[str] = []
        world = World()
        self.writing = Writing(world)
        People.__init__(self, world, Doors(world))
        Fake.__init__(self, port)

    @property
    def endpoint(self) -> str:
        """Return the address that clients are given."""
        return f"{self.url}{PATH}"

    def identify(self, request: Request) -> Request:
        """Return the request with its operation, and whose mailbox it is about; of a stranger's, neither."""
        who = self.doors.who(request)
        if request.path.lower() != PATH.lower() or request.verb != "POST":
            return replace(request, operation="unknown")
        if who is None:
            return replace(request, operation=HANDSHAKE)
        try:
            call = read(request.content)
        except ValueError:
            return replace(request, operation="unknown", account=who.email)
        account = call.impersonated or request.headers.get("x-anchormailbox") or who.email
        return replace(request, operation=call.operation, account=account.lower())

    def answer_to(self, request: Request) -> Answer:
        """Do what is asked, as Exchange does it."""
        if request.path.lower() != PATH.lower() or request.verb != "POST":
            self.wrong.append(f"nothing is at {request.verb} {request.path}")
            return Answer(404, content=b"")
        who = self.doors.enter(request, self.doors.who(request))
        try:
            call = read(request.content)
        except ValueError as error:
            self.wrong.append(str(error))
            raise refused("ErrorSchemaValidation", str(error)) from None
        self._require_described(call)
        with self.world.lock:
            act = self._operations().get(call.operation)
            if act is None:
                self.wrong.append(f"this fake does no {call.operation}")
                raise refused("ErrorInvalidRequest")
            content = act(self._acting(who, call), call)
        self.wrong += described.complaints(content)
        return wrapped(self.product, content)

    def refusal(self, planned: Planned) -> Answer:
        """Return the answer by which a fault shows, in Exchange's words."""
        return faults.refusal(self.product, planned)

    def violations(self) -> list[str]:
        """Return what Exchange's own schemas did not allow, of requests and of this fake's answers."""
        return list(self.wrong)

    def _operations(self) -> Mapping[str, Callable[[Mailbox, Call], Element]]:
        return {
            "GetFolder": partial(folders.get_folder, self.world),
            "FindFolder": partial(folders.find_folder, self.world),
            "FindItem": self.reading.find_item,
            "GetItem": self.reading.get_item,
            "SyncFolderItems": self.reading.sync_folder_items,
            "CreateItem": self.writing.create_item,
            "UpdateItem": self.writing.update_item,
            "DeleteItem": self.writing.delete_item,
            "GetUserAvailability": self.availability.answer,
            "ResolveNames": partial(directory.resolve_names, self.world),
            "GetServerTimeZones": partial(directory.server_time_zones, self.world),
            "ConvertId": partial(directory.convert_id, self.world),
        }

    def _require_described(self, call: Call) -> None:
        """Let nothing in that is of another version, or not as the schemas describe it. Refused: it is."""
        if not knows(self.product, call.version):
            raise refused("ErrorInvalidServerVersion", "The specified server version is invalid.")
        found = [text for each in (*call.headers, call.body) for text in described.complaints(each)]
        if found:
            self.wrong += [f"{call.operation}: {each}" for each in found]
            raise refused("ErrorSchemaValidation", found[0])

    def _acting(self, who: Mailbox, call: Call) -> Mailbox:
        """Return as whom somebody acts. Refused: they may not."""
        if call.impersonated is None:
            return who
        if not who.impersonates:
            text = "The account does not have permission to impersonate the requested user."
            raise refused("ErrorImpersonateUserDenied", text)
        try:
            return self.world.mailbox(call.impersonated)
        except Failed as failed:
            raise refused(failed.code, failed.text) from None
