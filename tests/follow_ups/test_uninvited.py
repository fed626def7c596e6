"""Where a calendar may invite nobody the bridge writes to its guests itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast.at_vendors import vendors_toml
from tests.cast.clock import PresentClock
from tests.cast.config import read_toml
from tests.cast.mail import LetterBox, mail_server, mail_toml
from tests.cast.salon import Salon
from tests.vendors.common import Fault
from tests.vendors.google import FakeGoogle


@pytest.fixture
def box() -> Iterator[LetterBox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def salon(google: FakeGoogle, box: LetterBox, sqlite_url: str, tmp_path: Path) -> Iterator[Salon]:
    text = vendors_toml(sqlite_url, tmp_path, google=google) + mail_toml(box)
    opened = Salon(read_toml(text, tmp_path), clock=PresentClock())
    yield opened
    opened.bridge.stop()


def book_and_cancel(salon: Salon) -> None:
    start = salon.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=6)
    assert salon.book("kim", start, name="Kim Example", email="kim@example.org").success
    salon.bridge.background.run_due()
    salon.reception.cancel(salon.confirmed()[0])
    salon.bridge.background.run_due()


def test_who_was_not_invited_gets_the_entry_by_mail_to_its_end(
    salon: Salon, google: FakeGoogle, box: LetterBox
) -> None:
    google.fail_next(Fault.QUOTA, operation="events.insert")
    book_and_cancel(salon)
    assert [each["To"] for each in box.messages] == ["kim@example.org"] * 2
    subjects = [str(each["Subject"]) for each in box.messages]
    assert "is booked" in subjects[0]
    assert "was cancelled" in subjects[1]


def test_whom_the_calendar_invites_gets_no_mail(salon: Salon, box: LetterBox) -> None:
    book_and_cancel(salon)
    assert box.messages == []
