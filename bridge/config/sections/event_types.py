"""Reads the event types: what can be booked and when; who, where and what is asked are read beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems
from bridge.config.sections.booking_fields import read_fields
from bridge.config.sections.brevo import ListIds
from bridge.config.sections.hosts import Hosts
from bridge.config.sections.meeting import MeetingTable, check_meeting, check_organisers, organising
from bridge.config.sections.resources import lists_of_resources
from bridge.config.sections.services import ServiceReader
from bridge.config.sections.team import TeamReader, TeamTable
from bridge.config.sections.twilio import read_sms
from bridge.config.sections.vendors import Vendors
from bridge.config.table import Needed
from bridge.config.values.dates import Day
from bridge.config.values.localities import Zone
from bridge.config.values.numbers import YesOrNo, hours, minutes, whole
from bridge.config.values.open_hours import OpenHours
from bridge.config.values.text import Email, Emails, Line, choice
from bridge.model import CountDays, EventType, OfferRules, Places, Suggest, Team
from bridge.said import Said

# Addresses the bridge answers itself, now or by its laid-down interface.
_FOR_TELLI = {"available", "book", "find", "tools", "contact-lookup", "openapi", "a", "telli"}
_FOR_MACHINES = {"healthz", "readyz", "metrics", "notify", "static", "calendars", "api"}
_FOR_PEOPLE = {"connect", "connections", "preview", "bookings", "team", "health", "admin"}
_SIGNING = {"signin", "signout", "sign-in", "sign-out", "login", "logout"}
RESERVED = frozenset(_FOR_TELLI | _FOR_MACHINES | _FOR_PEOPLE | _SIGNING)

_DAY = 24 * 60


class EventTypeTable(TeamTable, MeetingTable):
    """An event type as TOML writes it."""

    section: ClassVar[str] = "event_types.<name>"

    title: Annotated[Line, Needed('what the appointment is called, such as "30-minute consultation"')] = ""
    is_default: YesOrNo = Field(default=False, alias="default")
    duration: Annotated[timedelta, minutes(1, _DAY)] = Field(timedelta(minutes=30), alias="duration_minutes")
    start_increment: Annotated[timedelta, minutes(1, _DAY)] | None = Field(
        None, alias="start_increment_minutes"
    )
    start_offset: Annotated[timedelta, minutes(0, _DAY - 1)] = Field(
        timedelta(0), alias="start_offset_minutes"
    )
    minimum_notice: Annotated[timedelta, minutes(0, 366 * _DAY)] = Field(
        timedelta(minutes=120), alias="minimum_notice_minutes"
    )
    buffer_before: Annotated[timedelta, minutes(0, _DAY)] = Field(timedelta(0), alias="buffer_before_minutes")
    buffer_after: Annotated[timedelta, minutes(0, _DAY)] = Field(timedelta(0), alias="buffer_after_minutes")
    horizon_days: Annotated[int, whole(0, 730)] = 14
    max_bookings_per_day: Annotated[int, whole(0, 1000)] = 0
    max_bookings_per_week: Annotated[int, whole(0, 1000)] = 0
    max_bookings_per_contact: Annotated[int, whole(0, 1000)] = 0
    max_no_shows: Annotated[int, whole(0, 1000)] = 0
    timezone: Zone | None = None
    open_hours: OpenHours | None = None
    days_to_look_ahead: Annotated[int, whole(1, 60)] = 2
    slots_per_day: Annotated[int, whole(1, 48)] = 3
    between: Annotated[timedelta, hours(0, 12)] = Field(timedelta(hours=3), alias="hours_between_suggestions")
    start_on: Day | None = Field(None, alias="start_date")
    count_days: Annotated[CountDays, choice(CountDays)] = CountDays.BOOKABLE
    suggest: Annotated[Suggest, choice(Suggest)] = Suggest.EARLIEST
    suggestions: Annotated[int, whole(1, 48)] = 6
    replace_within: Annotated[timedelta, minutes(0, _DAY)] = Field(
        timedelta(minutes=15), alias="replace_within_minutes"
    )
    keep_host: YesOrNo = False
    change_notice: Annotated[timedelta, minutes(0, 366 * _DAY)] = Field(
        timedelta(0), alias="change_notice_minutes"
    )
    keep_offer: Annotated[timedelta, minutes(0, _DAY)] = Field(timedelta(0), alias="keep_offer_minutes")
    require_email: YesOrNo = False
    fallback_email: Email | None = None
    notify: Emails = ()
    remind: tuple[Annotated[timedelta, hours(0.25, 31 * 24)], ...] = Field((), alias="remind_hours")
    brevo_list_ids: ListIds = ()
    invite: YesOrNo = True
    sms: dict[str, object] = Field(default_factory=dict)
    fields_: tuple[object, ...] = Field((), alias="fields")
    services: dict[str, object] = Field(default_factory=dict)
    resources: tuple[object, ...] = ()

    def offer(self) -> OfferRules:
        """Return how bookable starts are thinned into an offer."""
        return OfferRules(
            self.days_to_look_ahead,
            self.slots_per_day,
            self.between,
            self.count_days,
            self.suggest,
            self.suggestions,
        )


def read_event_types(
    raw: object, *, zone: ZoneInfo, hosts: Hosts, places: Places, vendors: Vendors, problems: Problems
) -> Mapping[str, EventType]:
    """Return the event types; `zone` is of those that name none."""
    read = read_named(EventTypeTable, raw, ("event_types",), problems=problems, context={"vendors": vendors})
    for name in read:
        if name.lower() in RESERVED:
            text = Said("cannot be used as a name: the bridge needs it for itself")
            problems.add(("event_types", name), text)
    defaults = [name for name, found in read.items() if found.table.is_default]
    for name in defaults[1:]:
        text = Said('stands at "{name}" already; only one event type can be the default', name=defaults[0])
        problems.add(("event_types", name, "default"), text)
    found: dict[str, EventType] = {}
    for name, each in read.items():
        at = ("event_types", name)
        team = TeamReader(hosts, at, problems).read(each.table, each.broken, each.table.assignment)
        wanted = lists_of_resources(each.table.resources, hosts.resources, (*at, "resources"), problems)
        team = replace(team, resources=wanted)
        check_meeting(each.table, each.broken, organising(team, hosts), at=at, problems=problems)
        platform = each.table.meeting_platform
        check_organisers(platform, team, hosts, vendors=vendors, at=at, problems=problems)
        if any(part.place for ranges in (each.table.open_hours or {}).values() for part in ranges):
            text = Said("names a place; places stand in the hosts' own open_hours")
            problems.add((*at, "open_hours"), text)
        base = replace(_event_type(name, each.table, team, zone, problems), places=places)
        reader = ServiceReader(base, hosts, vendors, problems)
        found[name] = replace(base, services=reader.read(each.table.services))
    return found


def _event_type(
    name: str, table: EventTypeTable, team: Team, zone: ZoneInfo, problems: Problems
) -> EventType:
    return EventType(
        id=name,
        title=table.title,
        timezone=table.timezone or zone,
        team=team,
        duration=table.duration,
        start_increment=table.start_increment or table.duration,
        start_offset=table.start_offset,
        minimum_notice=table.minimum_notice,
        buffer_before=table.buffer_before,
        buffer_after=table.buffer_after,
        horizon_days=table.horizon_days,
        start_on=table.start_on,
        max_bookings_per_day=table.max_bookings_per_day,
        max_bookings_per_week=table.max_bookings_per_week,
        max_bookings_per_contact=table.max_bookings_per_contact,
        max_no_shows=table.max_no_shows,
        open_hours=table.open_hours,
        is_default=table.is_default,
        offer=table.offer(),
        keep_host=table.keep_host,
        keep_offer=table.keep_offer,
        replace_within=table.replace_within,
        change_notice=table.change_notice,
        meeting_platform=table.meeting_platform,
        address=table.address,
        link=table.link,
        description=table.description,
        require_email=table.require_email,
        fallback_email=table.fallback_email,
        notify=table.notify,
        remind=table.remind,
        brevo_list_ids=table.brevo_list_ids,
        sms=read_sms(table.sms, ("event_types", name, "sms"), problems),
        invite=table.invite,
        fields=read_fields(table.fields_, ("event_types", name, "fields"), problems),
    )
