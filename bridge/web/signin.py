"""The sign-in page, and the page of who signed in: tries, and browsers that are in at the moment."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from bridge.signin import SignInRefused, TooManyAttempts
from bridge.signin.admin import Welcome
from bridge.signin.sessions import token_hash
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint


def signin_blueprint(gate: Gate, language: Language, today: Callable[[], str]) -> Blueprint:
    """Return `/`, where the admin signs in and then sees `today`, and `/sign-out`."""
    blueprint = page_blueprint("signin", language.translate)
    say = language.translate
    wrong = (
        say("The password or the code is not right. Please try again.")
        if gate.admin.asks_code
        else say("That is not the admin password. Please try again.")
    )

    @blueprint.get("/")
    def page() -> str | AnyResponse:
        return today() if gate.is_open else _form(gate, "", 200)

    @blueprint.post("/")
    def sign_in() -> AnyResponse:
        try:
            response, welcome = gate.let_in(request.form.get("password", ""), request.form.get("code", ""))
        except TooManyAttempts as error:
            return _wait(gate, language, error.retry_after)
        except SignInRefused:
            return _form(gate, wrong, 403)
        _tell_of_wrong_ones(language, welcome)
        return response

    @blueprint.post("/sign-out")
    def sign_out() -> AnyResponse:
        gate.close()
        return redirect(url_for("signin.page"), 303)

    @blueprint.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> AnyResponse:
        text = say("The page was open for too long. Please try again; if that does not help, allow cookies.")
        return _form(gate, text, 400)

    return blueprint


def sign_ins_blueprint(gate: Gate, language: Language) -> Blueprint:
    """Return `/admin/sign-ins`: who tried to sign in and who is in, and others can be signed out."""
    blueprint = page_blueprint("sign_ins", language.translate, gate)

    @blueprint.get("/admin/sign-ins")
    def overview() -> str:
        return render_template(
            "sign_ins.html",
            sessions=gate.sessions.list(),
            this=token_hash(gate.token),
            attempts=gate.admin.latest(),
        )

    @blueprint.post("/admin/sign-ins/end-others")
    def end_others() -> AnyResponse:
        ended = gate.sessions.end_others(gate.token)
        text = language.counted(
            "{count} other browser was signed out.", "{count} other browsers were signed out.", ended
        )
        flash(text.format(count=ended), "success")
        return redirect(url_for("sign_ins.overview"), 303)

    return blueprint


def _tell_of_wrong_ones(language: Language, welcome: Welcome) -> None:
    if welcome.wrong_since:
        text = language.counted(
            "{count} attempt to sign in was wrong since the last right one. "
            "If it was not you, look under Sign-ins.",
            "{count} attempts to sign in were wrong since the last right one. "
            "If it was not you, look under Sign-ins.",
            welcome.wrong_since,
        )
        flash(text.format(count=welcome.wrong_since), "notice")


def _form(gate: Gate, problem: str, status: int) -> Response:
    page = render_template(
        "signin.html",
        problem=problem,
        is_possible=gate.admin.is_possible,
        asks_code=gate.admin.asks_code,
    )
    return make_response(page, status)


def _wait(gate: Gate, language: Language, pause: timedelta) -> Response:
    seconds = math.ceil(pause.total_seconds())
    text = language.counted(
        "Too many wrong passwords. Please try again in {count} second.",
        "Too many wrong passwords. Please try again in {count} seconds.",
        seconds,
    )
    response = _form(gate, text.format(count=seconds), 429)
    response.headers["Retry-After"] = str(seconds)
    return response
