"""Mail in the owner's own words, read with the configuration, and never at the price of the mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import at
from tests.cast.mail import mail_server, mail_toml
from tests.config.samples import config_of, problems_of

KIM: dict[str, Any] = {"name": "Kim <b> Example", "email": "kim@example.org"}
MAIL = '[mail]\nsmtp_url = "smtp://127.0.0.1:25"\nfrom = "a@example.com"\n[mail.templates]\n'
WORDS = """
[mail.templates]
booked = "Till {date}, {name}\\n\\nDear {name},\\n{title}: {host}, {time}, {duration} minutes.\\n\\n{facts}"
changed = "New: {time}\\nLook: {change}"
cancelled = "{link}\\nNo more {title}.{change}"
reminder = "Soon: {title}\\nSee you."
notice_booked = "New: {name}\\nAt {time}.\\n{facts}"
"""


def test_callers_and_owners_read_the_owners_words(open_line: OpenLine) -> None:
    with mail_server() as box:
        rest = mail_toml(box) + WORDS
        line = open_line(ANNA, rest=rest, event_type='notify = ["office@example.com"]\nremind_hours = [2]')
        line.book(at(10), **KIM)
        line.go_on()
        [booking] = line.confirmed()
        own_page = line.bridge.own_links.address(booking.id)
        line.bridge.reception.move(booking, at(14))
        line.go_on()
        line.clock.turn(days=1, hours=5)
        line.go_on()
        line.bridge.reception.cancel(line.confirmed()[0])
        line.go_on()
        callers = [each for each in box.messages if each["To"] == "kim@example.org"]
        notices = [each for each in box.messages if each["To"] == "office@example.com"]
        assert [each["Subject"].strip() for each in callers] == [
            "Till Tuesday, November 24, Kim <b> Example",
            "New: 2:00 PM",
            "Soon: Haircut",
            "Your appointment Haircut on Tuesday, November 24 at 2:00 PM was cancelled",
        ]
        booked, changed, reminder, _ = (_part(each, "plain") for each in callers)
        assert booked.startswith("Dear Kim <b> Example,\nHaircut: Anna Example, 10:00 AM, 30 minutes.\n")
        assert f"Change or cancel: {own_page}" in booked
        assert changed.split() == ["Look:", own_page]
        assert reminder.startswith("See you.")
        assert own_page in reminder
        assert "Dear Kim &lt;b&gt; Example,<br>" in _part(callers[0], "html")
        assert notices[0]["Subject"] == "New: Kim <b> Example"
        assert own_page not in _part(notices[0], "plain")
        assert "E-mail: kim@example.org" in _part(notices[0], "plain")
        [alert] = line.bridge.alerts.open()
        assert "cancelled" in alert.text


def _part(letter: Any, kind: str) -> str:
    text: str = letter.get_body((kind,)).get_content().replace("\r\n", "\n")
    return text


def test_a_template_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "booked.txt").write_bytes(b"\xef\xbb\xbfHello {name}\r\n\r\nText\r\n")
    mail = config_of(MAIL + 'booked = "file:booked.txt"\n', base=tmp_path).mail
    assert mail
    assert mail.templates.booked
    assert (mail.templates.booked.subject, mail.templates.booked.text.strip()) == ("Hello {name}", "Text")


@pytest.mark.parametrize(
    ("written", "key", "text"),
    [
        ('booked = "file:nowhere.txt"', "booked", "nowhere.txt does not exist or is no ordinary file"),
        ('reminder = "Hi\\n{phone}"', "reminder", "has {phone}; there are "),
        ('changed = "{nmae}\\nText"', "changed", 'did you mean "{name}"'),
        ('changed = "{name\\nText"', "changed", "has a curly bracket too many or too few"),
        (
            'booked = "only a subject"',
            "booked",
            "must have the subject in its first line and a text below it",
        ),
        ('booked = ""', "booked", "must have the subject"),
        ("booked = 1", "booked", "must be text in quotes"),
        ('boked = "a\\nb"', "boked", "is not known here"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_with_its_place(written: str, key: str, text: str) -> None:
    [(path, problem)] = problems_of(MAIL + written + "\n")
    assert path == f"mail.templates.{key}"
    assert text in problem
