"""Reads secrets: keys, tokens, hashes, database addresses. Its messages never repeat what was given."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Annotated

from pydantic import BeforeValidator, PlainValidator, SecretStr

from bridge.config.problems.wording import kind
from bridge.said import Unfit

_SHORTEST_KEY = 32
_BASE32 = re.compile(r"[A-Z2-7]{26,}")  # 128 bits, the least that RFC 4226 allows
_HASH = re.compile(r"(scrypt|pbkdf2)(:[A-Za-z0-9]+)*\$[^$\s]+\$[0-9a-f]+")


class Hidden(Unfit):
    """What is wrong with a secret; its value must not be shown."""


def secret(value: object) -> SecretStr:
    """Return a secret that isn't empty."""
    if not isinstance(value, str):
        raise Hidden("must be text in quotes, not {kind}", kind=kind(value))
    if not value.strip():
        raise Hidden("is empty")
    if value != value.strip():
        raise Hidden("begins or ends with a space or an empty line, surely by mistake")
    return SecretStr(str(value))


def sealing_key(value: object) -> SecretStr:
    """Return a secret long enough to seal tokens with."""
    key = secret(value)
    if len(key.get_secret_value()) < _SHORTEST_KEY:
        raise Hidden(
            "is too short: at least {count} characters are needed; `openssl rand -hex 32` makes some",
            count=_SHORTEST_KEY,
        )
    return key


def password_hash(value: object) -> SecretStr:
    """Return a password's hash; the password itself is refused."""
    found = secret(value)
    if not _HASH.fullmatch(found.get_secret_value()):
        raise Hidden("is not a password's hash; `bridge admin-password` prints one (mind $ signs in shells)")
    return found


def totp_secret(value: object) -> SecretStr:
    """Return the secret of one-time codes, in base32."""
    found = secret(value)
    if not _BASE32.fullmatch(found.get_secret_value()):
        raise Hidden("is not a secret of one-time codes; `bridge admin-password --totp` makes one")
    return found


def webhook_secret(value: object) -> SecretStr:
    """Return the secret of webhooks that Svix signs."""
    found = secret(value)
    try:
        key = b64decode(found.get_secret_value().removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise Hidden('is not the signing secret that telli shows with a webhook; it begins with "whsec_"')
    return found


def one_or_more(value: object) -> object:
    """Return a list; a single value stands for a list of one."""
    return value if isinstance(value, list) else [value]


def not_empty(found: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Return the secrets; ValueError when there is none."""
    if not found:
        raise Hidden("is an empty list; at least one is needed")
    return found


Secret = Annotated[SecretStr, PlainValidator(secret)]
TotpSecret = Annotated[SecretStr, PlainValidator(totp_secret)]
WebhookSecret = Annotated[SecretStr, PlainValidator(webhook_secret)]
PasswordHash = Annotated[SecretStr, PlainValidator(password_hash)]
SealingKey = Annotated[SecretStr, PlainValidator(sealing_key)]
OneOrMore = BeforeValidator(one_or_more)
