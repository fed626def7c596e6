"""The page from which telli is connected: its addresses, to copy."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from bridge.config import Config
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint


@dataclass(frozen=True)
class TelliPage:
    """What the page shows."""

    config: Config
    language: Language

    def overview(self) -> str:
        """Show the two addresses of each event type."""
        return render_template(
            "telli.html",
            event_types=self.config.event_types.values(),
            public_url=self.config.bridge.public_url,
        )


def telli_page_blueprint(page: TelliPage, gate: Gate) -> Blueprint:
    """Return `/admin/telli`."""
    blueprint = page_blueprint("telli_page", page.language.translate, gate)
    blueprint.add_url_rule("/admin/telli", "overview", page.overview)
    return blueprint
