"""What the owner has sent once more from the page of an appointment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import at
from tests.cast.mail import LetterBox, mail_server, mail_toml
from tests.connections.stage import ADMIN, Browser, signed_in

KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org"}
BOTH = 'fixed_hosts = ["anna", "ben"]\ndefault = true'


@pytest.fixture
def box() -> Iterator[LetterBox]:
    with mail_server() as served:
        yield served


def again_of(owner: Browser) -> list[str]:
    """Return the follow-ups that the page in view has a button for."""
    return [part.partition('"')[0] for part in owner.page.split('name="follow_up" value="')[1:]]


def subjects(box: LetterBox) -> list[str]:
    return [str(each["Subject"]) for each in box.messages if each["To"] == "kim@example.org"]


def test_a_caller_who_lost_the_mail_gets_it_once_more_as_a_message_of_its_own(
    open_line: OpenLine, box: LetterBox
) -> None:
    line = open_line(ANNA, BEN, rest=mail_toml(box) + ADMIN, cut=BOTH)
    line.clock.turn(hours=2)  # callers are left alone in the early morning
    line.book(at(10), **KIM)
    line.go_on()
    owner, mine = signed_in(line), f"/admin/appointments/{line.confirmed()[0].id}"
    owner.get(mine)
    (sent,) = again_of(owner)
    owner.post(f"{mine}/send-again", {"follow_up": sent})
    line.go_on()
    owner.get(mine)
    assert "It is being sent again." in owner.main()
    assert "sent again by hand sent" in owner.main()
    first, second = (each for each in box.messages if each["To"] == "kim@example.org")
    assert first["Subject"] == second["Subject"], "it is booked, not changed"
    assert first["Message-ID"] != second["Message-ID"], "mail programs drop what they know"
    owner.post(f"{mine}/cancel")
    line.go_on()
    owner.get(mine)
    assert again_of(owner) == [], "nobody is told again of what is over"
    owner.post(f"{mine}/send-again", {"follow_up": sent})
    line.go_on()
    assert len(subjects(box)) == 3


def test_what_was_given_up_is_tried_again(open_line: OpenLine, box: LetterBox) -> None:
    line = open_line(ANNA, BEN, rest=mail_toml(box) + ADMIN, cut=BOTH)
    line.clock.turn(hours=2)  # callers are left alone in the early morning
    box.answer = "550 no"
    line.book(at(10), **KIM)
    line.go_on()
    owner, mine = signed_in(line), f"/admin/appointments/{line.confirmed()[0].id}"
    owner.get(mine)
    assert "given up" in owner.main()
    box.answer = "250 OK"
    for each in again_of(owner):
        owner.get(mine)
        owner.post(f"{mine}/send-again", {"follow_up": each})
    line.go_on()
    assert len(subjects(box)) == 1
    assert line.bridge.alerts.open() == []
