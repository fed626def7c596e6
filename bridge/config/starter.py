"""Writes the config file `bridge init` begins with: short, commented, working on the embedded calendar."""

from __future__ import annotations

import json
import re
import unicodedata

_TEMPLATE = """\
# The calendar bridge's configuration. config.example.toml shows every key there is.
# A value may stand elsewhere: "env:NAME" reads an environment variable, "file:PATH" a file.
# `bridge check` tells whether everything in here works.

[bridge]
# Where telli reaches this bridge. Put your own https address here before going live.
public_url = "http://127.0.0.1:8000"
# Seals what is stored and signs links. Keep it secret, and keep it: without it connections are lost.
secret_key = {secret_key}
timezone = {timezone}
locale = {locale}

# To be able to sign in, take the # from the line below, run `bridge admin-password`,
# and put the line that it prints under it.
# [admin]

[telli]
# The API key of your telli account; telli signs its requests with it. Put yours here before going live.
api_keys = [{api_key}]

# Somebody whose time is offered. For more people, add sections such as [hosts.ben] below this one.
[hosts.{host}]
name = {name}
email = {email}
# Which calendar takes the bookings, and is looked at for conflicts: one kept by the bridge itself.
# Google and Microsoft calendars: `bridge calendars` lists their names once an account is connected.
booking_calendar = "local:{host}"
# public_holidays = "DE-BE"
# time_off = ["2026-12-22/2027-01-03"]

# A day not named is closed. Hours past midnight are two entries, one on each day.
[hosts.{host}.open_hours]
monday    = ["09:00-12:00", "13:00-17:00"]
tuesday   = ["09:00-12:00", "13:00-17:00"]
wednesday = ["09:00-12:00", "13:00-17:00"]
thursday  = ["09:00-12:00", "13:00-17:00"]
friday    = ["09:00-12:00", "13:00-15:00"]

# What can be booked. In telli, its two addresses are
# <public_url>/consultation/available and <public_url>/consultation/book.
[event_types.consultation]
title = {title}
hosts = ["{host}"]
default = true
duration_minutes = 30
minimum_notice_minutes = 120
horizon_days = 14
# One start a day over the next days, the earliest and the latest in turn: fits most callers on a telephone.
suggest = "varied"
suggestions = 6
"""


_UMLAUTS = {ord(umlaut): plain for umlaut, plain in zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)}


def starter_config(
    *,
    timezone: str,
    locale: str,
    secret_key: str,
    api_key: str,
    host_name: str = "Anna Weber",
    host_email: str = "anna@example.com",
) -> str:
    """Return a config file that loads as it stands; what is passed in is written into it, quoted."""
    return _TEMPLATE.format(
        timezone=_quoted(timezone),
        locale=_quoted(locale),
        secret_key=_quoted(secret_key),
        api_key=_quoted(api_key),
        host=_short_name(host_name),
        name=_quoted(host_name),
        email=_quoted(host_email),
        title=_quoted(_title(locale)),
    )


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's too, but JSON leaves DEL alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _short_name(name: str) -> str:
    """Return the first name as a section's name."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    return words[0][:40] if words else "host"


def _title(locale: str) -> str:
    return "Beratungsgespräch (30 Minuten)" if locale.startswith("de") else "30-minute consultation"
