"""A vendor's server with its faults, its log of requests, and the control for other processes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

from tests.vendors.common.answers import Answer, Refused
from tests.vendors.common.certificates import Certificate
from tests.vendors.common.faults import Fault, Faults, Planned, wire_answer
from tests.vendors.common.server import Request, Server


@dataclass(frozen=True, slots=True)
class Route:
    """A request that a fake answers: verb, the whole path as a pattern, what it is called, what to do.

    The pattern's groups are the request's `parts`.
    """

    verb: str
    path: str
    operation: str
    respond: Callable[[Request], Answer]


class Fake:
    """A vendor on a free port of 127.0.0.1 until closed; the package's docstring says how to make one."""

    secure: ClassVar[bool] = False

    def __init__(self, port: int = 0) -> None:
        self.faults = Faults()
        self.requests: list[Request] = []
        self._server = Server(port, self, Certificate() if self.secure else None)
        self.url = self._server.url
        self.ca_bundle = self._server.certificate.ca_bundle if self._server.certificate else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None:
            self.assert_no_violations()

    # what a vendor says of itself

    def routes(self) -> Sequence[Route]:
        """Return what can be asked; where that is much, `identify` and `answer_to` are overridden instead."""
        return ()

    def identify(self, request: Request) -> Request:
        """Return the request with its operation, account and parts."""
        for route in self.routes():
            found = re.fullmatch(route.path, request.path)
            if found and route.verb == request.verb:
                return replace(request, operation=route.operation, parts=found.groups())
        return replace(request, operation="unknown")

    def at_once(self, request: Request) -> AbstractContextManager[Answer | None]:
        """Hold while a request is under way; gives the refusal if there are too many at once."""
        return nullcontext()

    def answer_to(self, request: Request) -> Answer:
        """Do what is asked. Refused: the vendor does not."""
        for route in self.routes():
            if route.operation == request.operation:
                return route.respond(request)
        raise Refused(Answer(404, {"error": f"nothing is at {request.verb} {request.path}"}))

    def refusal(self, planned: Planned) -> Answer:
        """Return the answer by which a fault shows, in the vendor's words."""
        answer = wire_answer(planned.fault)
        if planned.retry_after is not None:
            answer.headers["Retry-After"] = planned.retry_after
        return answer

    def violations(self) -> list[str]:
        """Return which requests were not as the vendor describes them."""
        return []

    # what tests do

    def close(self) -> None:
        """Stop serving."""
        self._server.stop()

    def hang_up(self) -> None:
        """End every open connection, as after a long silence."""
        self._server.hang_up()

    def connections(self) -> int:
        """Return how many connections were opened so far."""
        return self._server.accepted

    def set_latency(self, seconds: float, sleep: Callable[[float], object] | None = None) -> None:
        """Let every answer take so much longer; `sleep` passes the time, for a test that turns its clock."""
        self._server.latency = seconds
        self._server.sleep = sleep or self._server.stopping.wait

    def set_cookie(self, cookie: str) -> None:
        """Send a cookie with every answer."""
        self._server.cookie = cookie

    def operations(self) -> list[str]:
        """Return what was asked so far, in order."""
        return [request.operation for request in self.requests]

    def fail_next(
        self, fault: Fault | str, *, operation: str | Collection[str] | None = None, **more: Any
    ) -> None:
        """Let the next requests (of an operation, or of several) fail: `more` are fields of `faults.Planned`.

        times=1 (None is for ever), after=0, retry_after, seconds=30, code, account.
        """
        self.faults.plan(Planned(Fault(fault), operation, **more))

    def go_down(self) -> None:
        """Answer 503 to everything until `come_up`."""
        self.fail_next(Fault.UNAVAILABLE, times=None)

    def come_up(self) -> None:
        """Call off all faults."""
        self.faults.clear()

    def assert_no_violations(self) -> None:
        """Fail where a request was not as the vendor describes it."""
        found = self.violations()
        assert not found, json.dumps(found, indent=1)

    # what the server asks

    def note(self, request: Request) -> None:
        """Remember that it was asked."""
        self.requests.append(request)

    def respond(self, request: Request) -> Answer:
        """Do what is asked, or refuse it."""
        try:
            return self.answer_to(request)
        except Refused as refused:
            return refused.answer

    def control(self, request: Request) -> Answer:
        """Call a public method by name: POST /control/<name> {"args": [...], "kwargs": {...}}."""
        name = request.path.removeprefix("/control/")
        wanted = request.body or {}
        if name.startswith("_") or not hasattr(self, name):
            return Answer(404, {"error": f"no {name}"})
        member = getattr(self, name)
        try:
            result = (
                member(*wanted.get("args", ()), **wanted.get("kwargs", {})) if callable(member) else member
            )
        except (ValueError, TypeError, KeyError, AssertionError, Refused) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"})
        return Answer(200, {"result": json.loads(json.dumps(result, default=_plain))})


def _plain(value: Any) -> Any:
    """Return what JSON can hold of a result."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    return str(value)
