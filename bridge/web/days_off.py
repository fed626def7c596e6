"""The page that writes settings: days off, special hours and holidays, looked at before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bridge.attendee.text import clean
from bridge.model import Booking
from bridge.scheduling.days import later_day
from bridge.scheduling.hours import HoursFrom, holiday_regions, public_holidays
from bridge.service.days_off import DaysChanged, DaysOff, DaysOfHosts, DaysPreview, DaysWish
from bridge.service.week import monday_of
from bridge.speech.days import days_in_words, hours_in_words
from bridge.speech.explained import DAY_SOURCES, in_words
from bridge.speech.language import Language
from bridge.web.day_form import DayForm, FormRefused
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import add_missing, page_blueprint
from bridge.web.week import WeekPages

_LATEST = 20
_MOST_CHANGES = 2**31 - 1  # beyond it no database has a number
_LONGEST_NAME = 60
_NAME = "person"  # in the session's cookie: who entered days from this browser


@dataclass(frozen=True)
class DaysOffPages:
    """What the pages show; appointments are told in `zone`, days are each host's own."""

    days_off: DaysOff
    gate: Gate
    language: Language
    zone: ZoneInfo
    country: str | None
    weeks: WeekPages

    def overview(self) -> str:
        """Show what is set and coming, who set it, and the form."""
        changes = {each.number: each for each in self.days_off.changes(_LATEST)}
        said = request.form or request.args  # a form that was refused comes back as it was sent
        return render_template(
            "days_off.html",
            coming=self.days_off.coming(),
            changes=changes,
            places=self.days_off.places(),
            regions=self._regions(),
            used={host.schedule.public_holidays for host in self.days_off.context.hosts.values()},
            said=said,
            chosen=said.getlist("host"),
            **self._words(),
        )

    def preview(self) -> str | tuple[str, int]:
        """Show what saving a form would bring."""
        try:
            return self._preview(self._form())
        except FormRefused as refused:
            return self._refused(str(refused))

    def holidays(self) -> str | tuple[str, int]:
        """Show a region's public holidays, to be chosen from and saved."""
        code = request.form.get("region", "")
        region = self._regions().get(code)
        if region is None:
            return self._refused(self.language.translate("Choose a region."))
        sent = request.form.copy()
        sent.setlist("day", [day.isoformat() for day in self._holidays(code)])
        sent["note"] = self.language.translate("Public holidays, {region}").format(region=region)
        try:
            return self._preview(DayForm(sent, self.days_off, self.language.translate))
        except FormRefused as refused:
            return self._refused(str(refused))

    def save(self) -> str | tuple[str, int] | Response:
        """Save what was looked at, unless somebody else was faster."""
        form, say = self._form(), self.language.translate
        name = clean(request.form.get(_NAME), _LONGEST_NAME)
        session[_NAME] = name
        try:
            wish = form.wish()
            number = self.days_off.save(
                wish, by=self._by(name), seen=request.form.get("seen", default=-1, type=int)
            )
        except FormRefused as refused:
            return self._refused(str(refused))
        except DaysChanged as changed:
            text = say(
                "{person} changed these days meanwhile; this is how it would be now. Nothing was saved."
            )
            flash(text.format(person=changed.change.undone_by or changed.change.made_by), "problem")
            return self._preview(form)
        flash(say("Saved. It holds from the next call on."), "success")
        return redirect(url_for("days_off.one", number=number), 303)

    def one(self, number: int) -> str:
        """Show one change, and the appointments that lie in its days."""
        change = self.days_off.change(number)
        days = {host: list(own) for host, own in change.days.items()}
        return render_template(
            "day_change.html",
            change=change,
            inside=None if change.undone_at else self.days_off.appointments(days),
            **self._words(),
        )

    def undo(self, number: int) -> Response:
        """Let a change hold no more."""
        say = self.language.translate
        if self.days_off.undo(number, by=self._by(str(session.get(_NAME, "")))):
            flash(say("Undone. What held before holds again, from the next call on."), "success")
        return redirect(url_for("days_off.overview"), 303)

    def _regions(self) -> Mapping[str, str]:
        """Return the regions to choose from: of the country, else of no one."""
        country, territories = self.country, self.language.locale.territories
        found = dict(holiday_regions(country)) if country else {}
        return {**found, country: territories.get(country, country)} if country in found else found

    def _holidays(self, region: str) -> Mapping[date, str]:
        return self.days_off.holidays(region, self.language.locale.language)

    def _named(self, form: DayForm) -> Mapping[date, str]:
        """Return the holidays that a form lets choose from, none if it is about other days."""
        code = form.sent.get("region", "")
        return self._holidays(code) if code in self._regions() else {}

    def _form(self) -> DayForm:
        return DayForm(request.form, self.days_off, self.language.translate)

    def _preview(self, form: DayForm) -> str:
        wish = form.wish()
        preview = self.days_off.preview(wish)
        return render_template(
            "days_preview.html",
            wish=wish,
            preview=preview,
            carried=form.carried(),
            person=session.get(_NAME, ""),
            when=self._when(wish),
            named=self._named(form),
            **{**self._picture(wish, preview), **self._words()},
        )

    def _picture(self, wish: DaysWish, preview: DaysPreview) -> dict[str, Any]:
        """Return a week as it would be: of the appointments that the hosts give, and of the days, one."""
        now, chosen = self.days_off.context.now(), set(wish.hosts)
        every = self.weeks.weeks.event_types()
        kinds = {key: each for key, each in every.items() if chosen & set(each.team.hosts)}
        if not kinds:
            return {}
        kind = kinds.get(request.form.get("type", "")) or next(iter(kinds.values()))
        mondays = [*dict.fromkeys(monday_of(kind, day, now) for day in wish.days)]
        wanted = day_of(request.form.get("monday", ""))
        monday = wanted if wanted in mondays else mondays[0]
        week = self.weeks.weeks.week(kind, monday, now=now, hosts=wish.hosts, supposed=preview.hosts)
        first = next((day for day in wish.days if day >= monday), monday)
        words = {"is_preview": True, "kinds": kinds, "mondays": mondays, "chosen": first}
        return {**self.weeks.picture(week), **words, "later_day": later_day}

    def _refused(self, text: str) -> tuple[str, int]:
        flash(text, "problem")
        return self.overview(), 400

    def _by(self, name: str) -> str:
        """Return who did it: a name that was given, else the address of the browser."""
        return name or self.gate.visitor().address

    def _when(self, wish: DaysWish) -> str:
        return days_in_words(self.language, wish.days[0], wish.days[-1])

    def _source(self, each: DaysOfHosts) -> str:
        """Return what decides about days, by its name if it is a holiday."""
        text = in_words(self.language, DAY_SOURCES, each.source)
        region = self.days_off.context.hosts[each.hosts[0]].schedule.public_holidays
        if each.source is not HoursFrom.HOLIDAY or region is None:
            return text
        named = public_holidays(region, each.first.year, self.language.locale.language)
        return f"{named[each.first]}, {text}"

    def _words(self) -> dict[str, Any]:
        language, context = self.language, self.days_off.context
        hosts = context.hosts

        def title(booking: Booking) -> str:
            return getattr(context.find_event_type(booking), "title", booking.event_type)

        return {
            "hosts": hosts,
            "host_names": lambda names: language.listed(
                [hosts[name].name if name in hosts else name for name in names]
            ),
            "days": lambda first, last: days_in_words(language, first, last),
            "hours": lambda ranges: hours_in_words(language, ranges),
            "source": self._source,
            "title": title,
            "at": lambda booking: language.moment(booking.interval.start, self.zone),
        }


def days_off_blueprint(pages: DaysOffPages, gate: Gate) -> Blueprint:
    """Return `/admin/days-off` and what lies under it."""
    say = pages.language.translate
    blueprint = page_blueprint("days_off", say, gate)
    add_missing(blueprint, say("There is no such change"), say)
    top = "/admin/days-off"
    blueprint.add_url_rule(top, "overview", pages.overview)
    blueprint.add_url_rule(f"{top}/preview", "preview", pages.preview, methods=["POST"])
    blueprint.add_url_rule(f"{top}/holidays", "holidays", pages.holidays, methods=["POST"])
    blueprint.add_url_rule(f"{top}/save", "save", pages.save, methods=["POST"])
    number = f"<int(max={_MOST_CHANGES}):number>"
    blueprint.add_url_rule(f"{top}/{number}", "one", pages.one)
    blueprint.add_url_rule(f"{top}/{number}/undo", "undo", pages.undo, methods=["POST"])
    return blueprint
