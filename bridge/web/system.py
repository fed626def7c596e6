"""The page of the machinery: version, configuration, database, backups, background work, and help."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from tempfile import TemporaryFile

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from bridge.journal import Journal
from bridge.said import in_language
from bridge.service.reloading import PATIENCE_SECONDS, NotServed, NoVerdict
from bridge.service.support import bundle
from bridge.service.system import System
from bridge.signin import SignInRefused, TooManyAttempts
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint

_ = str  # marks a text for the catalogues

_HAS_PROBLEMS = _("The file has problems, so nothing was changed: see below.")
_LATE = timedelta(minutes=2)
_LOOK_SECONDS = 1


@dataclass(frozen=True)
class SystemPage:
    """What the page shows and does."""

    system: System
    journal: Journal
    gate: Gate
    language: Language

    def overview(self) -> str:
        """Show how the machinery is."""
        system, now = self.system, self.system.context.now()
        address, size = system.database()
        last, lag = system.last_backup(), system.lag()
        return render_template(
            "system.html",
            version=version("calendar-bridge"),
            python=platform.python_version(),
            path=system.path,
            is_changed=system.is_changed,
            is_served=system.is_served,
            problems=self._told(system.problems()),
            remarks=self._told(system.remarks()),
            database=address,
            megabytes=None if size is None else self.language.number(round(size / 1_000_000, 1)),
            backup=self.language.ago(now - last.at) if last else "",
            lag=round(lag.total_seconds()),
            is_late=lag > _LATE,
            asks_code=self.gate.admin.asks_code,
        )

    def reload(self) -> Response:
        """Have the server take the file, unless it has problems."""
        say = self.language.translate
        if self.system.problems():
            flash(say(_HAS_PROBLEMS), "notice")
            return _back()
        try:
            begun = self.system.begin_reload()
        except NotServed:
            return self._unanswered()
        return redirect(url_for("system.reloading", begun=begun), 303)

    def reloading(self, begun: int) -> ResponseReturnValue:
        """Tell what the server made of the file; until it says, a page that looks again by itself."""
        say, looks = self.language.translate, request.args.get("looks", 1, type=int)
        try:
            verdict = self.system.verdict(begun)
        except NoVerdict:
            return self._unanswered()
        if verdict is None:
            if looks * _LOOK_SECONDS > PATIENCE_SECONDS:
                return self._unanswered()
            again = url_for("system.reloading", begun=begun, looks=looks + 1)
            # By the browser itself, which needs no script for it; for others there is the link.
            return render_template("reloading.html", again=again), {
                "Refresh": f"{_LOOK_SECONDS}; url={again}"
            }
        if verdict.is_taken:
            flash(say("The new configuration is taken."), "success")
        elif self.system.problems():  # the server words them for its log, in English
            flash(say(_HAS_PROBLEMS), "problem")
        else:
            flash(f"{say('The new configuration was not taken.')} {verdict.text}", "problem")
        return _back()

    def _told(self, found: Sequence[tuple[str, str]]) -> list[tuple[object, object]]:
        say = self.language.translate
        return [(in_language(place, say), in_language(text, say)) for place, text in found]

    def _unanswered(self) -> Response:
        flash(self.language.translate("The server did not answer; its log says more."), "notice")
        return _back()

    def backup(self) -> ResponseReturnValue:
        """Send a backup to whoever says the password once more."""
        say = self.language.translate
        try:
            self.gate.admin.check(
                request.form.get("password", ""), request.form.get("code", ""), self.gate.visitor()
            )
        except TooManyAttempts:
            flash(say("Too many wrong passwords. Please wait a while."), "problem")
            return _back()
        except SignInRefused:
            flash(say("That was not right, so nothing was sent."), "problem")
            return _back()
        file = TemporaryFile()  # noqa: SIM115 - closed with the answer
        self.system.back_up(file)
        file.seek(0)
        name = f"bridge-{self.system.context.now():%Y-%m-%d}.zip"
        return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)

    def support(self) -> Response:
        """Send what may be passed on to somebody who helps."""
        answer = jsonify(bundle(self.system, self.journal))
        answer.headers["Content-Disposition"] = "attachment; filename=bridge-support.json"
        return answer


def system_blueprint(page: SystemPage) -> Blueprint:
    """Return `/admin/system` and what lies under it."""
    blueprint = page_blueprint("system", page.language.translate, page.gate)
    top = "/admin/system"
    blueprint.add_url_rule(top, "overview", page.overview)
    blueprint.add_url_rule(f"{top}/reload", "reload", page.reload, methods=["POST"])
    blueprint.add_url_rule(f"{top}/reloading/<int:begun>", "reloading", page.reloading)
    blueprint.add_url_rule(f"{top}/backup", "backup", page.backup, methods=["POST"])
    blueprint.add_url_rule(f"{top}/support.json", "support", page.support)
    return blueprint


def _back() -> Response:
    return redirect(url_for("system.overview"), 303)
