"""Get the tokens of an application that may reach a tenant's mailboxes without any sign-in page.

Source: learn.microsoft.com/graph/auth-v2-service (application permissions, consented by an administrator).
"""

from __future__ import annotations

from datetime import datetime

from providers.base import Deadline
from providers.http import Call, Clocks
from providers.microsoft.client import PROVIDER
from providers.microsoft.sign_in import Entra
from providers.tokens import DelegatedTokens


# It opens every mailbox of the tenant, unless an administrator narrowed it (RBAC for Applications).
class AppTokens(DelegatedTokens):
    """The application's token. One object serves every mailbox: the token is the application's."""

    def __init__(self, entra: Entra, *, clocks: Clocks) -> None:
        super().__init__(clocks.now)
        self._entra = entra

    def _call(self, deadline: Deadline) -> Call:
        return Call(PROVIDER, "acquire_app_only", deadline)

    def _fetch(self, call: Call) -> tuple[str, datetime]:
        grant = self._entra.acquire_app_only(deadline=call.deadline)
        return grant.access_token, grant.expires_at
