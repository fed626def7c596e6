"""All the bridge knows of Microsoft: its section, its names, its sign-in, its application, its messages."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import PlainValidator, SecretStr

from bridge.config import Config
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Needed, Read, Table
from bridge.config.values.numbers import YesOrNo
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import Line, WebAddress, plain
from bridge.connections.sign_in import Answer, Approval, Begun, Tokens
from bridge.connections.tokens import Delegation
from bridge.model import CalendarName
from bridge.said import Said, Unfit
from bridge.vendors.contract import (
    Outside,
    Plugged,
    PushAnswer,
    PushMessage,
    PushRequest,
    Reached,
    Vendor,
    check_account,
)
from providers.base import Deadline
from providers.errors import AccessDenied, CalendarNotFound, ConnectionExpired, ProviderError
from providers.microsoft.mailboxes import MOST_WITH_OWN_PLACES, Mailboxes
from providers.microsoft.places import SharedPlaces
from providers.microsoft.push import read_notifications, validation_answer
from providers.microsoft.settings import SHARED_CALENDARS, MicrosoftSettings, missing_scopes
from providers.route import Route
from providers.tokens import Grant

if TYPE_CHECKING:
    from providers.microsoft.sign_in import Entra

_log = logging.getLogger(__name__)

_ = str  # marks a text for the catalogues

_PLACES = "bridge-mailboxes"  # the file by which processes of a machine share what Microsoft allows
# Microsoft's own words on its consent page for Calendars.ReadWrite.
_PERMISSION = _("Have full access to your calendars")
_TENANTS_OF_MANY = ("common", "organizations", "consumers")
_SCHEDULE = "schedule:"  # before the address of a colleague or room that is only seen through an account
_SHARED = "shared:"  # before the address of an owner who shares the default calendar with an account
_OF_ADMINISTRATORS = re.compile(r"AADSTS(90093|90094|90095)")
_NO_MAILBOX = re.compile(r"Mailbox|ErrorInvalidUser|ResourceNotFound|NonExistent")
_ADMIN_MUST_APPROVE = _("An administrator must approve the bridge: {approve}")
_FOR_ADMINISTRATORS = _(
    "In most companies an administrator has to approve the bridge, once for all colleagues: send them this "
    "link, which needs no access to the bridge, and connect the account again afterwards."
)
_MAILBOX_OUT_OF_REACH = _(
    "{account} has no mailbox that the bridge can reach: it is switched off, or on the company's own server. "
    "Compare the address, or ask the administrator."
)
_NOT_SHARED = _(
    "{account} may not use the calendar of {owner}: let {owner} share it with the right to make changes. If "
    "{account} was connected before this calendar was in the configuration, connect it again at {address}."
)
_NOT_SHARED_WITH_KEY = _(
    "{account} may not use the calendar of {owner}: let {owner} share it with the right to make changes."
)
_ENDING = frozenset({"subscriptionRemoved", "reauthorizationRequired"})


def _tenant(value: object) -> str:
    text = plain(value)
    if not re.fullmatch(r"[A-Za-z0-9.-]+", text):
        raise Unfit('must be "common", "organizations", "consumers" or a tenant\'s id')
    return text


class MicrosoftSection(Table):
    """The application registered with Entra that reads Microsoft calendars."""

    section: ClassVar[str] = "microsoft"

    client_id: Annotated[Line, Needed('the application\'s id, such as "env:MICROSOFT_CLIENT_ID"')] = ""
    client_secret: Annotated[
        Secret, Needed('the application\'s secret, such as "env:MICROSOFT_CLIENT_SECRET"')
    ] = SecretStr("")
    tenant: Annotated[str, PlainValidator(_tenant)] = "common"
    app_only: YesOrNo = False
    login_url: WebAddress = "https://login.microsoftonline.com"
    graph_url: WebAddress = "https://graph.microsoft.com/v1.0"

    def settings(self, route: Route) -> MicrosoftSettings:
        """Return Microsoft's addresses and the registered application."""
        return MicrosoftSettings(
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value(),
            tenant=self.tenant,
            app_only=self.app_only,
            login_url=self.login_url,
            graph_url=self.graph_url,
            route=route,
        )


