"""The page from which telli is connected: addresses, a test call, and what the agent is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.config import Config
from bridge.journal import Journal, Outcome, Signature
from bridge.service.findings import Verdict
from bridge.service.trial_calls import TrialCalls
from bridge.speech.agent_instructions import AgentInstructions
from bridge.speech.language import Language, language
from bridge.web.gate import Gate
from bridge.web.pages import add_missing, page_blueprint

_ = str  # marks a text for the catalogues

_LANGUAGES = ("en_US", "de_DE")
_CALLER = ("external_contact_id", "phone_number")  # how a tool knows whose appointments are meant
_TOOLS: Sequence[tuple[str, str, Sequence[str], Sequence[str]]] = (
    # What it is for, its address, what the system fills in, what the agent asks for.
    (_("Look for a time"), "/find", (), ("preferred_date", "preferred_time", "preferred_daypart", "service")),
    (_("Which appointments does the caller have?"), "/tools/appointments", _CALLER, ()),
    (_("Cancel an appointment"), "/tools/cancel", _CALLER, ("booking_id",)),
    (_("Move an appointment"), "/tools/reschedule", _CALLER, ("booking_id", "start_iso")),
    (_("Ask to be called back"), "/tools/callback", _CALLER, ("reason", "preferred_time")),
)
_SYSTEM_VARIABLES = {"external_contact_id": "contact.externalId", "phone_number": "contact.phoneNumber"}
_REFUSED = (Outcome.REFUSED,)


@dataclass(frozen=True)
class TelliPage:
    """What the page shows, and the test call."""

    config: Config
    trials: TrialCalls
    journal: Journal
    language: Language

    def overview(self) -> str:
        """Show what is copied into telli, and whether it reaches the bridge."""
        trial, now = self.trials.last(), self.trials.context.now()
        signed, refused = self.journal.last_signed(), self.journal.last(1, outcomes=_REFUSED)
        is_wrong = bool(refused) and refused[-1]["signature"] == Signature.WRONG
        return render_template(
            "telli.html",
            event_types=self.config.event_types,
            public_url=self.config.bridge.public_url,
            trial=trial,
            failed=[each for each in trial.findings or () if each.verdict is Verdict.FAILED] if trial else [],
            signed=self.language.ago(now - signed["at"]) if signed else "",
            refused=self.language.ago(now - refused[-1]["at"]) if is_wrong else "",
            keys=len(self.config.telli.api_keys),
            instructions=self._instructions(),
            tools=_TOOLS if self.config.telli.tool_tokens else (),
            system_variables=_SYSTEM_VARIABLES,
        )

    def call(self) -> Response:
        """Have a test call made in the background."""
        self.trials.ask(request.form.get("event_type", ""))
        return redirect(f"{url_for('telli_page.overview')}#test", 303)

    def _instructions(self) -> dict[str, list[tuple[Language, str]]]:
        """Return what the agent is told, in each language, by event type."""
        telli, spoken = self.config.telli, [language(locale) for locale in _LANGUAGES]
        written = {
            name: AgentInstructions(kind, bool(telli.tool_tokens), telli.slot_details)
            for name, kind in self.config.event_types.items()
        }
        return {name: [(each, told.text(each)) for each in spoken] for name, told in written.items()}


def telli_page_blueprint(page: TelliPage, gate: Gate) -> Blueprint:
    """Return `/admin/telli`, and `/admin/telli/test`, which has a test call made."""
    say = page.language.translate
    blueprint = page_blueprint("telli_page", say, gate)
    add_missing(blueprint, say("There is no such event type"), say)
    blueprint.add_url_rule("/admin/telli", "overview", page.overview)
    blueprint.add_url_rule("/admin/telli/test", "call", page.call, methods=["POST"])
    return blueprint
