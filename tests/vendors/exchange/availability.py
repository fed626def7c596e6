"""Free/busy of mailboxes, for everybody who may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.vendors.exchange.shapes import Shown
from tests.vendors.exchange.soap import Call, Element, Failed, child, m, part, refused, t, text_of
from tests.vendors.exchange.state import STATUSES, Mailbox, Single, World, singles
from tests.vendors.exchange.zones import WINDOWS, Clock, definition

_MOST_MAILBOXES = 100
_SHORTEST, _LONGEST = 5, 1440  # minutes of merged free/busy
_NO_DATA = str(STATUSES.index("NoData"))
_HIDES = {"FreeBusy", "FreeBusyMerged", "MergedOnly"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for free/busy: the window in UTC, minutes of each digit, and how much is wanted."""

    who: Mailbox
    clock: Clock
    low: datetime
    high: datetime
    minutes: int
    view: str


@dataclass(slots=True)
class Availability:
    """Free/busy; a window longer than `most_days` is refused, as administrators decide."""

    world: World
    most_days: int = 42

    def answer(self, who: Mailbox, call: Call) -> Element:
        """Return each mailbox's view. Refused: more is wanted than Exchange tells at once."""
        asked = self._asked(who, call.body)
        mailboxes = part(call.body, "MailboxDataArray")
        if len(mailboxes) > _MOST_MAILBOXES:
            raise refused("ErrorMailboxDataArrayTooBig")
        told = [self._response(asked, text_of(each, "Email", "Address") or "") for each in mailboxes]
        return m("GetUserAvailabilityResponse", m("FreeBusyResponseArray", *told))

    def _asked(self, who: Mailbox, body: Element) -> _Asked:
        options, zone = child(body, "FreeBusyViewOptions"), child(body, "TimeZone")
        if zone is None:
            raise refused("ErrorTimeZone", "The time zone is missing.")
        if options is None:
            raise refused("ErrorInvalidRequest", "This fake suggests nothing.")
        clock = Clock.of(zone)
        low, high = (
            clock.instant(text_of(options, "TimeWindow", name) or "") for name in ("StartTime", "EndTime")
        )
        if high <= low:
            raise refused("ErrorInvalidTimeInterval")
        if high - low > timedelta(days=self.most_days):
            text = (
                "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long. "
                f"The allowed limit = {self.most_days} days; the actual limit = {(high - low).days} days."
            )
            raise refused("ErrorTimeIntervalTooBig", text)
        minutes = int(text_of(options, "MergedFreeBusyIntervalInMinutes") or 30)
        if not _SHORTEST <= minutes <= _LONGEST:
            raise refused("ErrorInvalidMergedFreeBusyInterval")
        return _Asked(who, clock, low, high, minutes, text_of(options, "RequestedView") or "")

    def _response(self, asked: _Asked, email: str) -> Element:
        try:
            mailbox = self.world.mailboxes.get(email.lower())
            if mailbox is None:
                text = f"Unable to resolve e-mail address <>SMTP:{email} to an Active Directory object."
                raise Failed("ErrorMailRecipientNotFound", text)
            code = mailbox.schedule_error or ("ErrorMailboxFailover" if mailbox.disabled else None)
            if code:
                raise Failed(code)
            view = _view(asked, mailbox)
        except Failed as failed:
            texts = (
                m("MessageText", failed.text),
                m("ResponseCode", failed.code),
                m("DescriptiveLinkKey", 0),
            )
            return m("FreeBusyResponse", m("ResponseMessage", *texts, ResponseClass="Error"), _nothing())
        success = m("ResponseMessage", m("ResponseCode", "NoError"), ResponseClass="Success")
        return m("FreeBusyResponse", success, view)


def _nothing() -> Element:
    return m("FreeBusyView", t("FreeBusyViewType", "None"))


