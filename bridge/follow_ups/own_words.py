"""Puts the owner's words in the place of the usual ones in mail; never at the price of the mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.alerts import Alerts
from bridge.config.sections.mail import MailTemplates
from bridge.follow_ups.letters import Letter
from bridge.follow_ups.places import places
from bridge.model import Booking, EventType, Host
from bridge.speech.language import Language

_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class OwnWords:
    """The templates of one business; `own_link` is the address of a booking's page for its caller."""

    templates: MailTemplates
    language: Language
    own_link: Callable[[str], str]
    hosts: Mapping[str, Host]
    alerts: Alerts

    def worded(self, letter: Letter, name: str, event_type: EventType, booking: Booking) -> Letter:
        """Return a letter by the template of this name; as it is where there is none, or it says nothing.

        A caller's way to their own page stays in it, whether the template has a place for it or not.
        """
        template = self.templates.get(name)
        if template is None:
            return letter
        own_page = self.own_link(booking.id)
        filled = {
            **places(self.language, self.hosts, event_type, booking, own_page if letter.action else ""),
            "facts": letter.facts,
        }
        subject = " ".join(template.subject.format(**filled).split())  # one line, whatever callers said
        text = template.text.format(**filled).strip()
        if not (subject and text):
            self._tell(name)
            return letter
        lines = [("", part) for part in _BETWEEN_PARAGRAPHS.split(text)]
        return replace(
            letter, subject=subject, lines=lines, action=None if own_page in text else letter.action
        )

    def _tell(self, name: str) -> None:
        self.alerts.alert(
            f"mail_template:{name}",
            "A mail had no subject or no text by your template {template}, so the usual words were sent. "
            "Please give the template words of its own.",
            template=name,
        )
