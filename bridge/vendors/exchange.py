"""All the bridge knows of Exchange on a company's own servers: its section, its names, its passwords."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator

from bridge.config import Config
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Needed, Read, Table
from bridge.config.values.numbers import YesOrNo
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import Line, choice
from bridge.connections.passwords import PasswordForm
from bridge.connections.tokens import Delegation
from bridge.model import CalendarName
from bridge.said import Said, Unfit
from bridge.vendors.contract import Outside, Plugged, Reached, Vendor, check_account
from bridge.vendors.own_server import OwnServer
from providers.base import CalendarProvider, Deadline
from providers.errors import AccessDenied, CalendarNotFound, ConnectionExpired, ProviderError
from providers.tokens import GivenToken, TokenSource

if TYPE_CHECKING:
    from providers.exchange import ExchangeSettings

_ = str  # marks a text for the catalogues

_SCHEDULE = "schedule:"  # before the address of a colleague or room that is only seen through a mailbox
_IN_THE_CLOUD = ("office365.com", "office.com", "outlook.com", "office365.us", "outlook.cn")
_LIBRARIES = {"kerberos": ("requests_gssapi", "requests-gssapi")}

_HINTS = (
    _("What you sign in to your computer or to Outlook with:"),
    _("The user name is EXAMPLE\\anna or anna@example.com, as your administrator set it up."),
    _("After a few wrong passwords Windows may lock the account for a while."),
)
_PASSWORD_REFUSED = _(
    "The server refuses the user name or the password of {account}: if the password was changed, type the "
    "new one in at {address}. If not, the account may be locked, or expired."
)
_GIVEN_REFUSED = _(
    "The server refuses the user name or the password in [exchange]: perhaps it has expired, or Windows has "
    "locked the account. The bridge shows it again after 1 to 15 minutes, so as not to lock it anew."
)
_NO_TICKET = _(
    "The server does not let the bridge in by Kerberos: the process needs a ticket (KRB5_CLIENT_KTNAME names "
    "a keytab), and the url of [exchange] the server's own name."
)
_MAY_NOT_IMPERSONATE = _(
    "The service account may not act for {account}: give it the role ApplicationImpersonation, or leave "
    "impersonation out and give it full access to the mailbox."
)
_NO_RIGHT = _(
    "Exchange does not let the bridge use {owner}: give the signed-in user full access to the mailbox "
    "{account}, or set impersonation = true with a service account that may impersonate."
)
_NO_MAILBOX = _(
    "This Exchange has no mailbox {owner}: compare the address. A mailbox that was moved to the cloud is "
    'named "microsoft:{account}/calendar", and reached by [microsoft].'
)
_NO_SUCH_CALENDAR = _(
    "The mailbox {account} has no calendar of this name, or more than one: `bridge calendars` lists the "
    "names to choose from."
)
_NO_DATA = _(
    "Exchange has no free/busy times of {owner}, so nobody knows when it is busy: ask the administrator why, "
    "or name the calendar itself."
)
_NOT_THERE = _(
    "There is no Exchange at the url of [exchange], which as a rule ends in /EWS/Exchange.asmx: ask the "
    "administrator for the address of EWS."
)
_IN_THE_CLEAR = _("Anybody on the way could read the password: write https:// in the url of [exchange].")


_OTHER_HALF = {  # of a sign-in, by whether there is a password
    True: ("username", Said("is missing: it belongs to the password")),
    False: ("password", Said("is missing: it belongs to the user name")),
}


class Auth(StrEnum):
    """How the bridge signs in."""

    NTLM = "ntlm"
    BASIC = "basic"
    KERBEROS = "kerberos"


def _on_premises(address: str) -> str:
    host = urlsplit(address).hostname or ""
    if any(host == each or host.endswith(f".{each}") for each in _IN_THE_CLOUD):
        raise Unfit(
            "is Exchange Online, which has answered no EWS since October 2026: set up [microsoft], and name "
            'the calendars "microsoft:<account>/<calendar>"'
        )
    return address


class ExchangeSection(Table):
    """A company's own server; who signs in is said here, or by each owner on the page."""

    section: ClassVar[str] = "exchange"

    url: Annotated[
        OwnServer,
        AfterValidator(_on_premises),
        Needed('the server, such as "https://mail.example.com/EWS/Exchange.asmx"'),
    ] = ""
    username: Line | None = None
    password: Secret | None = None
    auth: Annotated[Auth, choice(Auth)] = Auth.NTLM
    impersonation: YesOrNo = False

    @property
    def token(self) -> str | None:
        """Return what every account is signed in with, None where each owner types in their own."""
        if self.auth is Auth.KERBEROS:
            return ":"  # it takes the ticket that the process has
        return f"{self.username}:{self.password.get_secret_value()}" if self.password else None


