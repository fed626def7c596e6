"""Tells what a configuration allows but a careful owner would not do, for `bridge check`.

Never refuses anything: what must not be is a problem and found while reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from urllib.parse import urlsplit

from bridge.config.configuration import Config
from bridge.config.event_type_advice import Remark, event_type_remarks
from bridge.config.problems.found import written
from bridge.config.problems.wording import listed
from bridge.config.sections.brevo import FIELD
from bridge.model import Host
from bridge.said import Said
from bridge.scheduling.hours import places_of
from providers.busy_policy import DEFAULT_BUSY_STATUSES

_ = str  # marks a text for the catalogues

_SHORT_KEY = 16
_SPOKEN = ("de", "en")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def remarks(config: Config) -> tuple[Remark, ...]:
    """Return what is unwise, each with its TOML path, in the order of the file."""
    return tuple(_all(config))


def _all(config: Config) -> Iterator[Remark]:
    yield from _bridge(config)
    yield from _keys(config)
    yield from _brevo(config)
    for host in config.hosts.values():
        for key, text in _host(host, config):
            yield written(("hosts", host.id, key)), text
    for event_type in config.event_types.values():
        for key, text in event_type_remarks(event_type, config.hosts):
            yield written(("event_types", event_type.id, key)), text


def _bridge(config: Config) -> Iterator[Remark]:
    bridge = config.bridge
    address = urlsplit(bridge.public_url)
    if address.hostname in _LOOPBACK:
        text = Said("only this machine can reach this address; telli needs a public https one")
        yield "bridge.public_url", text
    elif address.scheme != "https":
        text = Said("is not https: callers' names and numbers would travel unprotected")
        yield "bridge.public_url", text
    if bridge.locale.partition("_")[0] not in _SPOKEN:
        text = Said("reasons are spoken in English: only English and German sentences exist")
        yield "bridge.locale", text
    if bridge.deadline > timedelta(seconds=5):
        text = Said("a caller waits in silence this long; 2 to 3 seconds are good")
        yield "bridge.deadline_seconds", text
    if not timedelta(seconds=3) <= bridge.book_deadline <= timedelta(seconds=10):
        text = Said("telli gives up after 1 to 10 seconds; 4 to 6 are good")
        yield "bridge.book_deadline_seconds", text
    if config.admin.password_hash is None:
        text = Said("nobody can sign in without it; `bridge admin-password` prints one")
        yield "admin.password_hash", text


def _keys(config: Config) -> Iterator[Remark]:
    for key, secrets in (("api_keys", config.telli.api_keys), ("tool_tokens", config.telli.tool_tokens)):
        if any(len(each.get_secret_value()) < _SHORT_KEY for each in secrets):
            text = _("has less than {count} characters and can be guessed: `openssl rand -hex 24`")
            yield f"telli.{key}", Said(text, count=_SHORT_KEY)
    if config.bridge.public_url.startswith("https:") and not config.bridge.trusted_proxies:
        text = _("is 0: with a web server in front everybody counts as that server; then set it to 1")
        yield "bridge.trusted_proxies", Said(text)


def _brevo(config: Config) -> Iterator[Remark]:
    event_types = config.event_types.values()
    if config.brevo is None:
        for each in event_types:
            if each.brevo_list_ids:
                where = written(("event_types", each.id, "brevo_list_ids"))
                yield where, Said("is of no use without a section [brevo]")
        return
    for fact in config.brevo.attributes:
        name = fact.removeprefix(FIELD)
        if name != fact and not any(each.field_called(name) for each in event_types):
            text = Said("is the label or name of no field of an event type, so it is never sent")
            yield written(("brevo", "attributes", fact)), text


def _host(host: Host, config: Config) -> Iterator[Remark]:
    if not any(host.schedule.week.values()) and not any(host.schedule.overrides.values()):
        yield "open_hours", Said("names no hours, so this host is never offered")
    for pair in combinations(filter(None, places_of(host.schedule)), 2):
        if not any(frozenset(pair) in each.places.travel for each in config.event_types.values()):
            text = _("is at {places}, but [travel] does not say how long the way is")
            yield "open_hours", Said(text, places=listed(pair, all_of=True))
    if host.booking_calendar not in host.busy_calendars:
        text = Said("is not among busy_calendars, so what people write into it themselves blocks nothing")
        yield "booking_calendar", text
    uncounted = sorted(DEFAULT_BUSY_STATUSES - host.busy_policy.statuses - {"tentative"})
    if uncounted:
        text = _("without {statuses}, callers may be booked over such entries")
        yield "busy_statuses", Said(text, statuses=listed(uncounted, all_of=True))
    if not any(host.id in event_type.team.hosts for event_type in config.event_types.values()):
        yield "name", Said("attends no event type, so nobody is ever offered this host")
