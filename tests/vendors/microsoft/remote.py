"""Drive a fake Microsoft from elsewhere: over HTTPS, or as a source of tokens for a provider."""

from __future__ import annotations

from collections.abc import Sequence

from tests.vendors.common import FakeTokens, Remote
from tests.vendors.microsoft.fake import FakeMicrosoft
from tests.vendors.microsoft.graph import VERSION
from tests.vendors.microsoft.tokens import CALENDARS


class RemoteMicrosoft(Remote):
    """A fake Microsoft in another process."""

    def __init__(self, url: str, ca_bundle: str) -> None:
        super().__init__(url, ca_bundle)
        self.login_url = self.url
        self.graph_url = f"{self.url}{VERSION}"


def tokens_of(ms: FakeMicrosoft, email: str | None, scopes: Sequence[str] = (CALENDARS,)) -> FakeTokens:
    """Return the tokens of one account of the fake; None is the application itself."""
    return FakeTokens(lambda: ms.issue(email, scopes).access, "microsoft")
