"""The sign-in page: the admin password, tried a few times at most."""

from __future__ import annotations

import math
from datetime import timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from bridge.signin import SignInRefused, TooManyAttempts
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint


def signin_blueprint(gate: Gate, language: Language) -> Blueprint:
    """Return `/`, where the admin signs in, and `/sign-out`."""
    blueprint = page_blueprint("signin", language.translate)
    say = language.translate

    @blueprint.get("/")
    def page() -> AnyResponse:
        if gate.is_open:
            return redirect(url_for("connect.overview"), 303)
        return _form(gate, "", 200)

    @blueprint.post("/")
    def sign_in() -> AnyResponse:
        try:
            gate.admin.check(request.form.get("password", ""), request.remote_addr or "")
        except TooManyAttempts as error:
            return _wait(gate, language, error.retry_after)
        except SignInRefused:
            return _form(gate, say("That is not the admin password. Please try again."), 403)
        return redirect(gate.let_in(), 303)

    @blueprint.post("/sign-out")
    def sign_out() -> AnyResponse:
        gate.close()
        return redirect(url_for("signin.page"), 303)

    @blueprint.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> AnyResponse:
        text = say("The page was open for too long. Please try again; if that does not help, allow cookies.")
        return _form(gate, text, 400)

    return blueprint


def _form(gate: Gate, problem: str, status: int) -> Response:
    return make_response(
        render_template("signin.html", problem=problem, is_possible=gate.admin.is_possible), status
    )


def _wait(gate: Gate, language: Language, pause: timedelta) -> Response:
    minutes = math.ceil(pause / timedelta(minutes=1))
    text = language.counted(
        "Too many wrong passwords. Please wait {count} minute, then try again.",
        "Too many wrong passwords. Please wait {count} minutes, then try again.",
        minutes,
    )
    response = _form(gate, text.format(count=minutes), 429)
    response.headers["Retry-After"] = str(math.ceil(pause.total_seconds()))
    return response
