"""Ask several questions in one round trip.

Decides that a part of a batch is believed only by its own status: the outer 200 says nothing. Parts that
were told to wait, or came to nothing, are asked again alone. For reading only: what became of a write must
not hang on a batch. Source: learn.microsoft.com/graph/json-batching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers.errors import ProviderError, ProviderUnavailable
from providers.http import Call
from providers.microsoft.client import Answer, Client, Question

MOST_PARTS = 20  # Graph's limit (graph/json-batching)

Outcome = Answer | ProviderError


def ask_all(client: Client, call: Call, questions: Sequence[Question]) -> list[Outcome]:
    """Return an outcome for each question, in their order."""
    if len(questions) == 1:
        return [_alone(client, call, questions[0])]
    outcomes: list[Outcome] = []
    for first in range(0, len(questions), MOST_PARTS):
        outcomes.extend(_together(client, call, questions[first : first + MOST_PARTS]))
    return outcomes


def _alone(client: Client, call: Call, question: Question) -> Outcome:
    try:
        return client.ask(call, question, lambda answer: answer)
    except ProviderError as error:
        return error


def _together(client: Client, call: Call, questions: Sequence[Question]) -> list[Outcome]:
    body = {"requests": [_part(str(number), question) for number, question in enumerate(questions)]}
    try:
        parts = client.ask(call, Question("POST", "/$batch", body=body), lambda answer: _parts(call, answer))
    except ProviderError as error:
        return [error] * len(questions)
    found = [_outcome(client, call, parts.get(str(number))) for number in range(len(questions))]
    return [
        _alone(client, call, question) if outcome is None else outcome
        for question, outcome in zip(questions, found, strict=True)
    ]


def _part(number: str, question: Question) -> dict[str, Any]:
    # A part has headers of its own: how times and ids are wanted must stand in each.
    headers = question.headers()
    part: dict[str, Any] = {"id": number, "method": question.method, "url": question.url, "headers": headers}
    if question.body is not None:
        part["body"] = question.body
        headers["Content-Type"] = "application/json"
    return part


def _parts(call: Call, answer: Answer) -> dict[str, Mapping[str, Any]]:
    """Return the parts of the answer by their ids; they come in any order."""
    listed = answer.body.get("responses") if isinstance(answer.body, Mapping) else None
    if not isinstance(listed, list):
        raise call.unexpected("responses", answer.status)
    return {str(part.get("id")): part for part in listed if isinstance(part, Mapping)}


def _outcome(client: Client, call: Call, part: Mapping[str, Any] | None) -> Outcome | None:
    """Return what a part says; None when the question is to be asked again alone."""
    status = part.get("status") if part is not None else None
    if part is None or not isinstance(status, int):
        return call.unexpected("responses")
    given = part.get("headers")
    headers = (
        {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    )
    if status == 401:  # the token died between the parts
        return None
    try:
        return client.accept(call, Answer(status, headers, part.get("body")))
    # Told to wait, or a fault in this part alone: what the others said stands.
    except ProviderUnavailable:
        return None
    except ProviderError as error:
        return error
