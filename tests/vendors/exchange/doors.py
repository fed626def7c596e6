"""Who is asking: basic sign-in with each request, or NTLM once for a connection."""

from __future__ import annotations

import hmac
import secrets
import struct
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable

from spnego._ntlm_raw.crypto import ntowfv1, ntowfv2  # the only MD4 at hand

from tests.vendors.common import Answer, Refused, Request
from tests.vendors.exchange.state import DOMAIN, Mailbox, World

_SIGNATURE = b"NTLMSSP\0"
_FLAGS = 0xA2898205  # Unicode, NTLM, extended security, a domain with its target information, 128 bits
_USER, _DOMAIN, _ANSWER = 36, 28, 20  # where an authenticate message tells where these are
_PROOF = 16


class Doors:
    """The sign-in; `offers` is what a stranger is offered, `known` who has come in by which connection."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.offers = ["NTLM", "Basic"]
        self.known: dict[int, str] = {}
        self._challenges: dict[int, bytes] = {}

    def who(self, request: Request) -> Mailbox | None:
        """Return who is asking, None where that is not known (yet)."""
        scheme, token = self._said(request)
        if not scheme and "NTLM" in self.offers:
            return self.world.mailboxes.get(self.known.get(request.connection, ""))
        if scheme not in {each.lower() for each in self.offers}:
            return None
        if scheme == "basic":
            user, _, password = token.decode(errors="replace").partition(":")
            return next((each for each in self._called(*_parted(user)) if each.password == password), None)
        if _kind(token) != 3:
            return None
        return self._proven(token, self._challenges.get(request.connection, b""))

    def enter(self, request: Request, who: Mailbox | None) -> Mailbox:
        """Let somebody in, for the whole connection where that is the way. Refused: who is it?"""
        scheme, token = self._said(request)
        if who is not None:
            if scheme == "ntlm":
                self.known[request.connection] = who.email
            return who
        offers = ", ".join('Basic realm="mail"' if each == "Basic" else each for each in self.offers)
        if scheme == "ntlm" and "NTLM" in self.offers and _kind(token) == 1:
            challenge = self._challenges[request.connection] = secrets.token_bytes(8)
            offers = f"NTLM {b64encode(_challenge(challenge)).decode()}"
        raise Refused(Answer(401, headers={"WWW-Authenticate": offers}, content=b""))

    def forget(self, email: str) -> None:
        """Let nobody stay in who came in with an old password."""
        self.known = {number: each for number, each in self.known.items() if each != email}

    def _said(self, request: Request) -> tuple[str, bytes]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            return scheme.lower(), b64decode(token)
        except NoBase64:
            return scheme.lower(), b""

    def _called(self, domain: str, user: str) -> Iterable[Mailbox]:
        for each in list(self.world.mailboxes.values()):
            if domain.upper() in {DOMAIN, ""} and user.lower() in {each.account, each.email}:
                yield each

    def _proven(self, token: bytes, challenge: bytes) -> Mailbox | None:
        domain, user = (_field(token, place).decode("utf-16-le") for place in (_DOMAIN, _USER))
        answer = _field(token, _ANSWER)
        for each in self._called(domain, user):
            key = ntowfv2(user, ntowfv1(each.password), domain)
            proof = hmac.digest(key, challenge + answer[_PROOF:], "md5")
            if hmac.compare_digest(proof, answer[:_PROOF]):
                return each
        return None


def _parted(user: str) -> tuple[str, str]:
    domain, mark, name = user.partition("\\")
    return (domain, name) if mark else ("", user)


def _kind(token: bytes) -> int:
    return int(token[8]) if token.startswith(_SIGNATURE) and len(token) > 8 else 0


def _field(token: bytes, place: int) -> bytes:
    length, _, offset = struct.unpack_from("<HHI", token, place)
    return token[offset : offset + length]


def _challenge(challenge: bytes) -> bytes:
    """Return the message that asks for a proof of the password."""
    target = DOMAIN.encode("utf-16-le")
    pairs = [(2, DOMAIN), (1, "MAIL"), (4, "contoso.example.com"), (3, "mail.contoso.example.com"), (0, "")]
    told = b"".join(
        struct.pack("<HH", number, len(text) * 2) + text.encode("utf-16-le") for number, text in pairs
    )
    head = 56
    return (
        _SIGNATURE
        + struct.pack("<IHHII", 2, len(target), len(target), head, _FLAGS)
        + challenge
        + bytes(8)
        + struct.pack("<HHI", len(told), len(told), head + len(target))
        + b"\x0a\x00\x7c\x4f\x00\x00\x00\x0f"
        + target
        + told
    )
