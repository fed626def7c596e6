"""Adds the owner's pages to an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from bridge.config import BridgeSection
from bridge.connections import Connections
from bridge.signin import AdminSignIn
from bridge.speech.language import language
from bridge.vault import Vault
from bridge.web.connect import connect_blueprint
from bridge.web.gate import Gate
from bridge.web.pages import Link, shared_blueprint
from bridge.web.security import secure
from bridge.web.signin import signin_blueprint


def add_pages(
    app: Flask,
    section: BridgeSection,
    *,
    vault: Vault,
    admin: AdminSignIn,
    connections: Connections,
    now: Callable[[], datetime],
) -> None:
    """Serve `/`, `/connections` and `/connect/...`, with what protects them."""
    spoken = language(section.locale)
    gate = Gate(admin, now=now, translate=spoken.translate)
    secure(app, vault, public_url=section.public_url)
    links = (Link("connect.overview", spoken.translate("Connections")),)
    app.register_blueprint(shared_blueprint(gate, spoken, section.timezone, links))
    app.register_blueprint(signin_blueprint(gate, spoken))
    app.register_blueprint(connect_blueprint(connections, gate, spoken))