class Microsoft(Vendor):
    """Microsoft 365 and Outlook.com."""

    name = "microsoft"
    title = "Microsoft"
    also_called = ("outlook", "office365")
    section = MicrosoftSection
    example = "microsoft:anna@example.org/calendar"
    main_calendar = "calendar"
    conferences = frozenset({"microsoft_teams"})
    pushes = True
    # Of 130,000 requests in 10 seconds, which one app may make of all mailboxes; the rest is for calls.
    # https://learn.microsoft.com/en-us/graph/throttling-limits
    asked_ahead_per_minute = 60_000

    def check_section(self, read: Read[MicrosoftSection], *, at: TomlPath, problems: Problems) -> None:
        """Note an app-only client without one tenant of its own."""
        if read.table.app_only and read.table.tenant in _TENANTS_OF_MANY and "tenant" not in read.broken:
            text = Said(
                "must be your own tenant's id when app_only is true, since such a client belongs to one "
                "tenant"
            )
            problems.add((*at, "tenant"), text)

    def check_calendar(self, name: CalendarName) -> None:
        """Let calendars of an account pass, and the schedules that it sees."""
        check_account(name)
        if name.calendar == _SCHEDULE:
            raise Unfit('is no calendar\'s name: write "microsoft:<account>/schedule:<address>"')
        if name.calendar.startswith(_SHARED) and "@" not in name.calendar:
            raise Unfit('is no calendar\'s name: write "microsoft:<account>/shared:<address>"')

    def only_shows_busy(self, name: CalendarName) -> bool:
        """Tell whether this is the schedule of a colleague or a room."""
        return name.calendar.startswith(_SCHEDULE)

    def address_of_room(self, name: CalendarName) -> str:
        """Return whose schedule it is: a mailbox is invited by that address."""
        return name.calendar.removeprefix(_SCHEDULE) if self.only_shows_busy(name) else ""

    def shown(self, calendar: str) -> str:
        """Return whose schedule it is, or the calendar's name, empty for the main one."""
        return super().shown(calendar).removeprefix(_SCHEDULE).removeprefix(_SHARED)

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Set Microsoft up with an application that people sign in to, or that needs nobody."""
        section = config.section(MicrosoftSection)
        if section is None:
            return None
        from providers.microsoft.calendars import MicrosoftCalendars
        from providers.microsoft.delegation import AppTokens
        from providers.microsoft.sign_in import Entra

        settings, clocks = section.settings(config.route), outside.clocks
        mailboxes = _mailboxes(config, outside)
        entra = Entra(settings, clocks=clocks, mailboxes=mailboxes)
        tokens, shared = AppTokens(entra, clocks=clocks), _owners(config)
        return Plugged(
            open=lambda account, tokens: MicrosoftCalendars(
                account,
                tokens,
                settings,
                clocks=clocks,
                mailboxes=mailboxes,
                shared=shared.get(account, ()),
            ),
            connect=None if settings.app_only else MicrosoftSignIn(entra, shared),
            delegation=Delegation(lambda _account: tokens, lambda: (tokens,)) if settings.app_only else None,
            approve_at=f"{settings.login_url}/{settings.tenant}/adminconsent?client_id={settings.client_id}",
        )

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say what Graph's and Entra's own words ask for."""
        if isinstance(error, AccessDenied | ConnectionExpired) and _OF_ADMINISTRATORS.search(error.detail):
            return _ADMIN_MUST_APPROVE
        if isinstance(error, AccessDenied) and _NO_MAILBOX.search(error.detail):
            return _MAILBOX_OUT_OF_REACH
        is_refused = isinstance(error, AccessDenied | CalendarNotFound)
        if is_refused and reached.calendar.startswith(_SHARED):
            return _NOT_SHARED if reached.connect_at else _NOT_SHARED_WITH_KEY
        if isinstance(error, AccessDenied) and reached.is_delegated:
            return _ADMIN_MUST_APPROVE
        return super().explain(error, reached)

    def read_push(self, request: PushRequest) -> PushAnswer:
        """Read the messages in a request's body, or answer a new subscription's first call."""
        # Graph wants its token back within ten seconds, before there is any subscription.
        handshake = validation_answer(request.arguments)
        if handshake is not None:
            return PushAnswer(status=200, text=handshake)
        messages = (
            PushMessage(each.channel, each.client_state, ends=each.kind in _ENDING)
            for each in read_notifications(request.json())
        )
        return PushAnswer(tuple(messages), status=202)


