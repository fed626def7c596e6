"""Hands messages to the owner's mail server: the one seam to SMTP.

Decides what of its answers is final. Passwords and messages go over TLS; only a server on this machine may
be spoken to without.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused, Unclear
from providers.cut_off import cut_after

_SECONDS = 40.0  # for all steps: nobody waits for a delivery longer than 45
_PORTS = {"smtps": 465, "smtp": 587}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_CODE = -1  # how smtplib calls a line that broke off
_DONE = 2  # hundred and something
_FINAL = 500  # RFC 5321, 4.2.1: 4yz may be repeated, 5yz may not


@dataclass(frozen=True)
class MailServer:
    """A server by its address: `smtps://` speaks TLS at once, `smtp://` after STARTTLS."""

    url: str = field(repr=False)
    ca_file: str | None = None
    seconds: float = _SECONDS

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand a message over for an address. NotDelivered, Refused: it was not taken. Unclear: perhaps."""
        with _in_words(), self._connected() as server:
            try:
                server.send_message(message, to_addrs=[recipient])
            except smtplib.SMTPNotSupportedError as error:
                raise Refused("the mail server takes no address with such letters") from error
            except OSError as error:
                is_said = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code != _NO_CODE
                if server.has_begun and not is_said:
                    raise Unclear("the mail server did not say whether it took the message") from error
                raise

    def try_out(self, sender: str) -> None:
        """Ask whether it takes mail from an address, and send none. NotDelivered: it doesn't."""
        with _in_words(), self._connected() as server:
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(parseaddr(sender)[1])
            server.rset()
        if code // 100 != _DONE:
            raise _fault(code, f"the mail server refuses the sender ({code})")

    @contextmanager
    def _connected(self) -> Iterator[_Bounded]:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context(cafile=self.ca_file)
        port = parts.port or _PORTS[parts.scheme]
        with ExitStack() as over:
            if parts.scheme == "smtps":
                server: _Bounded = _BoundedTls(over, self.seconds, host, port, context=context)
            else:
                server = _Bounded(over, self.seconds, host, port)
            over.callback(server.close)
            server.ehlo()
            if parts.scheme == "smtp" and (host not in _HERE or server.has_extn("starttls")):
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            yield server
            with suppress(OSError):  # what was taken is taken, however it says good-bye
                server.quit()


class _Bounded(smtplib.SMTP):
    """A connection all of whose steps together have so many seconds, where smtplib bounds each read."""

    def __init__(self, over: ExitStack, seconds: float, host: str, port: int, **more: Any) -> None:
        self.has_begun = False  # to hand over a message: from then on the server may have taken it
        over.enter_context(cut_after(seconds, self))
        super().__init__(host, port, timeout=seconds, **more)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand over a message."""
        self.has_begun = True
        return super().data(msg)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """As `smtps://`."""


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _fault(next(iter(error.recipients.values()))[0], "an address was refused") from error
    except smtplib.SMTPAuthenticationError as error:
        # RFC 4954, 6: by 4yz the server itself is at fault, not the password.
        is_ours = error.smtp_code >= _FINAL
        raise (Misconfigured if is_ours else NotDelivered)(
            "the mail server refuses the user or password"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _fault(error.smtp_code, f"the mail server answered {error.smtp_code}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotDelivered("the mail server offers no encryption, or takes no password") from error
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered("the mail server's certificate cannot be verified") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered("the mail server cannot be reached") from error


def _fault(code: int, text: str) -> NotDelivered:
    return Refused(text) if code >= _FINAL else NotDelivered(text)
