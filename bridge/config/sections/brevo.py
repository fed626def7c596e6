"""The section brevo: which contacts are kept there, and what is told of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import PlainValidator, SecretStr

from bridge.config.problems.found import Problems
from bridge.config.problems.inside_values import Complaints
from bridge.config.problems.wording import kind
from bridge.config.table import Needed, Table
from bridge.config.values.numbers import whole
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import Paragraph, WebAddress
from bridge.model import EventType
from bridge.said import Said, Unfit

FIELD = "field:"
FACTS = (
    "name",
    "first_name",
    "last_name",
    "phone",
    "event_type",
    "host",
    "start",
    "time",
    "link",
    "status",
)
_FIELD = re.compile(rf"{FIELD}\s*\S.*")
_ATTRIBUTE = re.compile(r"[A-Z0-9_]{1,50}")  # Brevo knows no others, and ignores those it does not know
_USUAL: Mapping[str, str] = {
    "first_name": "FIRSTNAME",
    "phone": "SMS",
    "event_type": "CALENDLY_EVENT_TYPE",
    "start": "MEETING_DATE",
    "status": "BOOKING_STATUS",
}
ListIds = tuple[Annotated[int, whole(1, 2**53)], ...]


def _attributes(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise Unfit('must name attributes, such as {{ phone = "SMS" }}, not {kind}', kind=kind(value))
    complaints = Complaints()
    for fact, attribute in value.items():
        if fact not in FACTS and not _FIELD.fullmatch(fact):
            complaints.add_unknown_key((fact,), (*FACTS, f"{FIELD}company"))
        elif not isinstance(attribute, str) or not _ATTRIBUTE.fullmatch(attribute):
            text = Said('is no attribute of Brevo\'s such as "FIRSTNAME"')
            complaints.add((fact,), attribute, text)
    complaints.raise_if_any()
    return MappingProxyType(dict(value))


class BrevoSection(Table):
    """The account, and what its contacts are told by."""

    section: ClassVar[str] = "brevo"

    api_key: Annotated[Secret, Needed("the key of Brevo's API, best as env:BREVO_API_KEY")] = SecretStr("")
    api_url: WebAddress = "https://api.brevo.com/v3"
    consent_field: Paragraph = ""
    no_show_list_ids: ListIds = ()
    attributes: Annotated[Mapping[str, str], PlainValidator(_attributes)] = _USUAL


def check_consent(brevo: BrevoSection, event_types: Mapping[str, EventType], problems: Problems) -> None:
    """Note a consent that nobody is ever asked for: then no contact would ever be sent."""
    name = brevo.consent_field
    if name and not any(each.field_called(name) for each in event_types.values()):
        text = Said("is the label or name of no field of an event type, so no contact would ever be sent")
        problems.add(("brevo", "consent_field"), text)
