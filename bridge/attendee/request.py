"""Reads what a request says about the caller, whatever its shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bridge.attendee.text import digits_of
from bridge.model import Contact

LONGEST_ID = 200  # longer ones would not fit into an index

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CallerRequest:
    """The caller as a request describes them.

    `contact_details` is free-form; `record` is the request's own `contact` object, `looked_up` the same
    record from telli's contact API, for a request that `dataclasses.replace` completes with it.
    """

    contact: Contact = field(default_factory=Contact)
    contact_details: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    record: Mapping[str, object] | None = None
    looked_up: Mapping[str, object] | None = None

    def fingerprint(self, event_type: str, start: datetime) -> str:
        """Return what tells this request of a known contact from every other; "" is nobody's.

        What telli knows of the contact beside the request does not count.
        """
        if self.contact.key is None:
            return ""
        ids = (self.contact.contact_id, self.contact.external_contact_id)
        said = [event_type, start.isoformat(), ids, self.contact_details, self.record]
        text = json.dumps(said, sort_keys=True, default=str, skipkeys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_payload(cls, payload: object) -> CallerRequest:
        """Return what a parsed body says; members of the wrong type count as absent."""
        if not isinstance(payload, Mapping):
            return cls()
        contact = Contact(
            _identifier(payload.get("contact_id")), _identifier(payload.get("external_contact_id"))
        )
        record = payload.get("contact")
        return cls(
            contact=contact,
            contact_details=_details(payload.get("contact_details")),
            record=record if isinstance(record, Mapping) else None,
        )

    @classmethod
    def from_flat(cls, members: Mapping[str, object]) -> CallerRequest:
        """Return the caller that a custom tool's flat members describe."""
        ids = {name: members.get(name) for name in ("contact_id", "external_contact_id")}
        return cls.from_payload({**ids, "contact_details": dict(members)})

    def sources(self) -> Iterator[Mapping[str, object]]:
        """Yield where the caller may be described: the record, `contact_details`, what was looked up."""
        yield from filter(None, (self.record, self.contact_details, self.looked_up))

    def descriptions(self) -> Iterator[Mapping[str, object]]:
        """Yield the same, each followed by its properties."""
        for source in self.sources():
            yield from described(source)


def described(source: Mapping[str, object] | None) -> Iterator[Mapping[str, object]]:
    """Yield a source and its properties."""
    if source:
        yield source
        yield properties_of(source)


def properties_of(source: Mapping[str, object]) -> Mapping[str, object]:
    """Return the account's own properties of a contact by name."""
    return _details(source.get("properties"))


def _details(value: object) -> Mapping[str, object]:
    """Return members by name, from an object or from telli's list of {key, value}."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, list):
        return _NOTHING
    properties = [
        entry for entry in value if isinstance(entry, Mapping) and isinstance(entry.get("key"), str)
    ]
    return {entry["key"]: entry.get("value") for entry in properties}


def _identifier(value: object) -> str:
    """Return an id that a database can hold and find again; anything else is nobody's."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = digits_of(value)
    if not isinstance(value, str):
        return ""
    text = value.strip()
    return text if len(text) <= LONGEST_ID and text.isprintable() else ""
