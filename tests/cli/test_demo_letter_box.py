"""The demo's letter box, by the very code that fills it."""

from __future__ import annotations

import http.client
from email.message import EmailMessage

from bridge.cli.demo_letter_box import letter_box
from bridge.follow_ups.mail_server import MailServer


def asked(port: int, verb: str, path: str, body: bytes = b"") -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request(verb, path, body, {"Calendly-Webhook-Signature": "t=1,v1=ab"})
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, text


def test_mail_and_webhooks_stand_on_its_page_with_nothing_of_callers_in_its_markup() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "kim@example.org", "<b>Booked</b>"
    message.set_content("One.\n.\nTwo.\n")
    message.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    with letter_box() as box:
        assert "Nothing has arrived yet." in asked(box.port, "GET", "/")[1]
        MailServer(f"smtp://127.0.0.1:{box.mail_port}").send(message, "kim@example.org")
        assert asked(box.port, "POST", "/webhook", b'{"event": "invitee.created"}')[0] == 204
        assert asked(box.port, "POST", "/webhook", b"[]")[0] == 204
        status, page = asked(box.port, "GET", "/")
        assert asked(box.port, "GET", "/other")[0] == 404
    assert status == 200
    assert "Mail to kim@example.org: &lt;b&gt;Booked&lt;/b&gt;" in page
    assert "One.\n.\nTwo." in page
    assert "[with a calendar entry: REQUEST]" in page
    assert page.index("Webhook invitee.created") < page.index("Mail to")
    assert "t=1,v1=ab" in page
