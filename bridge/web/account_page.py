"""The page of one account: each of its calendars by its exact name, as the vendor lists them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from flask import Blueprint, abort, render_template

from bridge.connections import AccountState, Connections
from bridge.model import CalendarName
from bridge.service.account_calendars import AccountCalendars, ListedCalendar
from bridge.service.troubles import trouble
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint
from providers.errors import ProviderError


@dataclass(frozen=True)
class AccountPage:
    """What the page shows."""

    connections: Connections
    calendars: AccountCalendars
    language: Language
    zone: tzinfo

    def one(self, provider: str, account: str) -> str:
        """Show an account's calendars, or why they are not listed. 404: nobody knows the account."""
        accounts = self.connections.list()
        found = [each for each in accounts if (each.provider, each.account) == (provider, account)]
        if not found:
            abort(404)
        problem, listed = "", self.calendars.configured().get((provider, account), [])
        if found[0].state is not AccountState.NOT_CONNECTED:
            try:
                listed = self.calendars.of(provider, account)
            except ProviderError as error:
                name = CalendarName(provider, account, "")
                problem = self.calendars.context.health.advise(name, error)
        return render_template(
            "account_calendars.html",
            account=found[0],
            vendor=self.connections.vendors.get(provider, provider.capitalize()),
            listed=listed,
            problem=problem,
            **health_words(self.calendars, self.language, self.zone),
        )


def health_words(calendars: AccountCalendars, language: Language, zone: tzinfo) -> dict[str, Any]:
    """Return what pages say of a calendar's health: how long ago it answered, and what fails."""

    def troubles(listed: ListedCalendar) -> list[str]:
        told = (trouble(each, language, zone) for each in listed.failing)
        return [text for text in told if text]

    now = calendars.context.now()
    return {"ago": lambda instant: language.ago(now - instant), "troubles": troubles}


def account_blueprint(page: AccountPage, gate: Gate) -> Blueprint:
    """Return `/admin/connections/<provider>/<account>`."""
    blueprint = page_blueprint("account", page.language.translate, gate)
    blueprint.add_url_rule("/admin/connections/<provider>/<account>", "one", page.one)
    return blueprint
