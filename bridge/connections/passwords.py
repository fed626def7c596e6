"""Connects accounts by what their owner types in: user name and password, for vendors without a sign-in page.

What was typed is tried at the vendor first, then sealed as tokens are; it never ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bridge.connections.context import ConnectionContext
from bridge.connections.refusals import Incomplete, asked, password_refusal
from bridge.connections.sealed import save
from bridge.connections.sign_in import Tokens
from bridge.store.sql.connections import ConnectionRow
from providers.base import Deadline
from providers.errors import ProviderError

_ = str  # marks a text for the catalogues

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to type in; `label` is a text of the catalogues, `autocomplete` what browsers may fill in."""

    name: str
    label: str
    is_secret: bool = False
    autocomplete: str = "off"

    def read(self, typed: str) -> str:
        """Return what was meant; a secret as it was typed, since a space at its end may belong to it."""
        return typed if self.is_secret else typed.strip()


USERNAME = FormField("username", _("User name"), autocomplete="username")
PASSWORD = FormField("password", _("Password"), is_secret=True, autocomplete="current-password")


@dataclass(frozen=True, kw_only=True)
class PasswordForm:
    """How a vendor's accounts are connected by a form.

    `attempt` tries what was typed in for an account, and returns what its provider shall be given as
    access token; ConnectionExpired means that the vendor does not accept it. `accounts` are those the
    vendor's section names, beside those whose calendars hosts name; `known` is what it says of them, by the
    fields' names, and need not be typed. `hints`, texts of the catalogues, are shown above the fields, the
    first one in front of the others.
    """

    provider: str
    title: str
    main_calendar: str
    attempt: Callable[[str, Mapping[str, str], Deadline], str]
    fields: tuple[FormField, ...] = (USERNAME, PASSWORD)
    accounts: Collection[str] = ()
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    speaks: bool = field(default=False, init=False)

    def tokens(self, account: str, answers: Mapping[str, str], deadline: Deadline) -> Tokens:
        """Return what connecting stores, after trying it."""
        token = self.attempt(account, answers, deadline)
        return Tokens(account, token, _NEVER, frozenset(), {"account": account, "answers": dict(answers)})

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        """Try again what was typed in, because the vendor refused it. ConnectionExpired: it still does."""
        return self.tokens(lasting["account"], lasting["answers"], deadline)


def connect(
    around: ConnectionContext, form: PasswordForm, account: str, answers: Mapping[str, str]
) -> ConnectionRow:
    """Try what was typed in and store it. ConnectError says what went wrong, and what to do."""
    wanted = {each.name: each.read(answers.get(each.name, "")) for each in form.fields}
    if not all(wanted.values()):
        raise Incomplete(around.sentences.incomplete())
    deadline = around.deadline()
    try:
        tokens = asked(lambda: form.tokens(account, wanted, deadline))
    except ProviderError as error:
        raise password_refusal(error, form, around.sentences) from None
    return save(around, form, account, tokens)
