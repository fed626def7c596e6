"""Connecting accounts: sign-ins at vendors, sealed tokens, and their renewal.

The only part of the bridge that holds open tokens; none ever reaches a log, an error, a page or a `repr`.
"""

from bridge.connections.accounts import AccountState, Connection, Dropped, Use, Withdrawal
from bridge.connections.connections import Connections
from bridge.connections.sign_in import Answer, Approval

__all__ = [
    "AccountState",
    "Answer",
    "Approval",
    "Connection",
    "Connections",
    "Dropped",
    "Use",
    "Withdrawal",
]
