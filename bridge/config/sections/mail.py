"""The section mail: how the bridge writes to people."""

from __future__ import annotations

from email.utils import formataddr, parseaddr
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, SecretStr

from bridge.config.table import Needed, Table
from bridge.config.values.secret_values import Hidden, secret
from bridge.config.values.template import template
from bridge.config.values.text import email, line, paragraph
from bridge.model.mail import MAIL_PLACEHOLDERS, MailTemplate
from bridge.said import Unfit


def _smtp_url(value: object) -> SecretStr:
    found = secret(value)
    try:
        parts = urlsplit(found.get_secret_value())
        is_sound = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.path in ("", "/")
        is_sound = is_sound and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:  # a port that is none
        is_sound = False
    if not is_sound:  # without what was given: it holds a password
        raise Hidden('is not a mail server such as "smtps://user:password@mail.example.com"')
    return found


def _sender(value: object) -> str:
    name, address = parseaddr(line(value))
    return formataddr((name, email(address)))


def _template(value: object) -> MailTemplate:
    subject, _, text = template(paragraph(value), MAIL_PLACEHOLDERS).partition("\n")
    if not text:
        raise Unfit(
            'must have the subject in its first line and a text below it; "file:PATH" reads it from a file'
        )
    return MailTemplate(subject, text)


Template = Annotated[MailTemplate, PlainValidator(_template)] | None


class MailTemplates(Table):
    """What callers are written, and owners (`notice_`), where the usual words shall not do."""

    section: ClassVar[str] = "mail.templates"

    booked: Template = None
    changed: Template = None
    cancelled: Template = None
    reminder: Template = None
    notice_booked: Template = None
    notice_changed: Template = None
    notice_cancelled: Template = None

    def get(self, name: str) -> MailTemplate | None:
        """Return the template of this name, None where there is none."""
        found: MailTemplate | None = getattr(self, name, None)
        return found


class MailSection(Table):
    """The owner's mail server, and who mail is from."""

    section: ClassVar[str] = "mail"

    smtp_url: Annotated[
        SecretStr | None,
        PlainValidator(_smtp_url),
        Needed('the mail server, such as "smtps://user:password@mail.example.com", best as env:NAME'),
    ] = None
    sender: Annotated[
        str,
        PlainValidator(_sender),
        Needed('who mail is from, such as "Calendar bridge <bridge@example.com>"'),
    ] = Field("", alias="from")
    templates: MailTemplates = Field(default_factory=MailTemplates)
