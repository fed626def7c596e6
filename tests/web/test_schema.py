"""The OpenAPI description is true: schemathesis asks as it says and compares the answers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection

from bridge.service.signing import sign
from bridge.web.schema import openapi
from tests.web.diary import KEY, Diary, app_of
from tests.web.telli_caller import NINE_ISO

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SIGN_HERE = "sign-here"
SIGNED = {"x-telli-signature": SIGN_HERE}


def signing(app: Wsgi) -> Wsgi:
    """Put a good signature where one was asked for, over the very bytes that are sent."""

    def signed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_X_TELLI_SIGNATURE") == SIGN_HERE:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            environ["HTTP_X_TELLI_SIGNATURE"] = sign(body or b"{}", KEY)
        return app(environ, start_response)

    return signed


def signed_app() -> Wsgi:
    return signing(app_of(Diary(), booking_details=True))


def signed_schema() -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", signed_app())


@pytest.fixture(name="signed_schema")
def its_schema(request: pytest.FixtureRequest) -> Any:
    request.node._nodeid = request.node.nodeid  # schemathesis 4.32 reads it, pytest 9 has it no more
    return signed_schema()


schema = schemathesis.pytest.from_fixture(
    "signed_schema"
)  # else each worker makes all cases when it collects


@schema.auth()
class Signed:
    """Asks for a signature."""

    def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
        return SIGN_HERE

    def set(self, case: schemathesis.Case[Any], value: str, _context: schemathesis.AuthContext) -> None:
        case.headers["x-telli-signature"] = value


@schema.parametrize()
@settings(max_examples=40, deadline=None)
def test_every_answer_is_as_described(case: schemathesis.Case[Any]) -> None:
    # By telli's contract a signed body of the wrong shape is answered 200, with the outcome in the body.
    case.call_and_validate(excluded_checks=[negative_data_rejection])


SCENARIOS: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    ("/available", {}, {}, "available"),
    ("/{event_type}/available", {"event_type": "consultation"}, {}, "available"),
    ("/{event_type}/available", {"event_type": "nonsense"}, {}, "error"),
    ("/book", {}, {"contact_id": "c-1", "start_iso": NINE_ISO}, "booking"),
    ("/book", {}, {"contact_id": "c-2", "start_iso": NINE_ISO}, "reason"),
    ("/{event_type}/book", {"event_type": "strict"}, {"start_iso": NINE_ISO}, "reason"),
]


def test_answers_of_every_kind_are_as_described() -> None:
    fresh = signed_schema()
    for path, parameters, body, told in SCENARIOS:
        case = fresh[path]["POST"].Case(
            path_parameters=parameters, body=body, media_type="application/json", headers=SIGNED
        )
        assert told in case.call_and_validate(excluded_checks=[ignored_auth]).json()


def test_the_description_names_no_event_type_and_needs_no_signature() -> None:
    response = app_of(Diary()).test_client().get("/openapi.json")
    assert response.status_code == 200
    assert "consultation" not in response.get_data(as_text=True)


def test_booking_details_are_described_only_where_they_are_given() -> None:
    assert "'booking': {" not in str(openapi(booking_details=False, slot_details=False))
    assert "'booking': {" in str(openapi(booking_details=True, slot_details=False))
