"""Reads text: lines, paragraphs, addresses and choices. Secrets are read elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainValidator

from bridge.config.problems.wording import kind, listed, suggestion
from bridge.config.values.secret_values import OneOrMore
from bridge.said import Unfit

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]{1,64}@[^@\s<>(),;:\"\\/]+\.[^@\s<>(),;:\"\\/.]{2,}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PROPERTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # as telli takes them
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_HOST = re.compile(r"[^\s/?#@\\%<>\"]+")


def plain(value: object) -> str:
    """Return text as it is; ValueError when it isn't text."""
    if not isinstance(value, str):
        raise Unfit("must be text in quotes, not {kind}", kind=kind(value))
    return str(value)


def line(value: object) -> str:
    """Return one line of text, not empty and at most 200 characters long."""
    text = plain(value).strip()
    if not text:
        raise Unfit("is empty")
    if len(text) > 200 or _CONTROL.search(text):
        raise Unfit("must be one line of at most 200 characters")
    return text


def paragraph(value: object) -> str:
    """Return text of any number of lines, at most 5000 characters long."""
    text = plain(value).strip()
    if len(text) > 5000:
        raise Unfit("is longer than 5000 characters")
    return text


def email(value: object) -> str:
    """Return an e-mail address."""
    text = plain(value).strip()
    if not _EMAIL.fullmatch(text) or _CONTROL.search(text) or len(text) > 254:
        raise Unfit('is not an e-mail address such as "anna@example.com"')
    return text


def phone(value: object) -> str:
    """Return a telephone number in E.164; spaces and the like between digits are dropped."""
    text = re.sub(r"[\s()/.-]", "", plain(value))
    if not _PHONE.fullmatch(text):
        raise Unfit('is not a telephone number with its country, such as "+49301234567"')
    return text


def slug(text: str) -> str:
    """Return a name that may stand in a web address. ValueError: it may not."""
    if not _SLUG.fullmatch(text):
        raise Unfit("may only hold the letters a to z, digits, - and _, at most 64, no - or _ in front")
    return text


def property_name(value: object) -> str:
    """Return the name of a contact's property, or "" for none."""
    text = plain(value)
    if text and not _PROPERTY.fullmatch(text):
        raise Unfit("must be a property's key: letters, digits, - and _, no - or _ in front")
    return text


def exact_address(value: object) -> str:
    """Return an http(s) address as it is written."""
    text = plain(value).strip()
    if not _is_web_address(text):
        raise Unfit('is not a web address such as "https://example.com"')
    return text


def web_address(value: object) -> str:
    """Return an http(s) address without a slash at its end."""
    return exact_address(value).rstrip("/")


def site_address(value: object) -> str:
    """Return an http(s) address that names a server and no path in it."""
    text = web_address(value)
    parts = urlsplit(text)
    if parts.path or "?" in text or "#" in text:
        site = f"{parts.scheme}://{parts.netloc}"
        raise Unfit('must end after the server\'s name: "{address}"', address=site)
    return text


def choice(names: type[StrEnum]) -> PlainValidator:
    """Return a validator that takes one of an enumeration's names."""
    known = [str(name) for name in names]
    return PlainValidator(lambda value: names(one_of(plain(value), known)))


def one_of(word: str, known: Sequence[str]) -> str:
    """Return a word that is among the known ones. ValueError suggests one."""
    if word not in known:
        raise Unfit("must be {known}{suggestion}", known=listed(known), suggestion=suggestion(word, known))
    return word


def _is_web_address(text: str) -> bool:
    if _CONTROL.search(text) or re.search(r"\s", text) or len(text) > 2000:
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a bracket or a port that is none
        return False
    named = parts.scheme in ("http", "https") and "@" not in parts.netloc
    return named and bool(_HOST.fullmatch(parts.hostname or "")) and port != 0


Line = Annotated[str, PlainValidator(line)]
Paragraph = Annotated[str, PlainValidator(paragraph)]
PropertyName = Annotated[str, PlainValidator(property_name)]
Email = Annotated[str, PlainValidator(email)]
Emails = Annotated[tuple[Email, ...], OneOrMore]
Phone = Annotated[str, PlainValidator(phone)]
ExactAddress = Annotated[str, PlainValidator(exact_address)]
WebAddress = Annotated[str, PlainValidator(web_address)]
SiteAddress = Annotated[str, PlainValidator(site_address)]
