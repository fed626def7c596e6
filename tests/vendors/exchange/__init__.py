"""A stateful fake of an Exchange server as it stands in a company's cellar, behind real HTTPS on localhost.

In a test:

    with FakeExchange() as exchange:                    # product="2013" or "2016" for older ones
        ben = exchange.add_mailbox("ben@contoso.example.com")            # its password is "plainly fake"
        exchange.add_mailbox("svc@contoso.example.com", impersonates=True)
        exchange.add_mailbox("room1@contoso.example.com", is_room=True)  # answers invitations by itself
        second = exchange.add_calendar(ben)             # its id; the own one is "calendar"
        exchange.grant(ben, "anna@contoso.example.com", "read")
        exchange.add_event(ben, datetime(...), datetime(...), show_as="Tentative")
        exchange.fail_next(Fault.BUSY, operation="FindItem", retry_after="2500")   # milliseconds
        ...
        assert exchange.events(ben) == [...]
        assert exchange.mails() == [...]
        assert exchange.operations() == ["FindItem"]

Clients are given `exchange.endpoint`, `exchange.ca_bundle` to trust, and sign in with basic or NTLM as the
address or as `exchange.user(ben)`. With NTLM a connection is let in, not a request: what comes before that is
called "handshake" in `operations()`, and a fault without an operation may strike it. `exchange.doors.offers`
says what strangers are offered.

Everything tests can do stands in `people.People`. Leaving the block stops the server and fails the test if
any request or answer was not as Exchange's own schemas have it (where these are there: see `described`).
Failures of one operation (Fault.ACCESS, CONFLICT, ...) come as Exchange sends them, within a 200; `code` says
another response code.

For other processes: `python -m tests.vendors.exchange --port 0`, driven by `common.Remote`.
"""

from tests.vendors.common import Fault
from tests.vendors.exchange.fake import HANDSHAKE, WRITES, FakeExchange
from tests.vendors.exchange.people import PASSWORD
from tests.vendors.exchange.state import DOMAIN, Sent

__all__ = ["DOMAIN", "HANDSHAKE", "PASSWORD", "WRITES", "FakeExchange", "Fault", "Sent"]