def _view(asked: _Asked, mailbox: Mailbox) -> Element:
    """Return what one mailbox shows: no more than was wanted, and than its owner lets others see."""
    may_read = asked.who is mailbox or asked.who.email in mailbox.grants
    level = asked.view
    if mailbox.schedule_view and not may_read:
        level = mailbox.schedule_view
    elif not may_read:
        level = {"Detailed": "FreeBusy", "DetailedMerged": "FreeBusyMerged"}.get(level, level)
    if level == "None":
        return _nothing()
    if mailbox.schedule_unknown:
        level = "MergedOnly"
    found = sorted(
        (
            each
            for item in mailbox.folder("calendar").live()
            for each in singles(item)
            if each.start < asked.high and each.end > asked.low
        ),
        key=lambda each: each.start,
    )
    told = m("FreeBusyView", t("FreeBusyViewType", level))
    if "Merged" in level:
        told.append(t("MergedFreeBusy", _merged(asked, mailbox, found)))
    if level != "MergedOnly" and found:
        told.append(t("CalendarEventArray", *[_event(asked, mailbox, each, level) for each in found]))
    if not mailbox.schedule_unknown:
        told.append(_working_hours(mailbox))
    return told


def _merged(asked: _Asked, mailbox: Mailbox, found: list[Single]) -> str:
    digits = ""
    step = timedelta(minutes=asked.minutes)
    begin = asked.low
    while begin < asked.high:
        inside = [each for each in found if each.start < begin + step and each.end > begin]
        digits += str(max((STATUSES.index(each.item.show_as) for each in inside), default=0))
        begin += step
    return _NO_DATA * len(digits) if mailbox.schedule_unknown else digits


def _event(asked: _Asked, mailbox: Mailbox, single: Single, level: str) -> Element:
    item = single.item
    found = t(
        "CalendarEvent",
        t("StartTime", asked.clock.shown(single.start)),
        t("EndTime", asked.clock.shown(single.end)),
        t("BusyType", item.show_as),
    )
    if level in _HIDES:
        return found
    is_private = item.others.get("Sensitivity") == "Private"
    shown = Shown(mailbox, mailbox.folder("calendar"), single)
    found.append(
        t(
            "CalendarEventDetails",
            t("ID", shown.single.id.encode().hex().upper()),
            None if is_private else t("Subject", item.subject),
            None if is_private or not item.location else t("Location", item.location),
            t("IsMeeting", item.is_meeting),
            t("IsRecurring", item.series is not None),
            t("IsException", single.kind == "Exception"),
            t("IsReminderSet", item.others.get("ReminderIsSet", "true")),
            t("IsPrivate", is_private),
        )
    )
    return found


def _working_hours(mailbox: Mailbox) -> Element:
    """Return Exchange's own default: the week from eight to five, on the mailbox's clock."""
    whole = definition(WINDOWS.get(mailbox.zone, "UTC"), whole=True)
    offset = next((each for each in part(whole, "Periods") if each.get("Id") == "Standard"), None)
    text = "" if offset is None else offset.get("Bias")
    bias = (-1 if text.startswith("-") else 1) * int(text.strip("-PTM") or 0)
    halves = [
        _half("StandardTime", 0, 10),
        _half("DaylightTime", -60 if len(part(whole, "Periods")) > 1 else 0, 3),
    ]
    week = "Monday Tuesday Wednesday Thursday Friday"
    period = t(
        "WorkingPeriod", t("DayOfWeek", week), t("StartTimeInMinutes", 480), t("EndTimeInMinutes", 1020)
    )
    zone = t("TimeZone", t("Bias", bias), *halves)
    return t("WorkingHours", zone, t("WorkingPeriodArray", period))


def _half(name: str, bias: int, month: int) -> Element:
    return t(
        name,
        t("Bias", bias),
        t("Time", "02:00:00" if month < 6 else "03:00:00"),
        t("DayOrder", 5),
        t("Month", month),
        t("DayOfWeek", "Sunday"),
    )
