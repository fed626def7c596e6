"""Reads what depends on where a business is: time zone, country, language, public holidays."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import Locale, UnknownLocaleError, get_global
from babel.localedata import locale_identifiers
from pydantic import PlainValidator

from bridge.config.problems.wording import suggestion
from bridge.config.values.text import plain
from bridge.said import Said, Unfit
from bridge.scheduling.hours import is_known_region

_ = str  # marks a text for the catalogues

_OFFSET = re.compile(r"[A-Z]{0,4}\s*[+-]\s*\d", re.IGNORECASE)
_LOCALE = re.compile(r"([A-Za-z]{2,3})[_-]([A-Za-z]{2})")


def zone(value: object) -> ZoneInfo:
    """Return the time zone of an IANA name."""
    name = plain(value)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder such as "Europe"
        raise Unfit('is not a time zone such as "Europe/Berlin"{hint}', hint=_zone_like(name)) from None


def locale(value: object) -> str:
    """Return language and country as `de_DE`."""
    name = plain(value)
    match = _LOCALE.fullmatch(name)
    try:
        found = Locale.parse(f"{match[1]}_{match[2]}") if match else None
    except (UnknownLocaleError, ValueError):
        found = None
    if found is None:
        text = _('is not a language with its country, such as "en_US" or "de_DE"{suggestion}')
        raise Unfit(text, suggestion=_locale_like(name))
    return f"{found.language}_{found.territory}"


def country(value: object) -> str:
    """Return a country whose telephone numbers are known, as two capital letters."""
    from phonenumbers import SUPPORTED_REGIONS

    name = plain(value)
    if name not in SUPPORTED_REGIONS:
        alias = get_global("territory_aliases").get(name.upper(), [name.upper()])[0]  # UK means GB
        meant = suggestion(alias, sorted(SUPPORTED_REGIONS))
        raise Unfit('is not a country such as "DE" or "US"{suggestion}', suggestion=meant)
    return name


@cache
def country_of(zone: str) -> str | None:
    """Return the country a time zone belongs to, also by an older name; None for zones of no country."""
    tables = files("tzdata") / "zoneinfo"
    countries = {}
    for row in (tables / "zone.tab").read_text("utf-8").splitlines():
        if not row.startswith("#"):
            code, _, name = row.split("\t")[:3]
            countries[name] = code
    links = [row.split() for row in (tables / "tzdata.zi").read_text("utf-8").splitlines() if row[:2] == "L "]
    return countries.get(zone) or countries.get({name: target for _, target, name in links}.get(zone, ""))


def holiday_region(value: object) -> str:
    """Return a country, or a country and its region, whose public holidays are known."""
    name = plain(value)
    if not is_known_region(name):
        raise _no_region(name)
    return name


def _no_region(name: str) -> Unfit:
    from holidays import list_supported_countries  # takes longer than all the rest of the configuration

    known = list_supported_countries()
    country = name.partition("-")[0]
    if country not in known:
        codes = [code for code in known if len(name) <= 3]  # a word is like no code
        region = _region_named(name)
        meant = suggestion(region, [region]) if region else suggestion(name, codes)
        return Unfit('is not a country or region such as "DE" or "DE-BE"{suggestion}', suggestion=meant)
    return Unfit(
        "is not a region of {country} whose public holidays are known; these are: {regions}",
        country=country,
        regions=", ".join(known[country][:60]) or Said("none"),
    )


def _region_named(name: str) -> str:
    """Return the country or region that people call by this name, such as DE-BY for Bayern; else nothing."""
    import holidays

    for language in ("en", "de"):
        for code, called in Locale(language).territories.items():
            if called.lower() == name.lower():
                return str(code)
    for country in holidays.list_supported_countries():
        aliases = getattr(holidays.country_holidays(country), "subdivisions_aliases", {})
        for alias, region in aliases.items():
            if alias.lower() == name.lower():
                return f"{country}-{region}"
    return ""


def _zone_like(name: str) -> Said:
    if _OFFSET.match(name):  # "UTC" would be an hour off, and no offset knows summer time
        return Said('; an offset does not know summer time: name a city, such as "Europe/Berlin"')
    known = sorted(available_timezones())
    city = name.replace(" ", "_").lower()
    by_city = [zone for zone in known if "/" in zone and zone.rsplit("/", 1)[1].lower() == city]
    return suggestion(by_city[0] if by_city else name, known)


def _locale_like(name: str) -> Said:
    likely = get_global("likely_subtags").get(name.lower(), "")
    if likely:  # such as de_Latn_DE
        meant = f"{name.lower()}_{likely.rsplit('_', 1)[-1]}"
        return suggestion(meant, [meant])
    return suggestion(name, [known for known in locale_identifiers() if _LOCALE.fullmatch(known)])


Zone = Annotated[ZoneInfo, PlainValidator(zone)]
CountryName = Annotated[str, PlainValidator(country)]
LocaleName = Annotated[str, PlainValidator(locale)]
HolidayRegion = Annotated[str, PlainValidator(holiday_region)]