def _mailboxes(config: Config, outside: Outside) -> Mailboxes:
    """Return the mailboxes, shared with the machine's other processes where these are many."""
    workers, clocks, shared = config.server.workers, outside.clocks, None
    if workers > MOST_WITH_OWN_PLACES:
        try:
            shared = SharedPlaces(outside.state_folder / _PLACES, clocks.sleep)
        except OSError as error:
            _log.warning(
                "the processes cannot share what Microsoft allows: %s cannot be used: %s",
                outside.state_folder / _PLACES,
                error.strerror,
            )
    return Mailboxes(clocks.monotonic, config.route, workers=workers, shared=shared)


def _owners(config: Config) -> Mapping[str, Collection[str]]:
    """Return by account the owners of shared calendars that hosts are configured with."""
    owners = defaultdict(set)
    for host in config.attending.values():
        for name in host.calendars:
            if name.provider == Microsoft.name and name.calendar.startswith(_SHARED):
                owners[name.account].add(name.calendar.removeprefix(_SHARED))
    return owners


class MicrosoftSignIn:
    """Connects Microsoft accounts: of work, of school, and personal ones."""

    provider = Microsoft.name
    title = Microsoft.title
    main_calendar = Microsoft.main_calendar
    speaks = True

    def __init__(self, entra: Entra, shared: Mapping[str, Collection[str]] = MappingProxyType({})) -> None:
        """Sign in; `shared` are by account the owners of the shared calendars that are configured."""
        self._entra = entra
        self._shared = shared

    def approval(self, redirect_uri: str, state: str) -> Approval:
        """Return Entra's page for administrators: many companies let nobody connect an app before that."""
        return Approval(_FOR_ADMINISTRATORS, self._entra.approval_link(redirect_uri, state))

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        """Start a sign-in, for this account if it is known."""
        # Of whoever is not known yet it may be the account that sees them.
        with_shared = account in self._shared if account else bool(self._shared)
        flow = self._entra.begin_consent(
            redirect_uri, login_hint=account, with_shared=with_shared, deadline=deadline
        )
        return Begun(flow["auth_uri"], flow["state"], flow)

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        """Return what was granted."""
        consent = self._entra.finish_consent(begun.kept, answer.arguments, deadline=deadline)
        lasting = {"cache": consent.cache, "account_id": consent.account_id, "tenant": consent.tenant}
        return _tokens(consent.grant, lasting if consent.grant.refresh_token else None)

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        """Return the next token, with the cache that holds a rotated refresh token."""
        renewed = self._entra.acquire_silent(
            lasting["cache"],
            lasting["account_id"],
            with_shared=not missing_scopes(scopes, [SHARED_CALENDARS]),
            force_refresh=True,
            deadline=deadline,
        )
        changed = {} if renewed.cache is None else {"cache": renewed.cache}
        return _tokens(renewed.grant, {**lasting, **changed}, scopes)

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        """Do nothing: Entra lets an application end no consent, only the owner and the administrator."""
        return False

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        """Return which needed permissions were left out."""
        return (_PERMISSION,) if missing_scopes(scopes) else ()


def _tokens(grant: Grant, lasting: Mapping[str, Any] | None, granted_before: Collection[str] = ()) -> Tokens:
    scopes = grant.granted_scopes or frozenset(granted_before)
    return Tokens(grant.email, grant.access_token, grant.expires_at, scopes, lasting)
