"""What every vendor's module says: all that the bridge knows of a vendor, in one shape.

A `Vendor` is what is known before a configuration is read, a `Plugged` one is set up for a configuration.
Nothing outside a vendor's module, the registry and the documentation may know a vendor by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection

from bridge.config import Config
from bridge.config.sections.vendors import VendorRules
from bridge.connections.passwords import PasswordForm
from bridge.connections.sign_in import SignIn
from bridge.connections.tokens import Delegation
from bridge.model import CalendarName
from bridge.said import Unfit
from bridge.store.engine import Store
from providers import errors
from providers.base import CalendarProvider
from providers.errors import ProviderError
from providers.http import Clocks
from providers.tokens import TokenSource

_ = str  # marks a text for the catalogues

# Makes an account's provider from its name and its tokens.
Opener = Callable[[str, TokenSource], CalendarProvider]


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A vendor's request to `/notify/<vendor>`; header names are in small letters, `json` is read lazily.

    `json` returns None for a body that is no JSON.
    """

    headers: Mapping[str, str]
    arguments: Mapping[str, str]
    json: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class PushMessage:
    """Says that a channel's calendar changed; `token` is what the channel was opened with.

    `ends`: the vendor closes the channel, and another one is needed.
    """

    channel: str
    token: str = field(repr=False)
    ends: bool = False


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The messages in a request, and how to answer whether or not they are ours."""

    messages: tuple[PushMessage, ...] = ()
    status: int = 204
    text: str = ""


PushReader = Callable[[PushRequest], PushAnswer]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What a vendor is set up with beside the configuration.

    `state_folder` is for files that the processes of the machine share.
    """

    store: Store
    clocks: Clocks
    state_folder: Path


@dataclass(frozen=True, kw_only=True)
class Plugged:
    """A vendor, set up. Its accounts are connected by a sign-in there, by a form here, or need neither.

    `approve_at` is the vendor's page on which an administrator lets the bridge in, empty where there is none.
    `refreshed` are the calendars that are read beforehand, by their whole names: what reads one in the
    background, and returns in how long to do so again.
    """

    open: Opener
    connect: SignIn | PasswordForm | None = None
    delegation: Delegation | None = None
    approve_at: str = ""
    refreshed: Mapping[str, Callable[[], timedelta]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """How an account is reached: where its owner connects it, or by a key of the bridge's own.

    `approve_at` is where an administrator lets the bridge in. Addresses that do not exist are empty.
    `calendar` is the one that is asked for; `lasted` how long a consent held that has ended just now.
    """

    calendar: str = ""
    lasted: timedelta | None = None
    connect_at: str = ""
    is_delegated: bool = False
    approve_at: str = ""


# What went wrong and what to do about it, for every vendor that does not know better.
_MEANINGS: tuple[tuple[type[ProviderError], str], ...] = (
    (
        errors.AccessDenied,
        _(
            "The account may not do this: let the calendar's owner share it with {account}, with the right "
            "to make changes."
        ),
    ),
    (
        errors.CalendarNotFound,
        _("The account {account} has no such calendar: compare its name in the configuration."),
    ),
    (
        errors.RateLimited,
        _("The vendor asks for patience; the bridge tries again by itself."),
    ),
    (
        errors.ProviderUnavailable,
        _("The vendor does not answer at present; the bridge tries again by itself."),
    ),
)
_NOT_UNDERSTOOD = _("The vendor answered in a way the bridge does not understand.")
_CONNECT = _("The account {account} is not connected, or not any more: connect it at {address}.")
_RECONNECT = _("Reconnect it at {address}.")  # behind the sentence that says what has ended
_NOT_SET_UP = _("The configuration has no section for this vendor: add one, and restart the bridge.")
_KEY_REFUSED = _(
    "The vendor does not let the bridge's own key act for {account}: compare the address and the key in the "
    "configuration with what the administrator allowed."
)
# What the bridge itself says of an account that somebody connected, or should.
NO_CONSENT = frozenset({"not connected", "needs reconnecting"})


class Vendor(VendorRules):
    """One calendar vendor; what a subclass does not say, its calendars do not do.

    `title` is the name people know, `main_calendar` the vendor's own word for an account's first calendar.
    `can_invite` tells whether its calendars write to guests themselves. `places` are what the texts of
    `explain` name beside the account. `pushes` tells whether its provider opens channels and `read_push`
    reads their messages. `is_surveyed` tells whether one question says which of all its calendars changed;
    `can_relocate`, whether people can put an event into another calendar of the account.
    `asked_ahead_per_minute` calendars may be asked for busy time before a call needs it: a part of the quota.
    """

    title: ClassVar[str]
    main_calendar: ClassVar[str] = ""
    can_invite: ClassVar[bool] = True
    pushes: ClassVar[bool] = False
    is_surveyed: ClassVar[bool] = False
    can_relocate: ClassVar[bool] = True
    places: ClassVar[Mapping[str, str]] = {}
    follow_every: ClassVar[timedelta] = timedelta(minutes=5)
    asked_ahead_per_minute: ClassVar[int] = 1_200

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        """Set the vendor up, None where the configuration leaves it out. ConfigError: it cannot be."""
        raise NotImplementedError

    def read_push(self, request: PushRequest) -> PushAnswer:
        """Read what a vendor's request says; only asked where the vendor pushes."""
        return PushAnswer(status=404)

    def changed_since(self, connection: Connection, mark: str | None) -> tuple[frozenset[str], str]:
        """Return which calendars changed since a mark (None: ever) and the new mark; only if surveyed."""
        raise NotImplementedError

    def has_read_past(self, cursor: str, change: int) -> bool:
        """Tell whether a calendar was read beyond a change, by its number; only if surveyed."""
        raise NotImplementedError

    def explain(self, error: ProviderError, reached: Reached) -> str:
        """Say in a sentence what a failure means and what to do, as a text of the catalogues.

        It may have the vendor's `places`, {account}, {owner} (what people read for the calendar), {address}
        (where the account is connected) and {approve} (where an administrator lets the bridge in).
        """
        if isinstance(error, errors.ConnectionExpired):
            if reached.is_delegated and error.detail not in NO_CONSENT:
                return _KEY_REFUSED
            if reached.lasted is not None:
                return _RECONNECT
            return _CONNECT if reached.connect_at else _NOT_SET_UP
        return next((text for kind, text in _MEANINGS if isinstance(error, kind)), _NOT_UNDERSTOOD)

    def shown(self, calendar: str) -> str:
        """Return what people read for a calendar of an account, empty for the main one."""
        return "" if calendar == self.main_calendar else calendar


def check_account(name: CalendarName) -> None:
    """Let a calendar's name pass whose account is an address. ValueError says what it is instead."""
    if not name.account:
        raise Unfit(
            'is no calendar\'s name: a calendar of {provider} is named "{provider}:<account>/<calendar>"',
            provider=name.provider,
        )
    if "@" not in name.account:
        raise Unfit(
            'names the account "{account}", but an account is an address such as anna@example.com',
            account=name.account,
        )
