"""A corrected caller at Google and Microsoft: the right one is invited, the wrong one uninvited."""

from __future__ import annotations

from collections.abc import Iterable

from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT
from tests.cast.clock import tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle
from tests.vendors.google.state import Sent as GoogleMail
from tests.vendors.microsoft import FakeMicrosoft
from tests.vendors.microsoft.state import Sent as MicrosoftMail

WRONG, RIGHT = "kym@example.org", "kim@example.com"


def corrected(salon: Salon, *, hour: int) -> None:
    """Book with a wrong address, then say the right one, with the same start or another."""
    assert salon.book("kim", tomorrow_at(10), name="Kym", email=WRONG).success
    salon.bridge.background.run_due()
    assert salon.book("kim", tomorrow_at(hour), name="Kim Example", email=RIGHT).success
    salon.bridge.background.run_due()
    (booking,) = salon.confirmed()
    assert (booking.attendee.email, booking.interval.start) == (RIGHT, tomorrow_at(hour))


def told(mails: Iterable[GoogleMail | MicrosoftMail], who: str) -> list[str]:
    return [mail.about for mail in mails if who in mail.to]


def test_google_invites_the_right_one_and_uninvites_the_wrong(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    salon = open_at_vendors(google=google)
    corrected(salon, hour=10)
    (event,) = google.events(ANNA_GOOGLE)
    assert [guest["email"] for guest in event["attendees"]] == [RIGHT]
    assert event["summary"] == "Haircut: Kim Example"
    assert RIGHT in event["description"] and WRONG not in event["description"]
    assert told(google.mails(), RIGHT) == ["created"]
    assert told(google.mails(), WRONG) == ["created", "cancelled"]


def test_google_follows_a_correction_that_moves(open_at_vendors: OpenThere, google: FakeGoogle) -> None:
    salon = open_at_vendors(google=google)
    corrected(salon, hour=11)
    (event,) = google.events(ANNA_GOOGLE)
    assert [guest["email"] for guest in event["attendees"]] == [RIGHT]
    assert told(google.mails(), RIGHT) == ["created"]
    assert told(google.mails(), WRONG) == ["created", "cancelled"], "the new time is not for them"


def test_microsoft_invites_the_right_one_and_uninvites_the_wrong(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(microsoft=microsoft)
    corrected(salon, hour=10)
    (event,) = microsoft.events(BEN_MICROSOFT)
    assert event["attendees"] == [RIGHT]
    assert event["subject"] == "Haircut: Kim Example"
    assert RIGHT in event["content"] and WRONG not in event["content"]
    assert told(microsoft.mails(), RIGHT) == ["created"]
    assert told(microsoft.mails(), WRONG) == ["created", "cancelled"]


def test_microsoft_follows_a_correction_that_moves(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(microsoft=microsoft)
    corrected(salon, hour=11)
    (event,) = microsoft.events(BEN_MICROSOFT)
    assert event["attendees"] == [RIGHT]
    assert told(microsoft.mails(), RIGHT) == ["created"]
    assert told(microsoft.mails(), WRONG) == ["created", "cancelled"], "the new time is not for them"
