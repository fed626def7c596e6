"""Reads days and times of day as people say them, in the languages the bridge speaks, or not at all.

`dateparser` reads dates: of the libraries tried it alone knows German and gives up where it is not sure
(parsedatetime takes "the day after tomorrow" for tomorrow). Weekdays and weeks are read here, since it knows
neither "nächsten Donnerstag" nor "Tuesday next week".
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal

from babel import Locale

from bridge.scheduling.wishes import Part

_LONGEST = 60
_WEEK = timedelta(days=7)

_EARLY, _MORNING, _NOON = Part(0, 600), Part(0, 720), Part(690, 840)
_AFTERNOON, _EVENING = Part(720, 1080), Part(1020, 1440)
_PARTS = {
    "früh": _EARLY, "frühmorgens": _EARLY, "early morning": _EARLY,
    "vormittags": _MORNING, "vormittag": _MORNING, "morgens": _MORNING, "morning": _MORNING,
    "mittags": _NOON, "mittag": _NOON, "noon": _NOON, "midday": _NOON, "lunchtime": _NOON,
    "nachmittags": _AFTERNOON, "nachmittag": _AFTERNOON, "afternoon": _AFTERNOON,
    "abends": _EVENING, "abend": _EVENING, "evening": _EVENING, "tonight": _EVENING,
    "after work": _EVENING, "nach feierabend": _EVENING, "feierabend": _EVENING,
}  # fmt: skip
_PART = re.compile("|".join(sorted(_PARTS, key=len, reverse=True)))
_IN_THE_PART = re.compile(rf"\b(?:(?:in the|am|at) )?(?:{_PART.pattern})")

_NEXT = r"next|nächste[nrsm]?|naechste[nrsm]?|kommende[nrsm]?|coming"
_THIS = r"this|diese[nrsm]?"
_FILLERS = re.compile(r"\b(on|the|of|at|in the|am|an|den|dem|der|die|im|um|uhr|bitte|please)\b|[,]")
_IN_A_WEEK = re.compile(
    r"in (?:einer|1) woche|in a week|a week from(?: now)?|nächster woche|next week|nächste woche"
)
_HOURS = {
    word: str(hour)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "ein zwo",
    )
    for hour, word in enumerate(words.split(), 1)
}
_TIME = re.compile(
    r"(?P<side>ab|nach|after|from|vor|bis|before|until|by)?\s*(?:um|at|gegen|around)?\s*(?P<half>halb )?"
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>[0-5]\d))?\s*(?:uhr|o'clock)?\s*(?P<noon>[ap]\.?m\.?)?"
)


def said_part(text: object) -> Part | None:
    """Return the part of the day that a text names: "afternoon", "Donnerstagvormittag"."""
    match = _PART.search(" ".join(word for word in _plain(text).split() if word not in _weekday_names()))
    return _PARTS[match[0]] if match else None


def said_weekdays(text: object) -> frozenset[int]:
    """Return every weekday that a text names, Monday as 0: "Tuesday or Thursday"."""
    if re.search("weekend|wochenende", _plain(text)):
        return frozenset({5, 6})
    return frozenset(
        day for word in re.findall(r"[^\W\d_]+", _plain(text)) if (day := _weekday(word)) is not None
    )


def said_time(text: object, part: Part | None = None) -> int | Part | None:
    """Return a time of day in minutes from midnight, or the part of day before or after it ("ab 16 Uhr")."""
    words = _squeezed(_IN_THE_PART.sub(" ", _plain(text)))
    match = _TIME.fullmatch(_in_digits(words))
    if match is None or int(match["hour"]) > 23:
        return None
    minute = int(match["hour"]) * 60 + int(match["minute"] or 0) - (30 if match["half"] else 0)
    if match["noon"]:
        minute = minute % 720 + (720 if match["noon"].startswith("p") else 0)
    elif 60 <= minute < 420 or (
        part and part.start >= 690 and 0 < minute < 720 and minute < part.start - 360
    ):
        minute += 720  # nobody makes an appointment for three at night
    match match["side"]:
        case None:
            return minute
        case "ab" | "nach" | "after" | "from":
            return Part(minute, 24 * 60)
    return Part(0, minute)


def said_day(text: object, *, today: date, locale: str) -> date | None:
    """Return the day that a text names, today or later unless it names a past one itself."""
    words = _plain(text)
    try:
        return date.fromisoformat(words[:10])
    except ValueError:
        pass
    if words == "tonight":
        return today
    words = _without_part(words)
    by_week = _by_week(words, today)
    if by_week is not None or not words:
        return by_week
    words = _squeezed(_FILLERS.sub(" ", words))
    # With its points, 3.12. is a time of day to dateparser.
    pointed = re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\.? ?(\d{4})?", words)
    if pointed:
        return _parsed("/".join(filter(None, pointed.groups())), today, "de_DE")
    return _parsed(words, today, locale)


def _by_week(words: str, today: date) -> date | None:
    """Read "Thursday", "next Thursday", "Thursday next week", "next week"."""
    weekdays = [
        (day, word) for word in re.findall(r"[^\W\d_]+", words) if (day := _weekday(word)) is not None
    ]
    rest = words
    for _, word in weekdays:
        rest = re.sub(rf"\b{word}\b", " ", rest)
    in_a_week = _IN_A_WEEK.search(rest)
    rest = _squeezed(_FILLERS.sub(" ", _IN_A_WEEK.sub(" ", rest, count=1)))
    if not weekdays:
        starts_with_next = in_a_week and in_a_week[0].startswith(("next", "nächste"))
        return today - timedelta(days=today.weekday()) + _WEEK if starts_with_next and not rest else None
    weekday = weekdays[0][0]
    if in_a_week and not rest:
        monday = today - timedelta(days=today.weekday())
        in_words = in_a_week[0].startswith(("next", "nächste"))
        return monday + _WEEK + timedelta(days=weekday) if in_words else _upcoming(weekday, today) + _WEEK
    if re.fullmatch(_NEXT, rest):
        return _upcoming(weekday, today + timedelta(days=1))
    return _upcoming(weekday, today) if not rest or re.fullmatch(_THIS, rest) else None


def _in_digits(words: str) -> str:
    """Return hours in words, halves and quarters of them as a clock shows them: "half past two" is "2:30"."""
    words = re.sub(r"[^\W\d_]+", lambda word: _HOURS.get(word[0], word[0]), words)
    words = re.sub(r"half past (\d+)", r"\1:30", words)
    words = re.sub(r"(?:a )?(?:quarter past|viertel nach) (\d+)", r"\1:15", words)
    to_full = r"(?:(?:a )?quarter to|viertel vor|dreiviertel) (\d+)"
    return re.sub(to_full, lambda hour: f"{(int(hour[1]) - 1) % 12 or 12}:45", words)


def _upcoming(weekday: int, first: date) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7)


def _parsed(words: str, today: date, locale: str) -> date | None:
    from dateparser import parse  # a quarter of a second that most processes can save

    languages = list(dict.fromkeys((locale[:2], "en", "de")))
    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12), UTC),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day"],
        "DATE_ORDER": "MDY" if locale == "en_US" else "DMY",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # days without a year, which are what is wanted here
        for language in (each for each in languages if each in ("en", "de")):
            found: datetime | None = parse(words, languages=[language], settings=settings)
            if found:
                return found.date()
    return None


@cache
def _weekday_names() -> dict[str, int]:
    names = {"sonnabend": 5, "thur": 3, "thurs": 3, "tues": 1}
    for language in ("en", "de"):
        widths: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
        for width in widths:
            for day, name in Locale(language).days["format"][width].items():
                names[name.casefold().rstrip(".")] = day
    return names


def _weekday(word: str) -> int | None:
    names = _weekday_names()
    for form in (word, word.removesuffix("s"), _without_part(word)):
        if form in names:
            return names[form]
    return None


def _without_part(words: str) -> str:
    return _squeezed(_PART.sub(" ", words))


def _plain(text: object) -> str:
    return _squeezed(text.casefold()) if isinstance(text, str) and len(text) <= _LONGEST else ""


def _squeezed(text: str) -> str:
    return " ".join(text.split())
