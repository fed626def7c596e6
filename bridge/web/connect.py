"""The page of connected accounts, and the way to a vendor's sign-in and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from bridge.connections import AccountState, Answer, Connection, Connections, Dropped, Withdrawal
from bridge.connections.consents import APPROVAL
from bridge.connections.invitations import Invitations
from bridge.connections.passwords import PasswordForm
from bridge.errors import ConnectError, NotFound
from bridge.service.account_calendars import AccountCalendars
from bridge.speech.language import Language
from bridge.web.account_page import health_words
from bridge.web.gate import Gate
from bridge.web.invite import is_invited, use_invitation
from bridge.web.pages import add_error, page_blueprint
from bridge.web.refusals import STATUS, note_begun, show_refusals


@dataclass(frozen=True)
class BesideAccounts:
    """What the page shows beside accounts; `embedded` are the embedded calendars' titles, by name."""

    calendars: AccountCalendars
    embedded: Mapping[str, str]
    language: Language
    zone: tzinfo


_TODO = (AccountState.NEEDS_RECONNECTING, AccountState.NOT_CONNECTED)


def connect_blueprint(
    connections: Connections,
    invitations: Invitations,
    gate: Gate,
    language: Language,
    *,
    beside: BesideAccounts,
) -> Blueprint:
    """Return `/admin/connections`, and `/connect/<provider>` with its callback."""
    say = language.translate
    blueprint = page_blueprint("connect", say, gate, but=lambda: _is_approval() or _is_guest(invitations))
    show_refusals(blueprint, connections, gate, language)
    add_error(blueprint, NotFound, say("There is nothing to disconnect"), {NotFound: 404})

    @blueprint.get("/admin/connections")
    def overview() -> str:
        return _overview(connections, invitations, beside)

    @blueprint.post("/admin/connections/disconnect")
    def disconnect() -> Response:
        provider, account = request.form.get("provider"), request.form.get("account")
        if not provider or not account:
            abort(400)
        dropped = connections.disconnect(provider, account)
        is_over = dropped.withdrawal in (Withdrawal.DONE, Withdrawal.FORGOTTEN)
        flash(_dropped_text(language, dropped), "success" if is_over else "notice")
        return redirect(url_for("connect.overview"), 303)

    _add_connecting(blueprint, connections, invitations, gate, language)
    return blueprint


def _overview(connections: Connections, invitations: Invitations, beside: BesideAccounts) -> str:
    accounts, calendars = connections.list(), beside.calendars
    return render_template(
        "connections.html",
        todo=[each for each in accounts if _needs_a_person(each)],
        troubled=[each for each in accounts if each.troubles and not _needs_a_person(each)],
        working=[each for each in accounts if not each.troubles and not _needs_a_person(each)],
        vendors=connections.vendors,
        sign_ins=connections.sign_ins,
        approvals=connections.approvals,
        calendars=calendars.configured(),
        embedded=beside.embedded,
        published=calendars.published(),
        **health_words(calendars, beside.language, beside.zone),
        invitable=invitations.hosts,
        invitations=invitations.open(),
    )


def _add_connecting(
    blueprint: Blueprint,
    connections: Connections,
    invitations: Invitations,
    gate: Gate,
    language: Language,
) -> None:
    """Add the way to a vendor's sign-in and back, or to the form where it has none."""

    @blueprint.get("/connect/<provider>")
    def start(provider: str) -> ResponseReturnValue:
        account = request.args.get("account")
        form = connections.form(provider, account or "")
        if form is not None and account:
            return _form_page(form, account)
        note_begun(provider, account)
        return redirect(connections.begin(provider, gate.browser, account=account), 303)

    @blueprint.get("/connect/<provider>/callback")
    def callback(provider: str) -> ResponseReturnValue:
        if _is_approval():
            return _approval_page(language)
        connected = connections.finish(provider, gate.browser, Answer(request.args.to_dict()))
        flash(_connected_text(language, connected), "success")
        invitation = use_invitation(invitations, provider, connected.account)
        is_guest = invitation is not None and not gate.is_open
        return redirect(invitation if is_guest and invitation else url_for("connect.overview"), 303)

    @blueprint.post("/connect/<provider>")
    def submit(provider: str) -> ResponseReturnValue:
        account = request.form.get("account", "")
        form = connections.form(provider, account)
        if form is None:
            abort(404)
        try:
            connected = connections.connect(provider, account, request.form)
        except ConnectError as refused:  # on the same page, so that nothing but the secret is typed again
            return _form_page(form, account, problem=str(refused)), STATUS.get(type(refused), 400)
        flash(_connected_text(language, connected), "success")
        return redirect(url_for("connect.overview"), 303)


def _is_approval() -> bool:
    """Tell whether an administrator comes back, who need not be known here: nothing is done or told."""
    return request.endpoint == "connect.callback" and request.args.get("state") == APPROVAL


def _is_guest(invitations: Invitations) -> bool:
    """Tell whether a colleague comes back from the vendor, who came by an invitation."""
    return request.endpoint == "connect.callback" and is_invited(invitations)


def _approval_page(language: Language) -> str:
    say = language.translate
    if request.args.get("admin_consent", "").lower() == "true":
        title, text = (
            say("Thank you"),
            say("The approval is given: colleagues can connect their calendars now."),
        )
    else:
        title = say("Nothing was approved")
        text = say("You can open the link again at any time; until then no colleague can connect a calendar.")
    return render_template("error.html", title=title, text=text)


def _form_page(form: PasswordForm, account: str, problem: str = "") -> str:
    """Return the form of one account; what was typed in stays, but for secrets."""
    known = form.known.get(account.lower(), {})
    typed = {
        each.name: request.form.get(each.name, known.get(each.name, ""))
        for each in form.fields
        if not each.is_secret
    }
    return render_template("connect.html", form=form, account=account, typed=typed, problem=problem)


def _needs_a_person(account: Connection) -> bool:
    return account.state in _TODO or bool(account.problem)


def _connected_text(language: Language, connected: Connection) -> str:
    text = language.translate("{account} is connected.")
    if not connected.uses:
        text = language.translate(
            "{account} is connected. To use it, name its calendars in the configuration."
        )
    return text.format(account=connected.account)


def _dropped_text(language: Language, dropped: Dropped) -> str:
    if dropped.withdrawal is Withdrawal.FORGOTTEN:
        text = language.translate("{account} is disconnected: what was typed in for it is deleted here.")
    elif dropped.withdrawal is Withdrawal.DONE:
        text = language.translate("{account} is disconnected: {vendor} was told, and its tokens are deleted.")
    elif dropped.withdrawal is Withdrawal.BY_OWNER:
        text = language.translate(
            "{account} is disconnected: its tokens are deleted. {vendor} still lists this bridge among the "
            "account's apps; remove it there if you like."
        )
    else:
        text = language.translate(
            "{account} is disconnected: its tokens are deleted here, but {vendor} could not be told. "
            "To be sure, remove this bridge from the account's list of connected apps at {vendor}."
        )
    return text.format(account=dropped.account, vendor=dropped.vendor)
