"""The salon with calendars at Google and Microsoft, reached without any sign-in page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cast.config import Staff, salon_toml
from tests.vendors.google import DEFAULT_SCOPES, FakeGoogle
from tests.vendors.microsoft import CONTOSO, FakeMicrosoft

ANNA_GOOGLE = "anna@example.com"
BEN_MICROSOFT = "ben@contoso.example.com"
PATIENT = "deadline_seconds = 10\nbook_deadline_seconds = 60"  # the machine may be busy with other tests
ROBOT = "robot@fake-project.iam.gserviceaccount.com"


def vendors_toml(
    url: str,
    folder: Path,
    *,
    google: FakeGoogle | None = None,
    microsoft: FakeMicrosoft | None = None,
    bridge: str = PATIENT,
    **more: Any,
) -> str:
    """Return a config with Anna at the fake Google and Ben at the fake Microsoft, as far as given.

    They are open day and night; `more` is as for `salon_toml`. Tests of time set their own deadlines.
    """
    staff, sections = [], []
    if google is not None:
        google.add_account(ANNA_GOOGLE)
        staff.append(Staff("anna", "00:00-24:00", calendar=f"google:{ANNA_GOOGLE}/primary"))
        sections.append(google_section(google, folder))
    if microsoft is not None:
        microsoft.add_account(BEN_MICROSOFT)
        staff.append(Staff("ben", "00:00-24:00", calendar=f"microsoft:{BEN_MICROSOFT}/calendar"))
        sections.append(microsoft_section(microsoft))
    return salon_toml(url, *staff, bridge=bridge, rest="\n".join(sections), **more)


def google_section(google: FakeGoogle, folder: Path) -> str:
    """Return the section of a service account that may act for every account."""
    key = folder / "service-account.json"
    key.write_text(json.dumps(google.add_service_account(ROBOT, DEFAULT_SCOPES)))
    return (
        f'[google]\nservice_account_file = "{key}"\napi_url = "{google.api_url}"\n'
        f'auth_url = "{google.auth_url}"\ntoken_url = "{google.token_url}"\n'
    )


def microsoft_section(microsoft: FakeMicrosoft) -> str:
    """Return the section of an application that may act for every account of its tenant."""
    settings = microsoft.settings(tenant=CONTOSO, app_only=True)
    return (
        f'[microsoft]\nclient_id = "{settings.client_id}"\nclient_secret = "{settings.client_secret}"\n'
        f'tenant = "{CONTOSO}"\napp_only = true\nlogin_url = "{settings.login_url}"\n'
        f'graph_url = "{settings.graph_url}"\n[network]\nca_file = "{microsoft.ca_bundle}"\n'
    )
