"""The page of the machinery: which version runs, and what has to do with keeping it well."""

from __future__ import annotations

import platform
from importlib.metadata import version

from flask import Blueprint, render_template

from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint


def system_blueprint(gate: Gate, language: Language) -> Blueprint:
    """Return `/admin/system`."""
    blueprint = page_blueprint("system", language.translate, gate)

    @blueprint.get("/admin/system")
    def overview() -> str:
        return render_template(
            "system.html", version=version("calendar-bridge"), python=platform.python_version()
        )

    return blueprint
