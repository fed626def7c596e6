"""The owner's first page, and the button by which an alert is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.alerts import alert_id
from bridge.model import Host
from bridge.service.today import Today, Told
from bridge.speech.explained import in_the_way
from bridge.speech.language import Language
from bridge.speech.reasons import speech_of
from bridge.web.gate import Gate
from bridge.web.pages import page_blueprint


def today_page(today: Today, language: Language, *, is_changed: bool) -> str:
    """Return the page that says whether callers are offered appointments, and what else counts today."""
    context, first_run = today.context, today.first_run()
    now, told = context.now(), today.told()
    return render_template(
        "today.html",
        now=now,
        is_changed=is_changed,
        nothing_for=[each.event_type.title for each in told if not each.offer.slots],
        told=[(each, _sentence(each, language)) for each in told],
        silent=_silent(told, context.hosts),
        agendas=today.agendas(),
        alerts=[(alert_id(each.key), each) for each in context.alerts.open()],
        first_run=first_run,
        heard=language.ago(now - first_run.called_at) if first_run.called_at else "",
        in_the_way=lambda entry: in_the_way(language, entry),
        hosts=context.hosts,
        kinds=context.event_types,
        zone=today.zone,
        clock=lambda instant: language.clock(instant, today.zone),
        listed=language.listed,
    )


def alerts_blueprint(today: Today, gate: Gate, language: Language) -> Blueprint:
    """Return `/admin/alerts/done`, which closes an alert by hand."""
    blueprint = page_blueprint("alerts", language.translate, gate)

    @blueprint.post("/admin/alerts/done")
    def done() -> Response:
        if today.context.alerts.resolve_by_id(request.form.get("alert", "")):
            text = language.translate("Done. It is shown again if its cause comes anew.")
            flash(text, "success")
        return redirect(url_for("signin.page"), 303)

    return blueprint


def _silent(told: Sequence[Told], hosts: Mapping[str, Host]) -> list[tuple[str, list[str]]]:
    """Return the calendars that do not answer, each with those whose time is in it."""
    silent = {name for each in told for name in each.offer.silent}
    whose = {name: [host.name for host in hosts.values() if name in host.calendars] for name in silent}
    return sorted((str(name), hosts_of) for name, hosts_of in whose.items())


def _sentence(told: Told, language: Language) -> str:
    """Return what an agent says of an offer."""
    speech = speech_of(language.code)
    if told.offer.slots:
        return speech.free_times(told.offer.slots, zone=told.event_type.timezone)
    return speech.nothing_free(is_certain=told.offer.is_complete)
