"""Speaks to people in the configured locale: the catalogue of texts, dates, lists.

A locale whose language has no catalogue gets English throughout: one language in one sentence.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from itertools import groupby
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

DOMAIN = "bridge"
CATALOGUES = Path(__file__).parent / "locales"
FALLBACK = "en_US"

# The year at the end of a date pattern, with what leads up to it: ", y", " y", " 'de' y".
_YEAR = re.compile(r"(?:[,\s]|'[^']*')*y+\W*$")


class Language:
    """Texts, dates and lists in one language, for one region."""

    def __init__(self, locale: str) -> None:
        wanted = Locale.parse(locale)
        spoken = wanted if (CATALOGUES / wanted.language).is_dir() else Locale.parse(FALLBACK)
        self.locale = spoken
        self.code = str(spoken)
        self._texts = gettext.translation(DOMAIN, CATALOGUES, [spoken.language])
        self._date = _YEAR.sub("", spoken.date_formats["full"].pattern)
        # Read out, "08:00" is "zero eight".
        self._clock = re.sub(r"^(H|h)\1", r"\1", spoken.time_formats["short"].pattern)

    def translate(self, message: str) -> str:
        """Return a text in this language."""
        return self._texts.gettext(message)

    def counted(self, one: str, many: str, count: int) -> str:
        """Return the form of a text that goes with a number."""
        return self._texts.ngettext(one, many, count)

    def day(self, instant: datetime, zone: tzinfo) -> str:
        """Return the local weekday and date: "Tuesday, November 24"."""
        return _plain_spaces(format_datetime(instant, self._date, tzinfo=zone, locale=self.locale))

    def on_day(self, day: date) -> str:
        """Return "on Tuesday, November 24"."""
        return self._weekday_and_date(self.translate("on {weekday}, {date}"), day)

    def _weekday_and_date(self, form: str, day: date) -> str:
        date_alone = re.sub(r"^EEEE\W*", "", self._date)
        return form.format(
            weekday=format_date(day, "EEEE", locale=self.locale),
            date=_plain_spaces(format_date(day, date_alone, locale=self.locale)),
        )

    def clock(self, instant: datetime, zone: tzinfo) -> str:
        """Return the local time of day: "10:00 AM"."""
        return _plain_spaces(format_time(instant, self._clock, tzinfo=zone, locale=self.locale))

    def moment(self, instant: datetime, zone: tzinfo) -> str:
        """Return date and time as people write them: "Tuesday, November 24 at 10:00 AM"."""
        return self.translate("{date} at {time}").format(
            date=self.day(instant, zone), time=self.clock(instant, zone)
        )

    def said(self, instant: datetime, zone: tzinfo) -> str:
        """Return date and time as people say them: "Tuesday, November 24 at 10:00 AM"."""
        return self.moments([instant], zone)

    def dated(self, instant: datetime, zone: tzinfo) -> str:
        """Return "on Tuesday, November 24 at 10:00 AM"."""
        day = self.on_day(instant.astimezone(zone).date())
        return self.translate("{date} at {time}").format(date=day, time=self.clock(instant, zone))

    def moments(self, instants: Iterable[datetime], zone: tzinfo) -> str:
        """Return "Tuesday, November 24 at 10:00 AM and 11:00 AM; Thursday, ...", each day once."""
        said = self.translate("{weekday}, {date}")  # in German with its own words: "am ..., dem ..."
        days = groupby(sorted(instants), key=lambda instant: instant.astimezone(zone).date())
        moment = self.translate("{date} at {time}")
        return "; ".join(
            moment.format(
                date=self._weekday_and_date(said, day),
                time=self.listed([self.clock(instant, zone) for instant in times]),
            )
            for day, times in days
        )

    def ago(self, past: timedelta) -> str:
        """Return how long ago something was: "3 seconds ago"."""
        past = max(past, timedelta(seconds=1))  # of nothing Babel says "in 0 seconds"
        return str(format_timedelta(-past, add_direction=True, locale=self.locale))

    def number(self, number: float) -> str:
        """Return a number as people read it, with two decimals at most: "2.33"."""
        return str(format_decimal(round(number, 2), "#,##0.##", locale=self.locale))

    def percent(self, part: float) -> str:
        """Return a part of one as people read it: "33%"."""
        return str(format_percent(part, locale=self.locale))

    def listed(self, items: Sequence[str]) -> str:
        """Return "one, two, and three"."""
        return format_list(items, locale=self.locale)


def spoken_locale(said: str, usual: str) -> str | None:
    """Return the locale of a language by its code or its name ("de-AT", "German", "Deutsch").

    Of the usual language it is the usual locale. None: it is none that is spoken here.
    """
    wanted = said.strip().casefold().replace("_", "-")
    for code in sorted(folder.name for folder in CATALOGUES.iterdir() if folder.is_dir()):
        names = (Locale(code).get_display_name(each) or "" for each in ("en", code))
        if wanted.split("-")[0] == code or wanted in map(str.casefold, names):
            return usual if Locale.parse(usual).language == code else code
    return None


@cache
def language(locale: str) -> Language:
    """Return the language of a locale like `de_DE`, read once."""
    return Language(locale)


def _plain_spaces(text: str) -> str:
    # CLDR 42 and later put narrow no-break spaces before AM and PM, which voices stumble over.
    return text.replace("\u202f", " ").replace("\xa0", " ")
