"""A real server's application behind the fakes' HTTP: with their faults, and their log of what was asked."""

from __future__ import annotations

import io
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.vendors.common import Answer, Fake, Fault, Planned, Refused, Request

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# A part of an answer that is none: there is no text.
TORN = """<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>{path}torn.ics</href><propstat><prop>
<getetag/></prop><status>HTTP/1.1 500 Internal Server Error</status></propstat></response></multistatus>"""


class Served(Fake):
    """One user's account; `user` and `password` are what it is signed in to with.

    Operations are called by their verbs in small letters; whatever writes is a "write".
    """

    def __init__(self, application: Application, user: str) -> None:
        self.application = application
        self.user, self.password = user, "plainly fake password"
        self.torn: set[str] = set()
        super().__init__()

    @property
    def token(self) -> str:
        return f"{self.user}:{self.password}"

    @property
    def start(self) -> str:
        """Return the address at which discovery begins."""
        return f"{self.url}/"

    def path(self, title: str) -> str:
        """Return the path of the calendar with a title."""
        raise NotImplementedError

    def identify(self, request: Request) -> Request:
        is_write = request.verb in {"PUT", "DELETE"}
        return replace(request, operation="write" if is_write else request.verb.lower())

    def answer_to(self, request: Request) -> Answer:
        self.require_password(request)
        if request.verb == "REPORT" and request.path in self.torn:
            return xml(207, TORN.format(path=request.path))
        return self.done(request)

    def require_password(self, request: Request) -> None:
        """Let nobody else in. Refused: it is somebody else."""
        told = b64encode(self.token.encode()).decode()
        if request.headers.get("authorization") != f"Basic {told}":
            raise Refused(Answer(401, headers={"WWW-Authenticate": 'Basic realm="calendars"'}, content=b""))

    def done(self, request: Request) -> Answer:
        """Do what is asked, whoever asks."""
        said: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            said.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

        body = b"".join(self.application(self._environ(request), start))
        headers = {name: value for name, value in said["headers"].items() if name.lower() != "content-length"}
        return Answer(said["status"], headers=headers, content=body)

    def as_person(self, verb: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Do what another program of the user does, past all faults. AssertionError: it is refused."""
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        named["authorization"] = f"Basic {b64encode(self.token.encode()).decode()}"
        answer = self.done(Request(verb, path, [], named, body))
        assert 200 <= answer.status < 300, (verb, path, answer.status, answer.content)
        return answer

    def refusal(self, planned: Planned) -> Answer:
        statuses = {
            Fault.UNAUTHORIZED: 401,
            Fault.RATE_429: 429,
            Fault.FORBIDDEN: 403,
            Fault.BAD_REQUEST: 400,
            Fault.NOT_FOUND: 404,
            Fault.SERVER_ERROR: 500,
        }
        if planned.fault not in statuses:
            return super().refusal(planned)
        headers = {"Retry-After": planned.retry_after} if planned.retry_after else {}
        return Answer(statuses[planned.fault], headers=headers, content=b"")

    def _environ(self, request: Request) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.verb,
            "REMOTE_USER": self.user,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(request.path).encode().decode("latin-1"),
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(request.content)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.content),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            if name == "content-type":
                environ["CONTENT_TYPE"] = value
            elif name != "content-length":
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ


def xml(status: int, text: str) -> Answer:
    """Return an answer in XML."""
    return Answer(status, headers={"Content-Type": "application/xml; charset=utf-8"}, content=text.encode())
