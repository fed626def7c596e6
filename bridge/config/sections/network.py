"""The section network: the way to the vendors, where it leads through a proxy or past own authorities."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import PlainValidator, SecretStr, ValidationInfo

from bridge.config.problems.found import Problems
from bridge.config.table import Context, Table, base_of, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.numbers import YesOrNo
from bridge.config.values.secret_values import Hidden, secret
from bridge.config.values.text import line
from bridge.said import Unfit
from providers.route import Route

# The first that is set counts, as with other programs; curl and Python read the small letters first.
_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY")
_NO_PROXY_VARIABLES = ("no_proxy", "NO_PROXY")
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def _proxy(value: object) -> SecretStr:
    text = secret(value).get_secret_value()
    address = text if "://" in text else f"http://{text}"  # HTTPS_PROXY may leave it out
    try:
        parts = urlsplit(address)
        is_sound = parts.scheme == "http" and bool(parts.hostname) and parts.path in ("", "/")
        is_sound = is_sound and parts.port != 0
    except ValueError:  # a port that is none
        is_sound = False
    if not is_sound:  # without what was given: it may hold a password
        raise Hidden('is not a proxy such as "http://proxy.example.com:3128"; HTTPS_PROXY is read here too')
    return SecretStr(address)


def _ca_file(value: object, info: ValidationInfo) -> str:
    path = base_of(info) / line(value)
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError:  # SSLError is one: no certificate in it
        raise Unfit(
            "is not a file of certificates (PEM), seen from the folder {folder}; REQUESTS_CA_BUNDLE and "
            "SSL_CERT_FILE are read here too",
            folder=base_of(info).absolute(),
        ) from None
    return str(Path(path).absolute())


class NetworkSection(Table):
    """How vendors are reached."""

    section: ClassVar[str] = "network"

    proxy: Annotated[SecretStr, PlainValidator(_proxy)] | None = None
    ca_file: Annotated[str, PlainValidator(_ca_file)] | None = None
    allow_private_addresses: YesOrNo = False


def read_route(raw: object, environ: Mapping[str, str], *, problems: Problems, context: Context) -> Route:
    """Return the way to the vendors: as the section says, else as the usual environment variables do."""
    usual = {"proxy": _first(environ, _PROXY_VARIABLES), "ca_file": _first(environ, _CA_VARIABLES)}
    if isinstance(raw, dict) and not isinstance(raw, Unresolved):
        raw = {key: value for key, value in usual.items() if value} | raw
    table = read_table(NetworkSection, raw, at=("network",), problems=problems, context=context).table
    return Route(
        proxy=table.proxy.get_secret_value() if table.proxy else None,
        no_proxy=_first(environ, _NO_PROXY_VARIABLES),
        ca_file=table.ca_file,
        is_private_allowed=table.allow_private_addresses,
    )


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
