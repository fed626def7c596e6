"""Hands messages to the owner's mail server: the one seam to SMTP.

Decides what of its answers is final. Passwords and messages go over TLS; only a server on this machine may
be spoken to without.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from bridge.follow_ups.errors import NotDelivered, Refused

SECONDS = 20.0
_PORTS = {"smtps": 465, "smtp": 587}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_FINAL = 500  # RFC 5321, 4.2.1: 4yz may be repeated, 5yz may not


@dataclass(frozen=True)
class MailServer:
    """A server by its address: `smtps://` speaks TLS at once, `smtp://` after STARTTLS."""

    url: str = field(repr=False)
    ca_file: str | None = None

    def send(self, message: EmailMessage, recipients: Sequence[str]) -> None:
        """Hand a message over for these addresses. NotDelivered, Refused: it did not take it."""
        try:
            with self._connected() as server:
                refused = server.send_message(message, to_addrs=list(recipients))
        except smtplib.SMTPRecipientsRefused as error:
            raise _fault(next(iter(error.recipients.values()))[0], "an address was refused") from error
        except smtplib.SMTPAuthenticationError as error:
            # Final for this message only after 48 hours: the password may be put right meanwhile.
            raise NotDelivered("the mail server refuses the user or password") from error
        except smtplib.SMTPResponseException as error:
            raise _fault(error.smtp_code, f"the mail server answered {error.smtp_code}") from error
        except ssl.SSLCertVerificationError as error:
            raise NotDelivered("the mail server's certificate cannot be verified") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered("the mail server cannot be reached") from error
        if refused:
            raise _fault(next(iter(refused.values()))[0], "an address was refused")

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context(cafile=self.ca_file)
        port = parts.port or _PORTS[parts.scheme]
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS)
        try:
            server.ehlo()
            if parts.scheme == "smtp" and (host not in _HERE or server.has_extn("starttls")):
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _fault(code: int, text: str) -> NotDelivered:
    return Refused(text) if code >= _FINAL else NotDelivered(text)
