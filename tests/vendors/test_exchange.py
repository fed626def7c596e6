"""The fake Exchange, driven by exchangelib: what it keeps, refuses and tells, each as its schemas have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from exchangelib import (
    BASIC,
    DELEGATE,
    IMPERSONATION,
    NTLM,
    Account,
    CalendarItem,
    Configuration,
    Credentials,
    EWSDateTime,
    EWSTimeZone,
    ExtendedProperty,
    FailFast,
)
from exchangelib import errors as ews
from exchangelib.protocol import CachingProtocol

from tests.vendors.exchange import HANDSHAKE, PASSWORD, WRITES, FakeExchange, Fault, described
from tests.vendors.exchange.soap import m, t

BERLIN = EWSTimeZone("Europe/Berlin")
ANNA, BEN, CARA = (f"{name}@contoso.example.com" for name in ("anna", "ben", "cara"))
SERVICE, ROOM = "svc@contoso.example.com", "room1@contoso.example.com"
ALL, NOBODY = "SendToAllAndSaveCopy", "SendToNone"
Connect = Callable[..., Account]


class EventKey(ExtendedProperty):  # type: ignore[misc]
    property_set_id = "6f6c9d4e-3d6b-4b7e-9a53-2f0f5d1f8c11"
    property_name = "EventKey"
    property_type = "String"


CalendarItem.register("event_key", EventKey)


def at(day: int, hour: int, minute: int = 0) -> EWSDateTime:
    return EWSDateTime(2026, 12, day, hour, minute, tzinfo=BERLIN)


@pytest.fixture
def exchange() -> Iterator[FakeExchange]:
    with FakeExchange() as fake:
        for email in (ANNA, BEN, CARA):
            fake.add_mailbox(email)
        fake.add_mailbox(SERVICE, impersonates=True)
        fake.add_mailbox(ROOM, name="Room One", is_room=True)
        yield fake


@pytest.fixture
def connect(exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", exchange.ca_bundle)

    def connected(email: str, who: str = "", password: str = PASSWORD, **members: Any) -> Account:
        auth_type = members.pop("auth_type", BASIC)
        settings = Configuration(
            service_endpoint=exchange.endpoint,
            credentials=Credentials(exchange.user(who or email), password),
            auth_type=auth_type,
            retry_policy=FailFast(),
        )
        return Account(email, config=settings, default_timezone=BERLIN, **{"access_type": DELEGATE} | members)

    yield connected
    CachingProtocol.clear_cache()


def entry(account: Account, start: EWSDateTime, end: EWSDateTime, **members: Any) -> CalendarItem:
    return CalendarItem(account=account, folder=account.calendar, start=start, end=end, **members)


def test_an_entry_is_made_found_and_deleted_with_its_guests_told(
    exchange: FakeExchange, connect: Connect
) -> None:
    ben = connect(BEN)
    made = entry(
        ben,
        at(1, 9),
        at(1, 10),
        subject="Kim Köhler",
        body="Two\nlines",
        event_key="k1",
        uid="k1@bridge.example.com",
        required_attendees=["guest@example.com", ANNA],
        resources=[ROOM],
    )
    made.save(send_meeting_invitations=ALL)
    assert set(exchange.mails()[-1].to) == {"guest@example.com", ANNA, ROOM}
    assert [each["show_as"] for each in exchange.events(ANNA)] == ["Tentative"]
    assert [each["show_as"] for each in exchange.events(ROOM)] == ["Busy"]

    (found,) = ben.calendar.filter(event_key="k1")
    assert (found.uid, found.subject, found.start) == (made.uid, "Kim Köhler", at(1, 9))
    assert found.body == "Two\r\nlines"
    assert found.resources[0].response_type == "Accept"
    assert list(ben.calendar.filter(event_key="k2")) == []

    late = entry(ben, at(1, 9, 30), at(1, 10, 30), resources=[ROOM], reminder_is_set=False)
    late.save(send_meeting_invitations=ALL)
    late.refresh()
    assert (late.resources[0].response_type, late.reminder_is_set) == ("Decline", False)
    late.delete(send_meeting_cancellations=NOBODY)

    item_id = found.id
    found.delete(send_meeting_cancellations=ALL)
    assert (exchange.events(BEN), exchange.events(ROOM)) == ([], [])
    assert [each["cancelled"] for each in exchange.events(ANNA)] == [True]
    assert [each.about for each in exchange.mails()] == ["created", "created", "cancelled"]
    with pytest.raises(ews.ErrorItemNotFound):
        ben.calendar.get(id=item_id)


def test_nobodys_change_is_overwritten(exchange: FakeExchange, connect: Connect) -> None:
    event = exchange.add_event(BEN, at(1, 9), at(1, 10), guests=["guest@example.com"], invited=True)
    found = connect(BEN).calendar.get(id=event)
    exchange.change_event(BEN, event, location="Upstairs")
    found.start, found.end = at(2, 9), at(2, 10)
    found.save(update_fields=["start", "end"], send_meeting_invitations=ALL)  # other members are merged
    (kept,) = exchange.events(BEN)
    assert (kept["start"], kept["location"]) == (datetime(2026, 12, 2, 8, tzinfo=UTC), "Upstairs")
    assert exchange.mails()[-1].about == "updated"
    exchange.move_event(BEN, event, at(3, 9), at(3, 10))
    found.start, found.end = at(4, 9), at(4, 10)
    for resolution in ("AutoResolve", "NeverOverwrite"):
        with pytest.raises(ews.ErrorIrresolvableConflict):
            found.save(update_fields=["start", "end"], conflict_resolution=resolution)
    assert exchange.events(BEN)[0]["start"] == datetime(2026, 12, 3, 8, tzinfo=UTC)


def test_a_view_shows_what_takes_place(exchange: FakeExchange, connect: Connect) -> None:
    exchange.add_days(BEN, date(2026, 12, 7), date(2026, 12, 8), subject="Away", show_as="OOF")
    exchange.add_series(
        BEN,
        (datetime(2026, 12, 1, 9, tzinfo=BERLIN), datetime(2026, 12, 1, 10, tzinfo=BERLIN)),
        every_days=7,
        count=3,
        subject="Round",
        skipped=[1],
        moved={2: ("2026-12-16T08:00:00Z", "2026-12-16T09:00:00Z")},
    )
    second = exchange.add_calendar(BEN, "Practice")
    exchange.add_event(BEN, "2026-12-03T09:00:00Z", "2026-12-03T10:00:00Z", calendar=second, subject="Other")
    ben = connect(BEN)
    found = ben.calendar.view(at(1, 0), at(31, 0)).only("subject", "start", "end", "type", "is_all_day")
    assert [(each.subject, each.type, each.start) for each in found] == [
        ("Round", "Occurrence", at(1, 9)),
        ("Away", "Single", date(2026, 12, 7)),
        ("Round", "Exception", at(16, 9)),
    ]
    assert [each.name for each in ben.calendar.children] == ["Practice"]
    assert [each.subject for each in (ben.calendar / "Practice").view(at(1, 0), at(31, 0))] == ["Other"]
    assert [each.type for each in ben.calendar.all()] == ["Single", "RecurringMaster"]
    exchange.set_limits(most=2)
    with pytest.raises(ews.ErrorExceededFindCountLimit):
        list(ben.calendar.view(at(1, 0), at(31, 0)))
    exchange.break_calendar(BEN)
    (told,) = ben.calendar.view(at(1, 0), at(31, 0)).only("start")  # handed out instead of raised
    assert isinstance(told, ews.ErrorItemCorrupt)


def test_free_busy_of_others_says_what_is_known(exchange: FakeExchange, connect: Connect) -> None:
    exchange.add_event(ANNA, "2026-12-01T08:00:00Z", "2026-12-01T08:30:00Z", subject="Secret")
    exchange.add_event(ANNA, "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", show_as="Tentative")
    exchange.add_event(BEN, "2026-12-01T07:00:00Z", "2026-12-01T07:30:00Z", subject="Own")
    exchange.change_mailbox(CARA, schedule_unknown=True)
    exchange.change_mailbox(ROOM, schedule_error="ErrorNoFreeBusyAccess")
    protocol = connect(BEN).protocol

    def ask(*emails: str, days: int = 1) -> list[Any]:
        accounts = [(email, "Required", False) for email in emails]
        end = at(1, 8) + timedelta(days=days)
        return list(protocol.get_free_busy_info(accounts, at(1, 8), end, merged_free_busy_interval=30))

    anna, cara, ben, nobody = ask(ANNA, CARA, BEN, "nobody@contoso.example.com")
    assert [(each.start, each.end, each.busy_type) for each in anna.calendar_events] == [
        (at(1, 9), at(1, 9, 30), "Busy"),
        (at(1, 10), at(1, 11), "Tentative"),
    ]
    assert anna.merged.startswith("0020110")
    assert (anna.calendar_events[0].details, ben.calendar_events[0].details.subject) == (None, "Own")
    assert (cara.view_type, set(cara.merged), cara.calendar_events) == ("MergedOnly", {"4"}, None)
    assert isinstance(nobody, ews.ErrorMailRecipientNotFound)
    with pytest.raises(ews.ErrorNoFreeBusyAccess):
        ask(ROOM)
    assert ask(ANNA, days=42)
    with pytest.raises(ews.ErrorTimeIntervalTooBig):
        ask(ANNA, days=43)
    assert [each.name for each in protocol.resolve_names(["room"])] == ["Room One"]


def test_changes_are_followed_until_the_state_is_lost(exchange: FakeExchange, connect: Connect) -> None:
    one, two, three = (
        exchange.add_event(BEN, f"2026-12-0{day}T09:00:00Z", f"2026-12-0{day}T10:00:00Z") for day in (1, 2, 3)
    )
    calendar = connect(BEN).calendar

    def changes() -> list[tuple[str, str]]:
        return [
            (kind, item.id)
            for kind, item in calendar.sync_items(only_fields=["start"], max_changes_returned=2)
        ]

    assert changes() == [("create", one), ("create", two), ("create", three)]
    exchange.move_event(BEN, one, "2026-12-04T09:00:00Z", "2026-12-04T10:00:00Z")
    exchange.delete_event(BEN, two)
    exchange.delete_event(BEN, exchange.add_event(BEN, "2026-12-05T09:00:00Z", "2026-12-05T10:00:00Z"))
    assert changes() == [("update", one), ("delete", two)]
    assert changes() == []
    exchange.expire_sync(BEN)
    with pytest.raises(ews.ErrorInvalidSyncStateData):
        changes()


def test_who_may_act_for_whom(exchange: FakeExchange, connect: Connect) -> None:
    exchange.add_event(BEN, "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")
    as_ben = connect(BEN, who=SERVICE, access_type=IMPERSONATION, auth_type=NTLM)
    assert as_ben.calendar.all().count() == 1
    assert exchange.operations().count(HANDSHAKE) == 2  # once for the connection
    with pytest.raises(ews.ErrorImpersonateUserDenied):
        _ = connect(BEN, who=ANNA, access_type=IMPERSONATION).calendar
    with pytest.raises(ews.ErrorAccessDenied):
        _ = connect(BEN, who=ANNA).calendar
    exchange.grant(BEN, ANNA, "read")
    shared = connect(BEN, who=ANNA)
    assert shared.calendar.all().count() == 1
    with pytest.raises(ews.ErrorAccessDenied):
        entry(shared, at(1, 9), at(1, 10)).save()
    with pytest.raises(ews.UnauthorizedError):
        _ = connect(BEN, password="wrong", auth_type=NTLM).calendar
    exchange.set_password(SERVICE, "another")
    with pytest.raises(ews.UnauthorizedError):
        as_ben.calendar.all().count()


@pytest.mark.parametrize(
    ("fault", "refused", "made"),
    [
        (Fault.BUSY, ews.ErrorServerBusy, 0),
        (Fault.ACCESS, ews.ErrorAccessDenied, 0),
        (Fault.RATE_429, ews.TransportError, 0),
        (Fault.UNAVAILABLE, ews.ErrorServerBusy, 0),
        (Fault.UNAUTHORIZED, ews.UnauthorizedError, 0),
        (Fault.GARBAGE, ews.MalformedResponseError, 0),
        (Fault.DROP_AFTER, ews.ErrorTimeoutExpired, 1),
        (Fault.TRUNCATE, Exception, 1),
    ],
)
def test_faults_come_as_exchange_words_them(
    exchange: FakeExchange, connect: Connect, fault: Fault, refused: type[Exception], made: int
) -> None:
    ben = connect(BEN)
    wanted = entry(ben, at(1, 9), at(1, 10))
    exchange.fail_next(fault, operation=WRITES, retry_after="2500" if fault is Fault.BUSY else None)
    with pytest.raises(refused) as told:
        wanted.save(send_meeting_invitations=NOBODY)
    assert fault is not Fault.BUSY or vars(told.value)["back_off"] == 2.5
    assert len(exchange.events(BEN)) == made


@pytest.mark.parametrize("product", ["2013", "2016"])
def test_older_servers_tell_their_version(product: str, connect: Connect, exchange: FakeExchange) -> None:
    exchange.product = product
    assert connect(BEN).calendar.all().count() == 0
    assert product in connect(BEN).version.fullname


@pytest.mark.skipif(not described.is_there(), reason="Exchange's schemas are not beside the project")
def test_what_the_schemas_do_not_know_is_found() -> None:
    assert described.complaints(t("RequestServerVersion", Version="Exchange2016")) == []
    assert described.complaints(t("RequestServerVersion", Version="Exchange2099")) != []
    folders = m("FolderIds", t("DistinguishedFolderId", Id="calendar"))
    shape = m("FolderShape", t("BaseShape", "IdOnly"))
    assert described.complaints(m("GetFolder", shape, folders)) == []
    assert described.complaints(m("GetFolder", folders, shape)) != []