class Exchange(Vendor):
    """Exchange 2013 and newer, on a company's own servers."""

    name = "exchange"
    title = "Exchange"
    also_called = ("ews", "owa")
    section = ExchangeSection
    example = "exchange:anna@example.com/calendar"
    main_calendar = "calendar"

    def check_section(self, read: Read[ExchangeSection], *, at: TomlPath, problems: Problems) -> None:
        """Note a missing library, and what does not belong together."""
        table = read.table
        for module, package in (("exchangelib", '"calendar-bridge[exchange]"'), *_needed(table)):
            if find_spec(module) is None:
                text = Said(
                    "needs a library that is not installed: {command}", command=f"pip install {package}"
                )
                problems.add(at, text)
        if {"username", "password", "auth", "impersonation"} & read.broken:
            return
        if table.auth is Auth.KERBEROS:
            if table.username or table.password:
                text = Said("takes the ticket that the process has: leave the password out")
                problems.add((*at, "auth"), text)
        elif bool(table.username) != bool(table.password):
            missing, text = _OTHER_HALF[bool(table.password)]
            problems.add((*at, missing), text)
        elif table.impersonation and not table.password:
            text = Said("needs the username and password of a service account")
            problems.add((*at, "impersonation"), text)

    def check_calendar(self, name: CalendarName) -> None:
        """Let calendars of a mailbox pass, and the schedules that it sees."""
        check_account(name)
        if name.calendar.startswith(_SCHEDULE) and "@" not in name.calendar:
            raise Unfit('is no calendar\'s name: write "exchange:<mailbox>/schedule:<address>"')

    def only_shows_busy(self, name: CalendarName) -> bool:
        """Tell whether this is the schedule of a colleague or a room."""
        return name.calendar.startswith(_SCHEDULE)

    def address_of_room(self, name: CalendarName) -> str:
        """Return whose schedule it is: a room's mailbox is invited by that address."""
        return name.calendar.removeprefix(_SCHEDULE) if self.only_shows_busy(name) else ""

    def shown(self, calendar: str) -> str:
        """Return whose schedule it is, or the calendar's name, empty for the main one."""
        return super().shown(calendar).removeprefix(_SCHEDULE)

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Open each mailbox at the server, by the section's password or the one that its owner typed in."""
        section = config.section(ExchangeSection)
        if section is None:
            return None
        from providers.exchange import ExchangeCalendars, Lines

        settings, clocks = _settings(section, config), outside.clocks
        lines = Lines(settings, clocks.monotonic)

        def opened(mailbox: str, tokens: TokenSource) -> CalendarProvider:
            return ExchangeCalendars(mailbox, tokens, lines, clocks=clocks)

        def attempt(mailbox: str, answers: Mapping[str, str], deadline: Deadline) -> str:
            token = f"{answers['username']}:{answers['password']}"
            # On lines of its own: whoever types a password in means it to be tried now.
            anew = Lines(settings, clocks.monotonic)
            found = ExchangeCalendars(mailbox, GivenToken(token), anew, clocks=clocks)
            found.list_calendars(deadline=deadline)
            lines.accept(token)  # it may have been refused a moment ago: the account was locked, say
            return token

        token = section.token
        if token is not None:
            given = GivenToken(token)
            return Plugged(open=opened, delegation=Delegation(lambda _mailbox: given))
        form = PasswordForm(
            provider=self.name,
            title=self.title,
            main_calendar=self.main_calendar,
            attempt=attempt,
            hints=_HINTS,
        )
        return Plugged(open=opened, connect=form)

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say what to do about a password, a right, a mailbox or an address."""
        detail = error.detail
        match error:
            case ConnectionExpired():
                text = _refused(detail, reached)
            case AccessDenied():
                text = _denied(detail)
            case CalendarNotFound():
                text = _NO_MAILBOX if "Mailbox" in detail or "Recipient" in detail else _NO_SUCH_CALENDAR
            case ProviderError(detail="no data for this schedule"):
                text = _NO_DATA
            case _:
                text = _NOT_THERE if detail.startswith(("HTTP 3", "HTTP 4")) else ""
        return text or super().explain(error, reached)


def _refused(detail: str, reached: Reached) -> str:
    if detail == "the ticket was refused":
        return _NO_TICKET
    if reached.is_delegated:
        return _GIVEN_REFUSED
    return _PASSWORD_REFUSED if detail in {"the password was refused", "needs reconnecting"} else ""


def _denied(detail: str) -> str:
    if detail.startswith("http://"):
        return _IN_THE_CLEAR
    return _MAY_NOT_IMPERSONATE if "Imperson" in detail else _NO_RIGHT


def _needed(table: ExchangeSection) -> tuple[tuple[str, str], ...]:
    return (_LIBRARIES[table.auth],) if table.auth in _LIBRARIES else ()


def _settings(section: ExchangeSection, config: Config) -> ExchangeSettings:
    from providers.exchange import ExchangeSettings

    return ExchangeSettings(
        section.url, auth=section.auth, impersonates=section.impersonation, route=config.route
    )
