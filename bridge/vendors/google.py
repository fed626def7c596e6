"""What the bridge knows of Google without reaching it: its section, its names, its words, its messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from bridge.config import Config
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Read, Table, base_of
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import Line, WebAddress, plain
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
from providers.errors import AccessDenied, ConnectionExpired, ProviderError
from providers.google.settings import CALENDAR_SCOPES, GoogleSettings
from providers.route import Route

_ = str  # marks a text for the catalogues

_DIED_YOUNG = _(
    "It lasted about a week at most: while the consent screen of the Google Cloud project is in "
    "testing, Google ends every permission after seven days. Publish the app there (Google Auth "
    "Platform, Audience), then reconnect at {address}."
)
_YOUNG = timedelta(days=8)
_RESOURCES = "@resource.calendar.google.com"  # what every room's address ends with
_SCOPE = "scope missing:"  # before the scope, in what providers/google says
_SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_API_IS_OFF = _(
    "The Google Calendar API is not switched on in the Cloud project: switch it on there (APIs & Services, "
    "Library); it works a few minutes later."
)
_NOT_DELEGATED = _(
    "Delegation is not granted for these scopes: {scopes}. An administrator of the Workspace must add them "
    "to the service account's client id (Admin console, Security, API controls, Domain-wide delegation)."
)
_ADMIN_MUST_APPROVE = _("An administrator of the Workspace must approve the bridge: {approve}")
_BOX_LEFT_EMPTY = _("A permission is missing: connect {account} again at {address} and tick every box.")
_CLIENT_REFUSED = _(
    "Google does not know this bridge (any more): compare client_id and client_secret in the section "
    "[google] with the Cloud project."
)
_OPENED = "sync"  # Google's first message: the channel is open, nothing has changed


def _with_slash(address: str) -> str:
    return f"{address}/"


def _file(value: object, info: ValidationInfo) -> Path:
    path = base_of(info) / plain(value)
    try:
        found = path.is_file()
    except OSError:  # a name too long, a folder that may not be looked into
        found = False
    if not found:
        raise Unfit("is not a file, seen from the folder {folder}", folder=base_of(info).absolute())
    return path


class GoogleSection(Table):
    """The OAuth client, or the service account, that reads Google calendars."""

    section: ClassVar[str] = "google"

    client_id: Line | None = None
    client_secret: Secret | None = None
    service_account_file: Annotated[Path, PlainValidator(_file)] | None = None
    api_url: Annotated[WebAddress, AfterValidator(_with_slash)] = "https://www.googleapis.com/calendar/v3/"
    auth_url: WebAddress = "https://accounts.google.com/o/oauth2/auth"
    token_url: WebAddress = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

    def settings(self, route: Route) -> GoogleSettings:
        """Return Google's addresses and the OAuth client."""
        return GoogleSettings(
            client_id=self.client_id or "",
            client_secret=self.client_secret.get_secret_value() if self.client_secret else "",
            api_url=self.api_url,
            auth_url=self.auth_url,
            token_url=self.token_url,
            route=route,
        )


class Google(Vendor):
    """Google Calendar, of private accounts and of Workspace."""

    name = "google"
    title = "Google"
    also_called = ("gmail",)
    section = GoogleSection
    example = "google:anna@example.com/primary"
    main_calendar = "primary"
    conferences = frozenset({"google_meet"})
    pushes = True
    # Half of what a project may ask in a minute; a question is about 50 calendars at most, mostly about one.
    # https://developers.google.com/workspace/calendar/api/guides/quota
    asked_ahead_per_minute = 5_000
    places: ClassVar[Mapping[str, str]] = {"scopes": ", ".join(CALENDAR_SCOPES)}

    def check_section(self, read: Read[GoogleSection], *, at: TomlPath, problems: Problems) -> None:
        """Note a missing half of the OAuth client, which only a service account makes needless."""
        table = read.table
        if table.service_account_file and not (table.client_id or table.client_secret):
            return
        for key in ("client_id", "client_secret"):
            if getattr(table, key) is None and read.broken.isdisjoint({key, "service_account_file"}):
                text = _('is missing; write "env:{variable}", or name a service_account_file instead')
                problems.add((*at, key), Said(text, variable=f"GOOGLE_{key.upper()}"))

    def check_calendar(self, name: CalendarName) -> None:
        """Let calendars of an account pass; Google shows no colleague without a calendar of theirs."""
        check_account(name)
        if name.calendar.startswith(("schedule:", "shared:")):
            raise Unfit("is no calendar's name: Google shows a colleague's time only as a shared calendar")

    def address_of_room(self, name: CalendarName) -> str:
        """Return the address of a Workspace's resource: that is its calendar's id."""
        return name.calendar if name.calendar.endswith(_RESOURCES) else ""

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Set Google up with the OAuth client, the service account, or both."""
        section = config.section(GoogleSection)
        if section is None:
            return None
        from bridge.vendors.google_accounts import TRUSTED_APPS, GoogleSignIn, service_account
        from providers.google.calendars import GoogleCalendars
        from providers.google.transport import Lines

        settings, clocks = section.settings(config.route), outside.clocks
        lines = Lines(clocks.monotonic, config.route)
        file = section.service_account_file
        return Plugged(
            open=lambda account, tokens: GoogleCalendars(
                account, tokens, settings, clocks=clocks, lines=lines, spread_quota=file is not None
            ),
            connect=GoogleSignIn(settings) if section.client_id else None,
            delegation=service_account(settings, file, clocks) if file else None,
            approve_at=TRUSTED_APPS,
        )

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say what Google's own words ask for."""
        words = set(error.detail.split()) if isinstance(error, AccessDenied) else set()
        if words & _SWITCHED_OFF:
            return _API_IS_OFF
        if "admin_policy_enforced" in words or "org_internal" in words:
            return _ADMIN_MUST_APPROVE
        if reached.is_delegated and ("unauthorized_client" in words or error.detail.startswith(_SCOPE)):
            return _NOT_DELEGATED
        if error.detail.startswith(_SCOPE):
            return _BOX_LEFT_EMPTY
        if words & {"invalid_client", "deleted_client", "disabled_client", "unauthorized_client"}:
            return _CLIENT_REFUSED
        if isinstance(error, ConnectionExpired) and reached.lasted is not None and reached.lasted <= _YOUNG:
            return _DIED_YOUNG
        return super().explain(error, reached)

    def read_push(self, request: PushRequest) -> PushAnswer:
        """Read the one message in a request's headers."""
        from providers.google.push import read_notification

        message = read_notification(request.headers)
        if message is None:
            return PushAnswer(status=400)
        if message.state == _OPENED:
            return PushAnswer()
        return PushAnswer((PushMessage(message.channel, message.token),))
