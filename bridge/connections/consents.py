"""Begins a sign-in at a vendor and ends it, at most once, in the browser that began it.

What ends a sign-in lies in the database until then, so any process may end it. Nothing is stored of one
that did not go well.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bridge.connections.context import ConnectionContext
from bridge.connections.refusals import NotConfigured, VendorSilent, asked, refusal
from bridge.connections.sealed import save
from bridge.connections.sign_in import Answer, Approval, Begun, SignIn, Tokens
from bridge.errors import ScopesMissing, StateMismatch, WrongAccount
from bridge.store.sql import oauth_flows
from bridge.store.sql.connections import ConnectionRow
from bridge.store.sql.oauth_flows import FlowRow
from bridge.vault import CannotOpen
from providers.errors import ProviderError

FLOW_LASTS = timedelta(minutes=10)
APPROVAL = "approval"  # the state of an administrator's answer: it ends no sign-in and proves nothing
_REMEMBERED = timedelta(days=1)  # so long, an expired sign-in is told apart from one that never was


class Consents:
    """Sign-ins at vendors, under way."""

    def __init__(self, around: ConnectionContext, vendors: Mapping[str, SignIn]) -> None:
        self._around = around
        self._say = around.sentences
        self._vendors = vendors

    def approvals(self) -> dict[str, Approval]:
        """Return what to tell a company's administrator, by vendor, in the owner's language."""
        asked_for = {
            name: vendor.approval(self._redirect_uri(vendor), APPROVAL)
            for name, vendor in self._vendors.items()
        }
        return {
            name: replace(each, text=self._say.translate(each.text).format(client_id=each.client_id))
            for name, each in asked_for.items()
        }

    def begin(self, provider: str, browser: str, account: str | None) -> str:
        """Return where to send the browser. ConnectError: this vendor's accounts cannot be connected now.

        `account` is the only one that will be accepted; None lets the owner choose.
        """
        vendor = self._vendor(provider)
        redirect_uri, deadline = self._redirect_uri(vendor), self._around.deadline()
        try:
            begun = asked(lambda: vendor.begin(redirect_uri, account, deadline=deadline))
        except ProviderError as error:
            raise refusal(error, vendor, self._say) from None
        now = self._around.clocks.now()
        flow = FlowRow(
            state_hash=_hash(begun.state),
            provider=provider,
            session_hash=_hash(browser),
            sealed=self._sealed(begun, account),
            expires_at=now + FLOW_LASTS,
        )
        with self._around.store.write() as connection:
            oauth_flows.remove_older(connection, now - _REMEMBERED)
            oauth_flows.add(connection, flow)
        return begun.url

    def finish(self, provider: str, browser: str, answer: Answer) -> ConnectionRow:
        """Store what the owner granted. ConnectError says what went wrong, and what to do."""
        vendor = self._vendor(provider)
        begun, wanted = self._take(vendor, browser, answer)
        redirect_uri, deadline = self._redirect_uri(vendor), self._around.deadline()
        try:
            tokens = asked(lambda: vendor.finish(answer, begun, redirect_uri, deadline=deadline))
        except ProviderError as error:
            raise refusal(error, vendor, self._say) from None
        return save(self._around, vendor, self._account(vendor, tokens, wanted), tokens)

    def _vendor(self, provider: str) -> SignIn:
        vendor = self._vendors.get(provider)
        if vendor is None:
            raise NotConfigured(self._say.not_configured(provider))
        return vendor

    def _redirect_uri(self, vendor: SignIn) -> str:
        return f"{self._around.public_url}/connect/{vendor.provider}/callback"

    def _sealed(self, begun: Begun, account: str | None) -> str:
        content = {"state": begun.state, "kept": begun.kept, "account": account}
        return self._around.vault.seal(content, f"sign-in {_hash(begun.state)}")

    def _take(self, vendor: SignIn, browser: str, answer: Answer) -> tuple[Begun, str | None]:
        """Return what was begun, and for which account; from now on it is over, whatever comes of it."""
        state_hash = _hash(answer.state)
        with self._around.store.write() as connection:
            flow = oauth_flows.take(connection, state_hash, vendor.provider)
        if flow is None:
            raise StateMismatch(self._say.unknown_state())
        if not hmac.compare_digest(flow.session_hash, _hash(browser)):
            raise StateMismatch(self._say.foreign_state())
        if flow.expires_at <= self._around.clocks.now():
            raise StateMismatch(self._say.expired_state())
        try:
            return _opened(self._around, flow)
        except CannotOpen:
            raise StateMismatch(self._say.unknown_state()) from None

    def _account(self, vendor: SignIn, tokens: Tokens, wanted: str | None) -> str:
        """Return the account that was connected, if it is all there and the right one."""
        missing = vendor.missing(tokens.scopes)
        if missing:
            raise ScopesMissing(self._say.scopes_missing(vendor.title, missing))
        given = (tokens.account or "").lower()
        if not given:
            raise VendorSilent(self._say.silent(vendor.title))
        if wanted is not None and given != wanted:
            raise WrongAccount(self._say.wrong_account(vendor.title, wanted, given))
        return given


def _opened(around: ConnectionContext, flow: FlowRow) -> tuple[Begun, str | None]:
    content = around.vault.open(flow.sealed, f"sign-in {flow.state_hash}")
    return Begun("", content["state"], content["kept"]), content["account"]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
