"""The sections of calendar vendors, and what each cannot do without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, PlainValidator, SecretStr, ValidationInfo

from bridge.config.amounts import YesOrNo
from bridge.config.problems import Problems
from bridge.config.secret_values import Secret
from bridge.config.table import Needed, Read, Table, base_of
from bridge.config.text import Line, WebAddress, plain

_TENANTS_OF_MANY = ("common", "organizations", "consumers")


def _with_slash(address: str) -> str:
    return f"{address}/"


def _tenant(value: object) -> str:
    text = plain(value)
    if not re.fullmatch(r"[A-Za-z0-9.-]+", text):
        raise ValueError('must be "common", "organizations", "consumers" or a tenant\'s id')
    return text


def _file(value: object, info: ValidationInfo) -> Path:
    path = base_of(info) / plain(value)
    try:
        found = path.is_file()
    except OSError:  # a name too long, a folder that may not be looked into
        found = False
    if not found:
        raise ValueError(f"is not a file, seen from the folder {base_of(info).absolute()}")
    return path


class GoogleSection(Table):
    """The OAuth client, or the service account, that reads Google calendars."""

    section: ClassVar[str] = "google"

    client_id: Line | None = None
    client_secret: Secret | None = None
    service_account_file: Annotated[Path, PlainValidator(_file)] | None = None
    api_url: Annotated[WebAddress, AfterValidator(_with_slash)] = "https://www.googleapis.com/calendar/v3/"
    auth_url: WebAddress = "https://accounts.google.com/o/oauth2/auth"
    token_url: WebAddress = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class MicrosoftSection(Table):
    """The application registered with Entra that reads Microsoft calendars."""

    section: ClassVar[str] = "microsoft"

    client_id: Annotated[Line, Needed('the application\'s id, such as "env:MICROSOFT_CLIENT_ID"')] = ""
    client_secret: Annotated[
        Secret, Needed('the application\'s secret, such as "env:MICROSOFT_CLIENT_SECRET"')
    ] = SecretStr("")
    tenant: Annotated[str, PlainValidator(_tenant)] = "common"
    app_only: YesOrNo = False
    login_url: WebAddress = "https://login.microsoftonline.com"
    graph_url: WebAddress = "https://graph.microsoft.com/v1.0"


def check_google(read: Read[GoogleSection], problems: Problems) -> None:
    """Note a missing half of the OAuth client, which only a service account makes needless."""
    table = read.table
    if table.service_account_file and not (table.client_id or table.client_secret):
        return
    for key in ("client_id", "client_secret"):
        if getattr(table, key) is None and read.broken.isdisjoint({key, "service_account_file"}):
            text = f'is missing; write "env:GOOGLE_{key.upper()}", or name a service_account_file instead'
            problems.add(("google", key), text)


def check_microsoft(read: Read[MicrosoftSection], problems: Problems) -> None:
    """Note an app-only client without one tenant of its own."""
    if read.table.app_only and read.table.tenant in _TENANTS_OF_MANY and "tenant" not in read.broken:
        text = "must be your own tenant's id when app_only is true, since such a client belongs to one tenant"
        problems.add(("microsoft", "tenant"), text)
