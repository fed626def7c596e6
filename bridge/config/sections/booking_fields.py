"""Reads an event type's booking fields: where each answer comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from bridge.config.problems.found import Problems, TomlPath
from bridge.config.problems.wording import listed, suggestion
from bridge.config.table import Needed, Table, read_table
from bridge.config.values.numbers import YesOrNo
from bridge.config.values.text import Line, Paragraph, choice
from bridge.model import BookingField, FieldSource
from bridge.model.event_types import CONTACT_PATH, SYSTEM_PATHS
from bridge.said import Said

_NAMED = {
    FieldSource.LLM: Said('the key in contact_details, such as name = "appointment_reason"'),
    FieldSource.CONTACT: Said('the property of the contact, such as name = "company"'),
    FieldSource.SYSTEM: Said('a path such as name = "contact_id"'),
}


class FieldTable(Table):
    """A booking field as TOML writes it."""

    section: ClassVar[str] = "event_types.<name>.fields"

    label: Annotated[Line, Needed('what the answer is called, such as "Reason for appointment"')] = ""
    source: Annotated[FieldSource, choice(FieldSource)] = FieldSource.LLM
    name: Paragraph = ""
    value: Paragraph = ""
    required: YesOrNo = False
    public: YesOrNo = False


def read_fields(raw: Sequence[object], at: TomlPath, problems: Problems) -> tuple[BookingField, ...]:
    """Return the booking fields in their order, noting those that could never have an answer."""
    return tuple(_field(entry, (*at, place), problems) for place, entry in enumerate(raw))


def _is_path(name: str) -> bool:
    # A misspelt one would never have an answer, and where it is required no booking would succeed.
    return name in SYSTEM_PATHS or (name.startswith(CONTACT_PATH) and name != CONTACT_PATH)


def _field(raw: object, at: TomlPath, problems: Problems) -> BookingField:
    read = read_table(FieldTable, raw, at=at, problems=problems)
    table = read.table
    if table.source is FieldSource.CONSTANT:
        if not table.value and read.broken.isdisjoint({"value", "source"}):
            text = Said('is missing; source = "constant" needs the text that is always written')
            problems.add((*at, "value"), text)
    elif not table.name and read.broken.isdisjoint({"name", "source"}):
        what = _NAMED[table.source]
        text = Said('is missing; source = "{source}" needs {what}', source=table.source, what=what)
        problems.add((*at, "name"), text)
    elif table.source is FieldSource.SYSTEM and not _is_path(table.name):
        known = [*SYSTEM_PATHS, f"{CONTACT_PATH}email"]  # as an example of all members of the contact
        text = Said(
            "must be {known}{suggestion}", known=listed(known), suggestion=suggestion(table.name, known)
        )
        problems.add((*at, "name"), text)
    return BookingField(
        label=table.label,
        source=table.source,
        name=table.name,
        value=table.value,
        required=table.required,
        public=table.public,
    )
