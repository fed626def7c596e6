"""Reads calendars' names."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, ValidationInfo

from bridge.config.problems.wording import listed, suggestion
from bridge.config.sections.vendors import vendors_of
from bridge.config.values.text import plain
from bridge.model import CalendarName
from bridge.said import Unfit


def calendar(value: object, info: ValidationInfo) -> CalendarName:
    """Return a calendar's name, of a vendor the bridge knows."""
    text, vendors = plain(value).strip(), vendors_of(info)
    provider, colon, _ = text.partition(":")
    if colon and provider not in vendors:
        word = provider.lower()
        meant = next((name for name, rules in vendors.items() if word in rules.also_called), word)
        raise Unfit(
            "begins with no provider: {known}{suggestion}",
            known=listed(vendors),
            suggestion=suggestion(meant, vendors),
        )
    try:
        name = CalendarName.parse(text)
    except Unfit as error:
        raise Unfit("is no calendar's name: {why}", why=error.sentence) from None
    vendors[provider].check_calendar(name)
    return name


Calendar = Annotated[CalendarName, PlainValidator(calendar)]
