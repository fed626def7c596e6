"""Where Microsoft is reached, and the permission the bridge asks for.

Decides the addresses and the scopes; asks nobody anything. Sources: learn.microsoft.com, pages
"Microsoft identity platform endpoints", "National cloud deployments" and "Permissions reference".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from providers.route import STRAIGHT, Route

CALENDARS = "Calendars.ReadWrite"
SHARED_CALENDARS = "Calendars.ReadWrite.Shared"

# Only here do short names mean Microsoft Graph; elsewhere a scope names the Graph of its cloud.
_WORLDWIDE = "https://graph.microsoft.com"


@dataclass(frozen=True, slots=True)
class MicrosoftSettings:
    """The registered application and Microsoft's addresses."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = "common"  # any company or none; refuses a single-tenant application (AADSTS50194)
    app_only: bool = False
    login_url: str = "https://login.microsoftonline.com"
    graph_url: str = "https://graph.microsoft.com/v1.0"
    route: Route = STRAIGHT

    @property
    def authority(self) -> str:
        """Return the sign-in address of the tenant."""
        return f"{self.login_url.rstrip('/')}/{self.tenant}"

    def approval_link(self, redirect_uri: str, state: str) -> str:
        """Return the page on which an administrator approves the application for a whole company.

        The answer comes to `redirect_uri`. Source: learn.microsoft.com/entra/identity-platform
        /v2-admin-consent.
        """
        # Of an account nobody knows the company yet; "organizations" lets the administrator's sign-in say it.
        tenant = "organizations" if self.tenant in ("common", "consumers") else self.tenant
        query = urlencode({"client_id": self.client_id, "redirect_uri": redirect_uri, "state": state})
        return f"{self.login_url.rstrip('/')}/{tenant}/adminconsent?{query}"

    @property
    def graph(self) -> str:
        """Return Graph's address without a slash at the end."""
        return self.graph_url.rstrip("/")

    @property
    def resource(self) -> str:
        """Return what tokens are for: scheme and host of Graph."""
        parts = urlsplit(self.graph_url)
        return f"{parts.scheme}://{parts.netloc}"

    def scopes(self, *, with_shared: bool = False) -> list[str]:
        """Return what owners are asked for; the sign-in library adds openid, profile, offline_access."""
        wanted = [CALENDARS, SHARED_CALENDARS] if with_shared else [CALENDARS]
        return wanted if self.resource == _WORLDWIDE else [f"{self.resource}/{each}" for each in wanted]


def missing_scopes(granted: Collection[str], needed: Collection[str] = (CALENDARS,)) -> tuple[str, ...]:
    """Return the needed scopes that were not granted; Microsoft may put the resource in front."""
    have = {scope.rpartition("/")[2].casefold() for scope in granted}
    return tuple(scope for scope in needed if scope.rpartition("/")[2].casefold() not in have)
