"""Drive a fake Google from elsewhere: over HTTP, or as a source of tokens for a provider."""

from __future__ import annotations

from collections.abc import Sequence

from tests.vendors.common import FakeTokens, Remote
from tests.vendors.google.fake import FakeGoogle
from tests.vendors.google.tokens import DEFAULT_SCOPES


class RemoteGoogle(Remote):
    """A fake Google in another process."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.api_url = f"{self.url}/calendar/v3/"
        self.auth_url = f"{self.url}/o/oauth2/auth"
        self.token_url = f"{self.url}/token"
        self.revoke_url = f"{self.url}/revoke"


def tokens_of(google: FakeGoogle, email: str, scopes: Sequence[str] = DEFAULT_SCOPES) -> FakeTokens:
    """Return the tokens of one account of the fake."""
    return FakeTokens(lambda: google.issue(email, scopes).access, "google")
