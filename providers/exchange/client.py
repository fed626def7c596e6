"""Ask an Exchange server one question: password, connection, repetition, meaning.

Decides when the password counts as dead, and which refusals are repeated.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeVar
from xml.etree.ElementTree import Element  # nosec B405

import requests
from spnego.exceptions import SpnegoError

from providers.base import Deadline
from providers.errors import ProviderError, RateLimited
from providers.exchange.errors import general_error, status_error
from providers.exchange.lines import Lines
from providers.exchange.soap import Composer, Request
from providers.exchange.xml import Refusal, parts_of
from providers.http import Call, Clocks, Patience, repeat, retry_after, send
from providers.markup import tree
from providers.tokens import TokenSource, ask_with_token

T = TypeVar("T")
Meaning = Callable[[Refusal], ProviderError | None]
Part = Element | ProviderError

PROVIDER = "exchange"
_OFFERS = {"ntlm": ("ntlm", "negotiate"), "basic": ("basic",), "kerberos": ("negotiate",)}


def no_meaning(_refusal: Refusal) -> None:
    """Leave a refusal to the general table."""


class Client:
    """One mailbox at its server. Its token is "<user name>:<password>"."""

    def __init__(self, mailbox: str, tokens: TokenSource, lines: Lines, *, clocks: Clocks) -> None:
        self.clocks = clocks
        self.compose = Composer(mailbox, impersonates=lines.settings.impersonates)
        self._tokens = tokens
        self._lines = lines
        self._patience = Patience(clocks.monotonic)

    def call(self, operation: str, deadline: Deadline, *, writes: bool = False) -> Call:
        """Return the call under which an operation's requests run."""
        return Call(PROVIDER, operation, deadline, writes)

    def ask(
        self, call: Call, request: Request, read: Callable[[Element], T], *, meaning: Meaning = no_meaning
    ) -> T:
        """Return what `read` makes of the one part of an answer.

        `meaning` is what this operation makes of a refusal; None leaves it to the general table.
        A part without the documented shape leaves a write in doubt.
        """

        def once() -> T:
            (part,) = self._parts(call, request, meaning)
            if isinstance(part, ProviderError):
                raise part
            return read(part)

        return repeat(call, once, self.clocks)

    def parts(self, call: Call, request: Request) -> Sequence[Part]:
        """Return the parts of an answer in the order they were asked for, errors among them."""
        return repeat(call, lambda: self._parts(call, request, no_meaning), self.clocks)

    def _parts(self, call: Call, request: Request, meaning: Meaning) -> list[Part]:
        root = self._accepted(call, request)
        found = parts_of(root)
        if found is None:
            raise call.unexpected("ResponseMessages")
        if isinstance(found, Refusal):
            raise self._meant(call, request, found, meaning)
        if len(found) != request.parts:
            raise call.unexpected("ResponseMessages")
        return [
            self._meant(call, request, each, meaning) if isinstance(each, Refusal) else each for each in found
        ]

    def _meant(self, call: Call, request: Request, refusal: Refusal, meaning: Meaning) -> ProviderError:
        error = meaning(refusal) or general_error(call, refusal, is_event=request.is_event)
        return self._noted(error)

    def _noted(self, error: ProviderError) -> ProviderError:
        if isinstance(error, RateLimited):
            self._patience.note(error)
        return error

    def _accepted(self, call: Call, request: Request) -> Element:
        """Send with the password at hand; when it is refused, once more with the next."""
        content = self.compose.envelope(request)

        def ask(token: str) -> Element | None:
            with self._lines.turn(token, call) as may_show:
                if not may_show:
                    return None
                answer = self._sent(call, content, token)
                if answer.status_code == 401:
                    self._require_offer(call, answer)
                    self._lines.refuse(token)
                    return None
                self._lines.accept(token)
            return self._understood(call, answer)

        shown = "ticket" if self._lines.settings.auth == "kerberos" else "password"
        return ask_with_token(self._tokens, call, ask, ended=f"the {shown} was refused")

    def _require_offer(self, call: Call, refused: requests.Response) -> None:
        """Return where a 401 speaks of the password. ProviderError: it was not looked at, only the way in."""
        auth, offered = self._lines.settings.auth, refused.headers.get("www-authenticate", "").lower()
        if offered and not any(word in offered for word in _OFFERS[auth]):
            text = f"the server lets nobody in by {auth}: compare auth in [exchange]"
            raise ProviderError(call.provider, call.operation, text)

    def _sent(self, call: Call, content: bytes, token: str) -> requests.Response:
        self._patience.check(call)
        url = self._lines.settings.url
        self._lines.secrecy.require(call, url)
        # Servers of several sites send the request on by this, without a look at the body.
        headers = {"X-AnchorMailbox": self.compose.mailbox}
        try:
            with self._lines.line(token) as line:
                return send(line, call, "POST", url, data=content, headers=headers)
        except (SpnegoError, KeyError, ValueError, PermissionError, struct.error) as error:
            # A challenge that is none: what was asked is only done once somebody is signed in.
            raise call.broken(sent=False, detail=f"no sign-in: {type(error).__name__}") from None

    def _understood(self, call: Call, answer: requests.Response) -> Element:
        """Return the envelope. Exchange tells what it refuses as HTTP 500 too, with an envelope."""
        status = answer.status_code
        root = tree(answer.content) if status in (200, 500) else None
        if root is not None and (status == 200 or isinstance(parts_of(root), Refusal)):
            return root
        if status == 200:  # a front end's page, or an answer cut short
            raise call.fault("an answer that is no XML")
        wait = retry_after(answer.headers.get("retry-after"), self.clocks.now())
        raise self._noted(status_error(call, status, wait))
