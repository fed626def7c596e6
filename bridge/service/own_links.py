"""Makes and reads the addresses by which callers reach their own appointment, without signing in.

An address depends on nothing but the secret keys and the booking, so an event's text stays the same however
often it is written. Whoever has it may see, move and cancel this one appointment, until it is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.vault import Vault

_PURPOSE = "own appointment"


@dataclass(frozen=True, slots=True)
class OwnLinks:
    """The addresses below the bridge's public one."""

    vault: Vault
    public_url: str

    def address(self, booking_id: str) -> str:
        """Return the address of a booking's page."""
        token = f"{booking_id}-{self.vault.signature(booking_id, _PURPOSE)}"
        return f"{self.public_url.rstrip('/')}/a/{token}"

    def booking_id(self, token: str) -> str | None:
        """Return the booking a token is for, None where it is none of ours."""
        booking_id, _, signature = token.partition("-")
        return booking_id if self.vault.has_signed(booking_id, signature, _PURPOSE) else None
