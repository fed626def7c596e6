"""Reads the database's address: SQLite beside the config file, or PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator, SecretStr, ValidationInfo

from bridge.config.table import base_of
from bridge.config.values.secret_values import Hidden, secret

_SQLITE = "sqlite:///"
_POSTGRES = "postgresql+psycopg://"


def database_url(value: object, info: ValidationInfo) -> SecretStr:
    """Return SQLAlchemy's address of the database; a relative SQLite file lies beside the config file."""
    text = secret(value).get_secret_value()
    if text.startswith(_SQLITE):
        return SecretStr(_SQLITE + _sqlite_file(text.removeprefix(_SQLITE), base_of(info)))
    # Hosting services hand out postgres:// addresses, which mean another driver to SQLAlchemy.
    text = re.sub(r"^postgres(ql)?://", _POSTGRES, text)
    if not re.fullmatch(re.escape(_POSTGRES) + r"[^/\s]*/\S+", text):
        raise Hidden('must be "sqlite:///FILE" or "postgresql+psycopg://USER:PASSWORD@SERVER/DATABASE"')
    return SecretStr(text)


def _sqlite_file(name: str, base: Path) -> str:
    if not name or name.startswith(":memory:") or "mode=memory" in name:
        raise Hidden("must name a file: a database in memory forgets every booking")
    return str(base.absolute() / name)


DatabaseUrl = Annotated[SecretStr, PlainValidator(database_url)]
