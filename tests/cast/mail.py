"""A real mail server of the owner's, and a letter box to look into."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "bridge", "fake-mail-password"


@dataclass
class LetterBox:
    """What arrived; `answer` is what the server says to each message."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"
    port: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.messages.append(parsed)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer


def mail_toml(box: LetterBox) -> str:
    """Return the section of the owner's mail server."""
    return f'[mail]\nsmtp_url = "smtp://127.0.0.1:{box.port}"\nfrom = "Salon <salon@example.com>"\n'


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, asks_who: bool = False) -> Iterator[LetterBox]:
    """Serve on this machine until the end; with `tls` as after smtps://, `asks_who` wants USER's password."""
    box = LetterBox()

    def known(_server: object, _session: object, _envelope: object, _how: str, data: object) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=is_right, handled=False)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it knows of no TLS but STARTTLS, and warns of passwords without
            return SMTP(
                box,
                authenticator=known if asks_who else None,
                auth_required=asks_who,
                auth_require_tls=False,
                loop=loop,
            )

    # Its own Controller cannot be given any free port.
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="mail-server", daemon=True)
    thread.start()
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
