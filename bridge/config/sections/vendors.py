"""What a configuration may say of calendar vendors. Which vendors there are is handed in from above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationInfo

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Context, Read, Table, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.model import CalendarName
from bridge.said import Said

_ = str  # marks a text for the catalogues

# A vendor's section; where it holds one table per account, these by their names in small letters.
VendorSection = Table | Mapping[str, Table]


class VendorRules:
    """What may be written about one vendor; each says what differs from these defaults.

    `section` is the model of its section, None where it has none; one whose own `section` ends in
    ".<name>" stands there once per account. `conferences` are the meeting platforms its calendars make.
    `example` is a calendar's name for people to go by.
    """

    name: ClassVar[str]
    also_called: ClassVar[tuple[str, ...]] = ()
    section: ClassVar[type[Table] | None] = None
    conferences: ClassVar[frozenset[str]] = frozenset()
    example: ClassVar[str]

    def check_section(self, read: Read[Any], *, at: TomlPath, problems: Problems) -> None:
        """Note what is wrong between the keys of a section."""

    def check_calendar(self, name: CalendarName) -> None:
        """Judge the parts of a calendar's name. ValueError completes the sentence that begins with it."""

    def only_shows_busy(self, name: CalendarName) -> bool:
        """Tell whether a calendar can be looked at but takes no bookings."""
        return False

    def address_of_room(self, name: CalendarName) -> str:
        """Return by which address this vendor's organisers invite the room or device of a calendar.

        Empty where it cannot be invited: then appointments are entered into its calendar.
        """
        return ""


Vendors = Mapping[str, VendorRules]


def vendors_of(info: ValidationInfo) -> Vendors:
    """Return the vendors there may be, inside a validator."""
    found: Vendors = (info.context or {}).get("vendors", {})
    return found


def is_named(rules: VendorRules) -> bool:
    """Tell whether a vendor's section holds one table per account."""
    return rules.section is not None and rules.section.section.endswith(".<name>")


def read_sections(
    tree: Mapping[str, object], vendors: Vendors, *, problems: Problems, context: Context
) -> dict[str, VendorSection]:
    """Return the sections of the vendors that the document speaks of."""
    found: dict[str, VendorSection] = {}
    for name, rules in vendors.items():
        if rules.section is None or name not in tree:
            continue
        if is_named(rules):
            tables = read_named(rules.section, tree[name], (name,), problems=problems, context=context)
            found[name] = _checked(tables, rules, problems)
        else:
            read = read_table(rules.section, tree[name], at=(name,), problems=problems, context=context)
            rules.check_section(read, at=(name,), problems=problems)
            found[name] = read.table
    return found


def _checked(tables: Mapping[str, Read[Table]], rules: VendorRules, problems: Problems) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for name, read in tables.items():
        rules.check_section(read, at=(rules.name, name), problems=problems)
        if name.lower() in found:
            text = Said("stands there twice; capitals make no difference here")
            problems.add((rules.name, name), text)
        found[name.lower()] = read.table
    return found


def missing_section(name: CalendarName, vendors: Vendors, tree: Mapping[str, object]) -> Said | None:
    """Return the sentence for a calendar whose vendor isn't configured; None when it is."""
    rules = vendors[name.provider]
    if rules.section is None:
        return None
    section = tree.get(name.provider)
    wanted = name.provider
    is_there = section is not None
    if is_named(rules):
        account = name.account or name.calendar
        wanted = f"{name.provider}.{account}"
        is_there = isinstance(section, Unresolved) or (
            isinstance(section, dict) and account.lower() in map(str.lower, section)
        )
    if is_there:
        return None
    return Said('"{name}" needs a [{section}] section, which is missing', name=name, section=wanted)


def not_for_bookings(name: CalendarName, vendors: Vendors) -> Said | None:
    """Return the sentence for a calendar that can only be looked at; None when it takes bookings."""
    if not vendors[name.provider].only_shows_busy(name):
        return None
    text = _('"{name}" only shows when somebody is busy; bookings need a calendar that can be written to')
    return Said(text, name=name)
