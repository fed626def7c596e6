"""The page on which an invited colleague connects their own accounts, and the owner's way to its link."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bridge.connections import Connections
from bridge.connections.invitations import Invitations
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import add_missing, error_page, page_blueprint
from bridge.web.refusals import note_begun, show_refusals


def invite_blueprint(
    invitations: Invitations, connections: Connections, gate: Gate, language: Language
) -> Blueprint:
    """Return `/invite/<token>`, for whoever has the link."""
    say = language.translate
    blueprint = page_blueprint("invite", say)
    show_refusals(blueprint, connections, gate, language)

    @blueprint.get("/invite/<token>")
    def page(token: str) -> str | tuple[str, int]:
        found = invitations.find(token)
        if found is None:
            if session.pop("invitation_done", None) == token:
                text = say("Everything is connected. You can close this page.")
                return error_page(say("Thank you"), text, 200)
            return _over(language)
        session["invitation"] = token
        session.setdefault("guest", secrets.token_urlsafe(32))
        return render_template("invite.html", invitation=found, token=token, vendors=connections.vendors)

    @blueprint.get("/invite/<token>/<provider>")
    def connect(token: str, provider: str) -> Response | tuple[str, int]:
        found = invitations.find(token)
        if found is None:
            return _over(language)
        account = request.args.get("account", "")
        if (provider, account) not in found.accounts or session.get("invitation") != token:
            abort(404)
        note_begun(provider, account)
        return redirect(connections.begin(provider, gate.browser, account=account), 303)

    return blueprint


def inviting_blueprint(
    invitations: Invitations, gate: Gate, language: Language, public_url: str
) -> Blueprint:
    """Return `/admin/invitations`, by which the owner makes a link, and `/admin/invitations/withdraw`."""
    blueprint = page_blueprint("inviting", language.translate, gate)
    add_missing(blueprint, language.translate("There is nobody to invite"), language.translate)

    @blueprint.post("/admin/invitations")
    def make() -> str:
        host = request.form.get("host", "")
        address = f"{public_url}{url_for('invite.page', token=invitations.invite(host))}"
        return render_template("invited.html", name=invitations.hosts[host], address=address)

    @blueprint.post("/admin/invitations/withdraw")
    def withdraw() -> Response:
        if invitations.withdraw(request.form.get("host", "")):
            flash(language.translate("The link is withdrawn; it opens nothing any more."), "success")
        return redirect(url_for("connect.overview"), 303)

    return blueprint


def _over(language: Language) -> tuple[str, int]:
    say = language.translate
    text = say("This link was used already, is older than a week, or was replaced. Please ask for a new one.")
    return error_page(say("This link is over"), text, 404)


def is_invited(invitations: Invitations) -> bool:
    """Tell whether this browser came by an invitation that is still good."""
    token = session.get("invitation")
    return isinstance(token, str) and invitations.find(token) is not None


def use_invitation(invitations: Invitations, provider: str, account: str) -> str | None:
    """Note that an account was connected; return the invitation's page if this browser came by one."""
    token = session.get("invitation")
    if not isinstance(token, str):
        return None
    invitations.use(token, (provider, account))
    session["invitation_done"] = token
    return url_for("invite.page", token=token)
