"""How it looks when an account was not connected: what happened, what an administrator does, a next try."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session, url_for

from bridge.connections import Connections
from bridge.connections.refusals import NotConfigured, NotNamed, VendorSilent
from bridge.errors import ConnectError
from bridge.speech.language import Language
from bridge.web.gate import Gate

STATUS: dict[type[ConnectError], int] = {NotConfigured: 404, VendorSilent: 502}
_NOT_HERE = (NotConfigured, NotNamed)  # another try would end in the same way


def note_begun(provider: str, account: str | None) -> None:
    """Remember which account this browser is about to connect, for a next try."""
    session["connecting"] = [provider, account or ""]


def show_refusals(blueprint: Blueprint, connections: Connections, gate: Gate, language: Language) -> None:
    """Show a blueprint's refusals to connect as pages, with the way to try again."""

    @blueprint.errorhandler(ConnectError)
    def refused(error: ConnectError) -> tuple[str, int]:
        provider = (request.view_args or {}).get("provider", "")
        is_final = isinstance(error, _NOT_HERE)
        page = render_template(
            "refused.html",
            title=language.translate("The account was not connected"),
            text=str(error),
            retry="" if is_final else _retry(provider, gate),
            approval=None if is_final else connections.approvals.get(provider),
        )
        return page, STATUS.get(type(error), 400)


def _retry(provider: str, gate: Gate) -> str:
    begun = session.get("connecting", ["", ""])
    account = begun[1] if begun[0] == provider else ""
    if gate.is_open:
        return url_for("connect.start", provider=provider, account=account or None)
    if session.get("invitation") and account:
        return url_for("invite.connect", token=session["invitation"], provider=provider, account=account)
    return ""
