"""What all fakes of vendors are made of: a server, faults on demand, a log of what was asked, control.

A fake is one class, with a state of its own behind real HTTP on 127.0.0.1:

    class FakeMail(Fake):
        def routes(self) -> Sequence[Route]:
            return [Route("POST", r"/v3/email", "send", self._send)]

        def __init__(self, port: int = 0) -> None:
            super().__init__(port)
            self.sent: list[Json] = []

        def _send(self, request: Request) -> Answer:
            if request.headers.get("api-key") != KEY:
                raise Refused(Answer(401, {"code": "unauthorized"}))
            self.sent.append(request.body)
            return Answer(201, {"messageId": f"<{len(self.sent)}@example.com>"})

        def refusal(self, planned: Planned) -> Answer:  # in the vendor's words; see `Fault`
            if planned.fault is Fault.RATE_429:
                return Answer(429, {"code": "too_many"}, {"Retry-After": planned.retry_after or "1"})
            return super().refusal(planned)

    with FakeMail() as mail:  # secure = True in the class: HTTPS, trusted by mail.ca_bundle
        mail.fail_next(Fault.RATE_429, operation="send", retry_after="2")
        mail.fail_next(Fault.DROP_AFTER)  # sent, but the answer is lost
        ...
        assert mail.operations() == ["send", "send"]

Leaving the block stops the server, hung requests too, and fails the test where `violations` says that a
request was not as the vendor describes it. For other processes, `serving.serve(FakeMail)` as a `__main__`
prints one line of JSON with the addresses and serves until its input ends; `Remote(url)` calls its methods.
"""

from tests.vendors.common.answers import Answer, Json, Refused, page
from tests.vendors.common.fake import Fake, Route
from tests.vendors.common.faults import Fault, Planned
from tests.vendors.common.remote import FakeTokens, Remote
from tests.vendors.common.server import Request

__all__ = [
    "Answer",
    "Fake",
    "FakeTokens",
    "Fault",
    "Json",
    "Planned",
    "Refused",
    "Remote",
    "Request",
    "Route",
    "page",
]
