"""getSchedule: busy time of colleagues and rooms, of their default calendars only."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.shapes import moment, read_moment, zone_of
from tests.vendors.microsoft.state import Account, World, singles

_DIGITS = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4"}


def get_schedule(world: World, asking: Account, body: Json, headers: dict[str, str]) -> Json:
    """Return what each address shows of its time, errors inside."""
    if asking.is_personal:
        raise Refused(403, "ErrorAccessDenied", "Personal accounts have no schedules.")
    low, high = read_moment(body["startTime"]), read_moment(body["endTime"])
    if high - low > timedelta(days=62):
        raise Refused(400, "ErrorTimeIntervalTooBig", "The allowed limit is 62 days.")
    interval = timedelta(minutes=body.get("availabilityViewInterval", 30))
    if high - low < interval:
        raise Refused(400, "ErrorInvalidMergedFreeBusyInterval")
    zone = zone_of(headers)
    found = [_one(world, address, (low, high), zone, interval) for address in body["schedules"]]
    return {"@odata.context": "https://graph/$metadata", "value": [each for each in found if each]}


def _one(
    world: World, address: str, window: tuple[datetime, datetime], zone: str, interval: timedelta
) -> Json | None:
    account = world.accounts.get(address.lower())
    error = "ErrorMailRecipientNotFound" if account is None else account.schedule_error
    if error is not None:
        return {
            "scheduleId": address,
            "availabilityView": "",
            "error": {"message": "Unable to resolve.", "responseCode": error},
        }
    assert account is not None
    if account.schedule_left_out:
        return None
    low, high = window
    items = [
        {
            "status": item.show_as,
            "isPrivate": False,
            "subject": item.subject,
            "start": moment(single.start, zone),
            "end": moment(single.end, zone),
        }
        for item in account.default.live()
        for single in singles(item)
        if not item.cancelled and single.start < high and single.end > low and not account.hides_items
    ]
    return {
        "scheduleId": address.upper(),  # addresses are the same in capitals
        "availabilityView": _view(account, low, high, interval),
        "scheduleItems": items,
        "workingHours": {"daysOfWeek": ["monday"], "startTime": "08:00:00", "endTime": "17:00:00"},
    }


def _view(account: Account, low: datetime, high: datetime, interval: timedelta) -> str:
    digits = []
    at = low
    while at < high:
        taken = [
            _DIGITS.get(item.show_as, "2")
            for item in account.default.live()
            for single in singles(item)
            if not item.cancelled and single.start < at + interval and single.end > at
        ]
        digits.append(max(taken, default="0"))
        at += interval
    return "".join(digits)
