"""Adds the owner's pages to an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, redirect, url_for
from werkzeug.wrappers import Response

from bridge.config import Config
from bridge.connections import Connections
from bridge.connections.invitations import Invitations
from bridge.service.account_calendars import AccountCalendars
from bridge.service.appointments import Appointments
from bridge.service.days_off import DaysOff
from bridge.service.system import System
from bridge.service.today import Today
from bridge.service.trial_calls import TrialCalls
from bridge.signin import AdminSignIn
from bridge.speech.language import Language, language
from bridge.vault import Vault
from bridge.web.account_page import AccountPage, account_blueprint
from bridge.web.appointment import AppointmentPage, appointment_blueprint
from bridge.web.appointment_words import AppointmentWords
from bridge.web.appointments import AppointmentLists, appointments_blueprint
from bridge.web.book_by_hand import BookByHand, book_by_hand_blueprint
from bridge.web.calendars import CalendarPages, calendars_blueprint
from bridge.web.call_pages import CallPages, call_pages_blueprint
from bridge.web.connect import BesideAccounts, connect_blueprint
from bridge.web.days_off import DaysOffPages, days_off_blueprint
from bridge.web.error_pages import error_pages_blueprint
from bridge.web.gate import Gate
from bridge.web.invite import invite_blueprint, inviting_blueprint
from bridge.web.pages import Link, shared_blueprint
from bridge.web.security import secure
from bridge.web.signin import sign_ins_blueprint, signin_blueprint
from bridge.web.system import SystemPage, system_blueprint
from bridge.web.team import TeamPage, team_blueprint
from bridge.web.telli_page import TelliPage, telli_page_blueprint
from bridge.web.today import alerts_blueprint, today_page
from bridge.web.week import WeekPages, week_blueprint

# Where pages lay before they moved under /admin/: bookmarks and mails of then go on working.
_MOVED = {
    "/connections": "connect.overview",
    "/calendars": "connect.overview",
    "/sign-ins": "sign_ins.overview",
}


@dataclass(frozen=True, slots=True)
class OwnersSide:
    """What the owner's pages show and change."""

    config: Config
    admin: AdminSignIn
    connections: Connections
    invitations: Invitations
    calendars: CalendarPages
    today: Today
    trials: TrialCalls
    system: System
    appointments: Appointments


def add_pages(app: Flask, vault: Vault, owners: OwnersSide) -> None:
    """Serve the owner's pages, with what protects them."""
    section = owners.config.bridge
    spoken = language(section.locale)
    connections, invitations = owners.connections, owners.invitations
    listing, zone = AccountCalendars(owners.today.context), section.timezone
    beside = BesideAccounts(listing, owners.calendars.uploads.titles, spoken, zone)
    gate = Gate(owners.admin, owners.admin.sessions(), translate=spoken.translate)
    secure(app, vault, public_url=section.public_url)
    app.register_blueprint(shared_blueprint(gate, spoken, section.timezone, _links(spoken.translate)))
    first_page = partial(_first_page, owners, spoken)
    app.register_blueprint(signin_blueprint(gate, spoken, first_page))
    app.register_blueprint(alerts_blueprint(owners.today, gate, spoken))
    words = AppointmentWords(owners.appointments.context, spoken, section.timezone)
    app.register_blueprint(appointments_blueprint(AppointmentLists(owners.appointments, words), gate))
    app.register_blueprint(book_by_hand_blueprint(BookByHand(owners.appointments, words), gate))
    app.register_blueprint(appointment_blueprint(AppointmentPage(owners.appointments, words), gate))
    app.register_blueprint(call_pages_blueprint(CallPages.of(owners.today, spoken), gate))
    weeks = WeekPages.of(owners.today, spoken)
    app.register_blueprint(week_blueprint(weeks, gate))
    days_off = DaysOff(owners.today.context)
    off = DaysOffPages(days_off, gate, spoken, section.timezone, section.country, weeks)
    app.register_blueprint(days_off_blueprint(off, gate))
    app.register_blueprint(team_blueprint(TeamPage(owners.today.context, spoken), gate))
    app.register_blueprint(sign_ins_blueprint(gate, spoken))
    app.register_blueprint(calendars_blueprint(owners.calendars, gate))
    app.register_blueprint(connect_blueprint(connections, invitations, gate, spoken, beside=beside))
    app.register_blueprint(account_blueprint(AccountPage(connections, listing, spoken, zone), gate))
    app.register_blueprint(invite_blueprint(invitations, connections, gate, spoken))
    app.register_blueprint(inviting_blueprint(invitations, gate, spoken, section.public_url))
    app.register_blueprint(
        telli_page_blueprint(TelliPage(owners.config, owners.trials, owners.today.journal, spoken), gate)
    )
    app.register_blueprint(system_blueprint(SystemPage(owners.system, owners.today.journal, gate, spoken)))
    app.register_blueprint(_moved_blueprint())
    app.register_blueprint(error_pages_blueprint(spoken.translate))


def _first_page(owners: OwnersSide, spoken: Language) -> str:
    return today_page(owners.today, spoken, is_changed=owners.system.is_changed)


def _links(say: Callable[[str], str]) -> tuple[Link, ...]:
    """Return what the navigation leads to."""
    return (
        Link("signin.page", say("Today"), ("alerts",)),
        Link("week.overview", say("Week")),
        Link("appointments.overview", say("Appointments"), ("appointment", "by_hand")),
        Link("journal.overview", say("Calls")),
        Link("team.see", say("Team")),
        Link("days_off.overview", say("Days off")),
        Link("connect.overview", say("Connections"), ("account", "calendars", "inviting")),
        Link("telli_page.overview", say("Connect telli")),
        Link("system.overview", say("System"), ("sign_ins",)),
    )


def _moved_blueprint() -> Blueprint:
    """Return the former addresses, each of which leads to the page's own."""
    blueprint = Blueprint("moved", __name__)

    def lead(endpoint: str) -> Response:
        return redirect(url_for(endpoint), 301)

    for address, endpoint in _MOVED.items():
        blueprint.add_url_rule(address, address.strip("/"), lead, defaults={"endpoint": endpoint})
    return blueprint
