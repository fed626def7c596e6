"""Reads how SMS are sent: the account at Twilio, and what an event type says in them."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator

from bridge.config.problems.found import Problems, TomlPath
from bridge.config.table import Needed, Table, read_table
from bridge.config.values.numbers import YesOrNo
from bridge.config.values.secret_values import Secret
from bridge.config.values.template import template
from bridge.config.values.text import Phone, WebAddress, paragraph, plain
from bridge.model.sms import PLACEHOLDERS, SmsRules
from bridge.said import Said, Unfit

_ = str  # marks a text for the catalogues

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")


def _sid(pattern: re.Pattern[str], example: str) -> PlainValidator:
    def read(value: object) -> str:
        text = plain(value).strip()
        if not pattern.fullmatch(text):
            text = _("is not an id such as {example} and 32 digits, as Twilio's console shows it")
            raise Unfit(text, example=example)
        return text

    return PlainValidator(read)


def _template(value: object) -> str:
    return template(paragraph(value), PLACEHOLDERS)


class TwilioSection(Table):
    """The account, and the number or messaging service that SMS come from."""

    section: ClassVar[str] = "twilio"

    account_sid: Annotated[
        str, _sid(_ACCOUNT, "AC"), Needed('the account\'s id, such as "env:TWILIO_ACCOUNT_SID"')
    ] = ""
    auth_token: Annotated[Secret | None, Needed('the account\'s token, such as "env:TWILIO_AUTH_TOKEN"')] = (
        None
    )
    sender: Phone = Field("", alias="from")
    messaging_service_sid: Annotated[str, _sid(_SERVICE, "MG")] = ""
    api_url: WebAddress = "https://api.twilio.com"


def check_twilio(twilio: TwilioSection, broken: frozenset[str], problems: Problems) -> None:
    """Note an account that has nobody to write from, or two."""
    given = bool(twilio.sender) + bool(twilio.messaging_service_sid)
    if given != 1 and broken.isdisjoint({"from", "messaging_service_sid"}):
        text = Said(
            'needs either the number that SMS come from, such as "+4930123456", or messaging_service_sid'
        )
        problems.add(("twilio", "from"), text)


class SmsTable(Table):
    """What an event type says in SMS, as TOML writes it."""

    section: ClassVar[str] = "event_types.<name>.sms"

    enabled: YesOrNo = True
    template: Annotated[str, PlainValidator(_template)] = ""


def read_sms(raw: object, at: TomlPath, problems: Problems) -> SmsRules:
    """Return what an event type says in SMS."""
    table = read_table(SmsTable, raw, at=at, problems=problems).table
    return SmsRules(table.enabled, table.template)
