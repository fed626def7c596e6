"""The owner's pages of the journal: the calls of a week, and one of them with what stood in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from bridge.booking.context import BookingContext
from bridge.journal import KEPT, REFUSALS, Journal
from bridge.scheduling.days import date_of
from bridge.service.today import Today
from bridge.speech import explained
from bridge.speech.instants import parse_instant
from bridge.speech.language import Language
from bridge.speech.reasons import speech_of
from bridge.web.gate import Gate
from bridge.web.pages import error_page, page_blueprint

_AT_ONCE = 50


@dataclass(frozen=True)
class CallPages:
    """What the pages show; times are told in the event type's zone, else in `zone`."""

    context: BookingContext
    journal: Journal
    language: Language
    zone: ZoneInfo

    @classmethod
    def of(cls, today: Today, language: Language) -> Self:
        """Return the pages over the same journal that Today looks into."""
        return cls(today.context, today.journal, language, today.zone)

    def overview(self) -> str:
        """Show a page of calls, the latest first, with a link to the older ones."""
        refusals, before = "refusals" in request.args, parse_instant(request.args.get("before"))
        found = self.journal.last(
            _AT_ONCE + 1,
            since=self.context.now() - KEPT,
            before=before,
            outcomes=REFUSALS if refusals else (),
        )
        shown = found[-_AT_ONCE:]
        return render_template(
            "calls.html",
            calls=list(reversed(shown)),
            refusals=refusals,
            before=before,
            older=shown[0]["at"].isoformat() if len(found) > _AT_ONCE else "",
            **self._words(),
        )

    def one(self, request_id: str) -> str | tuple[str, int]:
        """Show all that is remembered of a call."""
        call = self.journal.entry(request_id) if request_id.isalnum() else None
        if call is None:
            say = self.language.translate
            return error_page(say("There is no such call"), say("Calls are kept for 7 days."), 404)
        told = [datetime.fromisoformat(each) for each in call["told"]]
        zone = self._zone(call)
        return render_template(
            "call.html",
            call=call,
            told=self.language.moments(told, zone) if told else "",
            **self._words(),
        )

    def _day(self, call: Mapping[str, Any]) -> date:
        return date_of(self._zone(call), call["at"])

    def _zone(self, call: Mapping[str, Any]) -> ZoneInfo:
        event_type = self.context.event_types.get(call["event_type"])
        return event_type.timezone if event_type else self.zone

    def _words(self) -> dict[str, Any]:
        language, kinds, hosts = self.language, self.context.event_types, self.context.hosts
        speech = speech_of(language.code)
        return {
            "days_of": lambda calls: [(day, list(some)) for day, some in groupby(calls, self._day)],
            "day_of": lambda call: language.day(call["at"], self._zone(call)),
            "clock": lambda call: language.clock(call["at"], self._zone(call)),
            "sentence": lambda call: speech.sentence_of(call["kind"]),
            "signature": lambda call: explained.in_words(language, explained.SIGNATURES, call["signature"]),
            "asked": lambda call: explained.in_words(language, explained.QUESTIONS, call["question"]),
            "outcome": lambda call: explained.in_words(language, explained.OUTCOMES, call["outcome"]),
            "in_the_way": lambda entry: explained.in_the_way(language, entry),
            "title": lambda call: kinds[call["event_type"]].title if call["event_type"] in kinds else "",
            "host_name": lambda host: hosts[host].name if host in hosts else host,
            "number": lambda number: language.number(round(number, 1)),
            "at": lambda call: language.moment(call["at"], self._zone(call)),
            "wanted": lambda call: language.moment(call["starts_at"], self._zone(call)),
        }


def call_pages_blueprint(pages: CallPages, gate: Gate) -> Blueprint:
    """Return `/admin/calls` and `/admin/calls/<request id>`."""
    blueprint = page_blueprint("journal", pages.language.translate, gate)
    blueprint.add_url_rule("/admin/calls", "overview", pages.overview)
    blueprint.add_url_rule("/admin/calls/<request_id>", "one", pages.one)
    return blueprint
