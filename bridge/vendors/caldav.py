"""All the bridge knows of CalDAV servers: their sections, their calendars' names, their passwords."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from bridge.config import Config
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Needed, Read, Table
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import Line, slug
from bridge.connections.passwords import PasswordForm
from bridge.connections.tokens import Delegation
from bridge.local_calendar.rereading import Rereading
from bridge.model import CalendarName
from bridge.said import Said, Unfit
from bridge.vendors.contract import Outside, Plugged, Reached, Vendor
from bridge.vendors.own_server import OwnServer
from providers.base import CalendarProvider, Deadline
from providers.errors import AccessDenied, CalendarNotFound, ConnectionExpired, ProviderError
from providers.tokens import GivenToken, TokenSource

if TYPE_CHECKING:
    from providers.caldav import CaldavSettings

_ = str  # marks a text for the catalogues

_HINTS = (
    _("Many servers want a password made for this bridge alone (app-specific), not your usual one:"),
    _(
        "iCloud: account.apple.com, Sign-In and Security, App-Specific Passwords; the user name is the "
        "address of your Apple Account."
    ),
    _("Nextcloud: Settings, Security, Devices & sessions, Create new app password."),
    _("Fastmail: Settings, Privacy & Security, Manage app passwords, with access to calendars."),
    _("mailbox.org: Settings, Security, Application passwords, for CalDAV."),
)
_PASSWORD_REFUSED = _(
    "The server refuses the user name or the password of {account}, which at iCloud end whenever the Apple "
    "Account's password is changed: make a new app-specific one, and type it in at {address}."
)
_GIVEN_REFUSED = _(
    "The server refuses the user name or the password in [caldav.{account}]: at iCloud, Fastmail and many "
    "others it must be an app-specific one."
)
_NO_SUCH_CALENDAR = _(
    "The account {account} has no calendar of this name, or more than one: `bridge calendars` lists the "
    "names to choose from."
)
_IN_THE_CLEAR = _(
    "Anybody on the way could read the password: write https:// in the url of [caldav.{account}]."
)
_UNREADABLE = _(
    "An entry of the calendar cannot be read, so nobody knows when {account} is busy: open it in a calendar "
    "program, and save or delete it."
)


class CaldavTable(Table):
    """One account of a CalDAV server; the password is given here or on the page."""

    section: ClassVar[str] = "caldav.<name>"

    url: Annotated[OwnServer, Needed('the server, such as "https://caldav.icloud.com/"')] = ""
    username: Line | None = None
    password: Secret | None = None


class Caldav(Vendor):
    """Calendars named `caldav:<account>/<name or path>`; each account has a section [caldav.<account>]."""

    name = "caldav"
    title = "CalDAV"
    also_called = ("icloud", "apple", "nextcloud", "fastmail")
    section = CaldavTable
    example = "caldav:anna/Work"

    def check_section(self, read: Read[CaldavTable], *, at: TomlPath, problems: Problems) -> None:
        """Note a password that belongs to nobody."""
        table, keys = read.table, {"username", "password"}
        if not keys & read.broken and table.password and not table.username:
            problems.add((*at, "username"), Said("is missing: it belongs to the password"))

    def check_calendar(self, name: CalendarName) -> None:
        """Let names pass whose account may stand in a section's heading."""
        if not name.account:
            raise Unfit(
                'is no calendar\'s name: a calendar of CalDAV is named "caldav:<account>/<its name or path>"'
            )
        slug(name.account)

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Open each account at its server, with the password that its owner typed in or the section holds."""
        tables = config.sections(CaldavTable)
        if not tables:
            return None
        settings = _settings(config, tables)
        given = {
            account: GivenToken(f"{table.username}:{table.password.get_secret_value()}")
            for account, table in tables.items()
            if table.password
        }

        def opened(account: str, tokens: TokenSource) -> CalendarProvider:
            from providers.caldav import CaldavCalendars

            return CaldavCalendars(tokens, settings[account], clocks=outside.clocks)

        def attempt(account: str, answers: Mapping[str, str], deadline: Deadline) -> str:
            token = f"{answers['username']}:{answers['password']}"
            opened(account, GivenToken(token)).list_calendars(deadline=deadline)
            return token

        form = PasswordForm(
            provider=self.name,
            title=self.title,
            main_calendar=self.main_calendar,
            attempt=attempt,
            accounts=tables.keys(),
            known={
                account: {"username": table.username} for account, table in tables.items() if table.username
            },
            hints=_HINTS,
        )
        delegation = Delegation(given.__getitem__, covers=given.__contains__)
        return Plugged(open=opened, connect=form, delegation=delegation)

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say what to do about a password, a name or an entry."""
        match error:
            case ConnectionExpired() if reached.is_delegated:
                return _GIVEN_REFUSED
            case ConnectionExpired(detail="the password was refused" | "needs reconnecting"):
                return _PASSWORD_REFUSED
            case CalendarNotFound():
                return _NO_SUCH_CALENDAR
            case AccessDenied() if error.detail.startswith("http://"):
                return _IN_THE_CLEAR
            case ProviderError() if error.detail.startswith("an entry"):
                return _UNREADABLE
        return super().explain(error, reached)


def _settings(config: Config, tables: Mapping[str, CaldavTable]) -> Mapping[str, CaldavSettings]:
    """Return what each account's provider knows of the configuration."""
    from providers.caldav import CaldavSettings

    zones: dict[str, dict[str, str]] = defaultdict(dict)
    addresses: dict[str, set[str]] = defaultdict(set)
    for host in config.hosts.values():
        for name in host.calendars:
            if name.provider == Caldav.name:
                zones[name.account].setdefault(name.calendar, str(host.schedule.timezone))
                addresses[name.account].add(host.email.lower())
    reader = Rereading()
    return {
        account: CaldavSettings(
            url=table.url,
            read=reader,
            zones=zones[account],
            addresses=frozenset(addresses[account]),
            route=config.route,
        )
        for account, table in tables.items()
    }
