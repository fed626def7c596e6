"""The owner's Week: what callers are offered and why, by event type and host, and why not at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.journal import KEPT
from bridge.model import EventType, Host
from bridge.scheduling.days import date_of, local_days
from bridge.scheduling.grid import step_of
from bridge.scheduling.slots import Rule
from bridge.service.explain import Explanation, explain, explain_kept
from bridge.service.today import Today
from bridge.service.week import DAYS, HostWeek, Week, Weeks, monday_of
from bridge.speech import explained
from bridge.speech.days import days_in_words, hours_in_words, short_day
from bridge.speech.instants import format_instant, parse_instant
from bridge.speech.language import Language
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import error_page, page_blueprint
from bridge.web.week_picture import columns, scale_of, strips
from providers.base import Deadline
from providers.intervals import clip
from providers.times import instant

_FARTHEST = timedelta(days=2 * 366)
_SECONDS = 2.5


@dataclass(frozen=True)
class WeekPages:
    """What the pages show; times are told by the event type's clock."""

    weeks: Weeks
    language: Language

    @classmethod
    def of(cls, today: Today, language: Language) -> Self:
        """Return the pages over what Today looks into."""
        return cls(Weeks(today.context), language)

    def overview(self) -> str | tuple[str, int]:
        """Show a week of one host, or of all side by side."""
        kinds = self.weeks.event_types()
        kind = request.args.get("type", "")
        event_type = kinds.get(kind) or next(iter(kinds.values()))
        now, at = self._now(event_type)
        day = self._day(event_type, now)
        monday = monday_of(event_type, day, now)
        team, host = event_type.team.hosts, request.args.get("host", "")
        hosts = [host] if host in team else list(team)
        week = self.weeks.week(event_type, monday, now=now, hosts=hosts)
        return render_template(
            "week.html",
            kinds=kinds,
            kind=kind if kind in kinds else next(iter(kinds)),
            team=team,
            host=host if host in team else "",
            chosen=day or max(monday, date_of(event_type.timezone, now)),
            at=at,
            previous=week.days[0] - timedelta(days=DAYS),
            following=week.days[0] + timedelta(days=DAYS),
            **self.picture(week),
        )

    def picture(self, week: Week) -> dict[str, Any]:
        """Return what the picture of a week is drawn from: in columns for one host, in strips for more."""
        scale = scale_of(week)
        is_one = len(week.hosts) == 1
        return {
            "week": week,
            "scale": scale,
            "columns": columns(week, week.hosts[0], scale) if is_one else [],
            "rows": [] if is_one else strips(week, scale),
            "span": days_in_words(self.language, week.days[0], week.days[-1]),
            "aside": self._aside,
            **self._words(week.event_type),
        }

    def why(self) -> str | tuple[str, int] | Response:
        """Say of a start what speaks for and against each host."""
        kinds, kind = self.weeks.event_types(), request.args.get("type", "")
        event_type = kinds.get(kind)
        if event_type is None:
            return redirect(url_for("week.overview"), 303)
        now, at = self._now(event_type)
        start = self._start(event_type)
        if start is None:
            say = self.language.translate
            text = say("Choose a day and a time of day, and look again.")
            return error_page(say("This is no time"), text, 400)
        context = self.weeks.context
        if is_live := "live" in request.args and not at:
            found = explain(context, event_type, start, context.deadline())
        else:
            deadline = Deadline(_SECONDS, context.monotonic)
            found = explain_kept(context, event_type, start, now, deadline)
        return render_template(
            "week_why.html",
            kind=kind,
            found=found,
            at=at,
            judged_at=now,
            is_live=is_live,
            refused=self.weeks.refused(event_type, start),
            step=step_of(event_type),
            rules=[(rule, explained.in_words(self.language, explained.RULES, rule)) for rule in Rule],
            entries=self._entries(found),
            **self._words(event_type),
        )

    def _entries(self, found: Explanation) -> list[tuple[Host, Mapping[str, Any], Any, str]]:
        """Return of each host what is shown: the judgement, the day, and what stands in the way."""
        hosts = self.weeks.context.attending
        return [
            (
                hosts[each.host],
                each.as_json(),
                found.days[each.host],
                explained.in_the_way(self.language, each.as_json()),
            )
            for each in found.hosts
        ]

    def _now(self, event_type: EventType) -> tuple[datetime, str]:
        """Return the moment to judge by, and how it was asked for, "" for this one."""
        now, text = self.weeks.context.now(), request.args.get("at", "")
        wanted = _local(text, event_type.timezone)
        if wanted is None or not now - KEPT <= wanted <= now + _FARTHEST:
            return now, ""
        return wanted, wanted.astimezone(event_type.timezone).strftime("%Y-%m-%dT%H:%M")

    def _day(self, event_type: EventType, now: datetime) -> date | None:
        """Return the day that was asked for, None where it is none or too far away."""
        day, today = day_of(request.args.get("on", "")), date_of(event_type.timezone, now)
        return day if day and abs(day - today) <= _FARTHEST else None

    def _start(self, event_type: EventType) -> datetime | None:
        if text := request.args.get("start"):
            return parse_instant(text)
        return _local(f"{request.args.get('on', '')}T{request.args.get('time', '')}", event_type.timezone)

    def _aside(self, host: HostWeek, week: Week) -> str:
        """Return what a host's own clock shows at noon, "" where it shows noon."""
        event_type, day = week.event_type, week.days[0]
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=event_type.timezone)
        theirs = noon.astimezone(host.host.schedule.timezone)
        if theirs.utcoffset() == noon.utcoffset():
            return ""
        text = self.language.translate("{host} is in {zone}, where it is {time} when it is {noon} here.")
        return text.format(
            host=host.host.name,
            zone=_place(host.host.schedule.timezone),
            time=self.language.clock(noon, host.host.schedule.timezone),
            noon=self.language.clock(noon, event_type.timezone),
        )

    def _words(self, event_type: EventType) -> dict[str, Any]:
        language, zone = self.language, event_type.timezone
        now = self.weeks.context.now()
        # A week has hundreds of times, each told thrice; their addresses differ in the time alone.
        clock = cache(lambda moment: language.clock(moment, zone))
        why = cache(lambda kind, at: url_for("week.why", type=kind, **({"at": at} if at else {})))
        return {
            "hosts": self.weeks.context.hosts,
            "hour": lambda hour: language.clock(datetime(2000, 1, 1, hour, tzinfo=UTC), UTC),
            "place": _place,
            "zone": zone,
            "clock": clock,
            "at_moment": lambda moment: language.moment(moment, zone),
            "ago": lambda moment: language.ago(now - moment),
            "listed": language.listed,
            "hours": lambda ranges: hours_in_words(language, ranges),
            "days": lambda first, last: days_in_words(language, first, last),
            "weekday": lambda day: short_day(language, day),
            "cause": lambda text: explained.cause(language, text),
            "words": explained,
            "in_words": lambda words, name: explained.in_words(language, words, name),
            "local_day": lambda moment: date_of(zone, moment),
            "on_day": lambda spans, day: clip(spans, local_days(zone, day, day)),
            "why_at": lambda kind, start, at: f"{why(kind, at)}&start={format_instant(start)}",
            "title_of": lambda booking: getattr(
                self.weeks.context.find_event_type(booking), "title", booking.event_type
            ),
        }


def _place(zone: ZoneInfo) -> str:
    """Return the city that a zone is named by."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def _local(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which a zone's clock shows what a form's field says; None: it says nothing."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    if wall.tzinfo is not None:
        return parse_instant(text)
    return instant(wall.replace(tzinfo=zone), zone) if 2 <= wall.year <= 9998 else None


def week_blueprint(pages: WeekPages, gate: Gate) -> Blueprint:
    """Return `/admin/week` and `/admin/week/why`."""
    blueprint = page_blueprint("week", pages.language.translate, gate)
    blueprint.add_url_rule("/admin/week", "overview", pages.overview)
    blueprint.add_url_rule("/admin/week/why", "why", pages.why)
    return blueprint
