"""`/metrics` tells the figures of all processes, under a token; the heartbeat, that all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.cli.test_request import serve

TOKEN = 'metrics_token = "fake-metrics-token"'


def told(line: Line) -> dict[str, float]:
    line.bridge.journal.write_down()
    answer = line.app.test_client().get("/metrics", headers={"Authorization": "Bearer fake-metrics-token"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {_named(sample): sample.value for family in families for sample in family.samples}


def _named(sample: Sample) -> str:
    return " ".join([sample.name, *(f"{key}={text}" for key, text in sorted(sample.labels.items()))])


def test_the_figures_are_those_of_all_processes(open_line_on_both: OpenLine) -> None:
    one = open_line_on_both(ANNA, bridge=TOKEN)
    other = open_line_on_both(ANNA, bridge=TOKEN)
    one.available(), other.available(), other.book(at(10)), other.book(at(10), "other")
    told(other)
    found = told(one)
    assert found["bridge_calls_total outcome=offered question=available"] == 2
    assert found["bridge_calls_total outcome=booked question=book"] == 1
    assert found["bridge_call_seconds_count question=book"] == 2
    assert found["bridge_call_seconds_bucket le=+Inf question=book"] == 2
    assert found["bridge_alerts_open"] == 0
    assert found["bridge_offers_total kept=no"] == 2


def test_nobody_reads_them_without_the_token(open_line: OpenLine) -> None:
    client = open_line(ANNA, bridge=TOKEN).app.test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    assert open_line(ANNA).app.test_client().get("/metrics").status_code == 404


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[str]]]:
    """Where heartbeats are counted."""
    heard: list[str] = []
    app = Flask("watcher")

    @app.get("/beat")
    def beat() -> str:
        heard.append("beat")
        return "ok"

    for url in serve(app):
        yield f"{url}/beat", heard


def test_the_heartbeat_stops_when_background_work_does_not_get_on(
    open_line: OpenLine, watcher: tuple[str, list[str]]
) -> None:
    url, heard = watcher
    line = open_line(ANNA, rest=f'[alerts]\nheartbeat_url = "{url}"')
    beat = line.bridge.background._kinds["heartbeat"]
    assert beat("") == timedelta(minutes=1)
    line.bridge.background.plan("tidy")
    line.clock.turn(minutes=6)
    assert (beat(""), heard) == (timedelta(minutes=1), ["beat"])
