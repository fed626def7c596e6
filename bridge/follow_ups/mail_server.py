"""Hands messages to the owner's mail server: the one seam to SMTP.

Decides what of its answers is final. Passwords and messages go over TLS; only a server on this machine may
be spoken to without.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from bridge.follow_ups.errors import NotDelivered, Refused
from providers.base import Deadline

_SECONDS = 40.0  # for all steps: nobody waits for a delivery longer than 45
_AT_LEAST = 0.01  # 0 would mean not to wait at all, which fails otherwise
_PORTS = {"smtps": 465, "smtp": 587}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_DONE = 2  # hundred and something
_FINAL = 500  # RFC 5321, 4.2.1: 4yz may be repeated, 5yz may not


@dataclass(frozen=True)
class MailServer:
    """A server by its address: `smtps://` speaks TLS at once, `smtp://` after STARTTLS."""

    url: str = field(repr=False)
    ca_file: str | None = None
    monotonic: Callable[[], float] = time.monotonic

    def send(self, message: EmailMessage, recipients: Sequence[str]) -> None:
        """Hand a message over for these addresses. NotDelivered, Refused: it did not take it."""
        with _in_words(), self._connected() as server:
            refused = server.send_message(message, to_addrs=list(recipients))
        if refused:
            raise _fault(next(iter(refused.values()))[0], "an address was refused")

    def try_out(self, sender: str) -> None:
        """Ask whether it takes mail from an address, and send none. NotDelivered: it doesn't."""
        with _in_words(), self._connected() as server:
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(parseaddr(sender)[1])
            server.rset()
        if code // 100 != _DONE:
            raise _fault(code, f"the mail server refuses the sender ({code})")

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context(cafile=self.ca_file)
        port = parts.port or _PORTS[parts.scheme]
        deadline = Deadline(_SECONDS, self.monotonic)
        if parts.scheme == "smtps":
            server: smtplib.SMTP = _SmtpsInTime(deadline, host, port, context=context)
        else:
            server = _SmtpInTime(deadline, host, port)
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


class _InTime(smtplib.SMTP):
    """A connection all of whose steps together end with a deadline, where smtplib bounds each by itself."""

    def __init__(self, deadline: Deadline, host: str, port: int, **more: Any) -> None:
        self._deadline = deadline
        super().__init__(host, port, timeout=deadline.remaining(), **more)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer no longer than what is left."""
        if self.sock is not None:
            self.sock.settimeout(max(self._deadline.remaining(), _AT_LEAST))
        return super().getreply()


class _SmtpInTime(_InTime, smtplib.SMTP):
    """As `smtp://`."""


class _SmtpsInTime(_InTime, smtplib.SMTP_SSL):
    """As `smtps://`."""


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
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


def _fault(code: int, text: str) -> NotDelivered:
    return Refused(text) if code >= _FINAL else NotDelivered(text)
