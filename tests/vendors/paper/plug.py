"""All the bridge knows of paper diaries: what would be their module in bridge/vendors/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from bridge.config import Config
from bridge.config.table import Needed, Table
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import WebAddress, slug
from bridge.connections.passwords import PasswordForm
from bridge.connections.tokens import Delegation
from bridge.model import CalendarName
from bridge.vendors.contract import Outside, Plugged, Reached, Vendor
from providers.base import CalendarProvider, Deadline
from providers.errors import ConnectionExpired, ProviderError
from providers.tokens import GivenToken, TokenSource
from tests.vendors.paper.diaries import NAME, PaperDiaries


class PaperTable(Table):
    """One owner's diaries; the password is given here or on the page."""

    section: ClassVar[str] = "paper.<name>"

    desk_url: Annotated[WebAddress, Needed('where the diaries lie, such as "https://paper.example.com"')] = ""
    password: Secret | None = None


class Paper(Vendor):
    """Diaries named `paper:<owner>/<diary>`; each owner has a section [paper.<owner>]."""

    name = NAME
    title = "Paper"
    also_called = ("diary",)
    section = PaperTable
    example = "paper:anna/work"
    main_calendar = "work"

    def check_calendar(self, name: CalendarName) -> None:
        if not name.account:
            raise ValueError('is no calendar\'s name: write "paper:<owner>/<diary>"')
        slug(name.calendar)

    def plug(self, config: Config, outside: Outside) -> Plugged | None:
        tables = config.sections(PaperTable)
        if not tables:
            return None

        def opened(account: str, tokens: TokenSource) -> CalendarProvider:
            return PaperDiaries(tables[account].desk_url, tokens)

        def attempt(account: str, answers: Mapping[str, str], deadline: Deadline) -> str:
            token = f"{answers['username']}:{answers['password']}"
            opened(account, GivenToken(token)).list_calendars(deadline=deadline)
            return token

        form = PasswordForm(
            provider=NAME,
            title=self.title,
            main_calendar=self.main_calendar,
            attempt=attempt,
            accounts=tables.keys(),
        )
        passwords = {owner: table.password for owner, table in tables.items() if table.password}
        return Plugged(
            open=opened,
            connect=form,
            delegation=Delegation(
                lambda owner: GivenToken(f"{owner}:{passwords[owner].get_secret_value()}"),
                covers=passwords.__contains__,
            ),
        )

    def explain(self, error: ProviderError, reached: Reached) -> str:
        if isinstance(error, ConnectionExpired):
            return "The diary's lock was changed: type its password in again on the page Connections."
        return super().explain(error, reached)
