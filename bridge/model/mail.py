"""What a mail about an appointment says in the owner's words."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.model.sms import PLACEHOLDERS

# `facts` are the lines that the usual mail has below its first sentence.
MAIL_PLACEHOLDERS = (*PLACEHOLDERS, "facts")


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """A subject and a text, with MAIL_PLACEHOLDERS in both."""

    subject: str
    text: str
