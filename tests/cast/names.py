"""A name server on this machine, whose zones are a test's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.message
import dns.rcode
import dns.rrset
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType
from dns.resolver import NoResolverConfiguration, Resolver


@dataclass
class Names:
    """Records by name and kind; a name without any does not exist. `is_broken` answers SERVFAIL."""

    records: dict[str, dict[str, list[str]]] = field(
        default_factory=lambda: {"gmail.com": {"MX": ["5 mx.example.net."]}}
    )
    is_broken: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def resolver(self) -> Resolver:
        """Return what asks this server alone."""
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        return made

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), RdataType(question.rdtype).name
        self.asked.append(f"{name} {kind}")
        response = dns.message.make_response(query)
        if self.is_broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif told := self.records[name].get(kind):
            response.answer.append(dns.rrset.from_text(question.name, 60, RdataClass.IN, kind, *told))
        return response.to_wire()


@contextmanager
def name_server() -> Iterator[Names]:
    """Serve names on this machine until the end."""
    names = Names()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as served:
        served.bind(("127.0.0.1", 0))
        names.port = served.getsockname()[1]

        def serve() -> None:
            while (received := served.recvfrom(4096))[0] != b"end":
                served.sendto(names.answer(received[0]), received[1])

        thread = threading.Thread(target=serve, name="name-server", daemon=True)
        thread.start()
        try:
            yield names
        finally:
            served.sendto(b"end", ("127.0.0.1", names.port))
            thread.join()


def nobody_to_ask() -> Resolver:
    """Stand for a machine without DNS, as tests are that do not ask for it."""
    raise NoResolverConfiguration
