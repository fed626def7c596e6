"""All the bridge knows of published calendars: links that are read, and never written to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, ClassVar

from pydantic import PlainValidator, SecretStr

from bridge.config import Config
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Needed, Read, Table
from bridge.config.values.numbers import minutes
from bridge.config.values.secret_values import Hidden, secret
from bridge.config.values.text import exact_address, slug
from bridge.model import CalendarName
from bridge.published.keeping import Publication, PublishedTime
from bridge.published.provider import PublishedCalendars
from bridge.said import Said, Unfit
from bridge.vendors.contract import Outside, Plugged, Reached, Vendor
from providers.errors import AccessDenied, CalendarNotFound, ProviderError, ProviderUnavailable

_ = str  # marks a text for the catalogues

_SILENT = _("The server of the link does not answer at present; the bridge tries again by itself.")
_GONE = _(
    "Nothing is published at the link any more: publish the calendar again, and put the new link into "
    "[ics.{account}]."
)
_INSIDE = _(
    "The link leads into the own network: if that is meant, set allow_private_addresses = true in [network]."
)
_BROKEN = _(
    "At the link lies no whole calendar: compare the link in [ics.{account}] with the one that ends in .ics "
    "where the calendar is published."
)
_WEBCAL = ("webcal://", "webcals://")


def _link(value: object) -> SecretStr:
    text = secret(value).get_secret_value()
    for scheme in _WEBCAL:
        if text.lower().startswith(scheme):
            text = f"https://{text[len(scheme) :]}"
    try:
        return SecretStr(exact_address(text))
    except ValueError:  # without what was given: whoever has the link reads the calendar
        raise Hidden('is no link such as "https://example.com/shifts.ics" or "webcal://..."') from None


class IcsTable(Table):
    """One published calendar."""

    section: ClassVar[str] = "ics.<name>"

    url: Annotated[SecretStr, PlainValidator(_link), Needed('the link, such as "env:SHIFTS_URL"')] = (
        SecretStr("")
    )
    refresh_minutes: Annotated[timedelta, minutes(1, 1440)] = timedelta(minutes=10)
    max_age_minutes: Annotated[timedelta, minutes(2, 10080)] = timedelta(minutes=120)


class Ics(Vendor):
    """Published calendars named `ics:<name>`; each has a section [ics.<name>]."""

    name = "ics"
    title = "Published calendar"
    also_called = ("ical", "webcal")
    section = IcsTable
    example = "ics:shifts"
    can_invite = False
    can_relocate = False

    def check_section(self, read: Read[IcsTable], *, at: TomlPath, problems: Problems) -> None:
        """Note a calendar that would be unknown before it is read again."""
        table, keys = read.table, {"refresh_minutes", "max_age_minutes"}
        if not keys & read.broken and table.max_age_minutes <= table.refresh_minutes:
            text = Said(
                "must be more than refresh_minutes, else the calendar is unknown before it is read again"
            )
            problems.add((*at, "max_age_minutes"), text)

    def check_calendar(self, name: CalendarName) -> None:
        """Let names pass that may stand in a section's heading."""
        if name.account:
            raise Unfit('is no calendar\'s name: a published calendar is named "ics:<name>", without a slash')
        slug(name.calendar)

    def only_shows_busy(self, name: CalendarName) -> bool:
        """Return true: nothing can be written to a link."""
        return True

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Open all published calendars as one, and have their links read in the background."""
        publications = _publications(config)
        if not publications:
            return None
        calendars = PublishedCalendars(outside.store, publications, outside.clocks)
        time = PublishedTime(outside.store, config.route, outside.clocks)
        refreshed: dict[str, Callable[[], timedelta]] = {
            each.name: partial(time.refresh, each) for each in publications.values()
        }
        return Plugged(open=lambda _account, _tokens: calendars, refreshed=refreshed)

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say what to do about the link."""
        match error:
            case ProviderUnavailable():
                return _SILENT
            case CalendarNotFound():
                return _GONE
            case AccessDenied():
                return _INSIDE
        return _BROKEN


def _publications(config: Config) -> dict[str, Publication]:
    """Return the published calendars that hosts name; days lie in the zone of the first who does."""
    tables = config.sections(IcsTable)
    ahead = max((event_type.horizon_days for event_type in config.event_types.values()), default=0)
    found: dict[str, Publication] = {}
    for host in config.attending.values():
        for name in host.calendars:
            if name.provider != Ics.name or name.calendar in found:
                continue
            table = tables[name.calendar.lower()]
            found[name.calendar] = Publication(
                calendar=name.calendar,
                url=table.url.get_secret_value(),
                zone=str(host.schedule.timezone),
                ahead=timedelta(days=ahead),
                refresh=table.refresh_minutes,
                max_age=table.max_age_minutes,
            )
    return found
