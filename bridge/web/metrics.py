"""Tells the figures of all processes to Prometheus, under a bearer token.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/, written by its own client library.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry
from pydantic import SecretStr

from bridge.journal.figures import SECONDS, Figure

_COUNTED = {
    "bridge_calls": "Calls by what was asked and what came of it.",
    "bridge_offers": "Offers told, kept or made anew.",
    "bridge_vendor_requests": "Requests to calendars, by account.",
    "bridge_vendor_errors": "Requests to calendars that failed, by account.",
}
_TIMED = {
    "bridge_call_seconds": "How long calls took.",
    "bridge_busy_age_seconds": "How old the oldest busy time was that an offer relied on.",
}
_NOW = {
    "bridge_background_lag_seconds": "How late the job is that is due longest.",
    "bridge_alerts_open": "What needs a person.",
    "bridge_calendar_answer_age_seconds": "Since when a calendar has not answered well.",
}
_BOUNDS = [*map(str, SECONDS), "+Inf"]

Labels = tuple[tuple[str, str], ...]


def metrics_blueprint(figures: Callable[[], Iterable[Figure]], token: SecretStr) -> Blueprint:
    """Return `GET /metrics`."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def tell() -> Response:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        is_right = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
        if scheme.lower() != "bearer" or not is_right:
            return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Told(figures()))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return blueprint


class _Told(Collector):
    """The figures in the library's own form."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._by_name: dict[str, list[Figure]] = defaultdict(list)
        for each in figures:
            self._by_name[each.name].append(each)

    def collect(self) -> Iterator[Metric]:
        for name, meaning in _COUNTED.items():
            yield self._family(CounterMetricFamily, name, meaning)
        for name, meaning in _NOW.items():
            yield self._family(GaugeMetricFamily, name, meaning)
        for name, meaning in _TIMED.items():
            yield self._histogram(name, meaning)

    def _family(self, kind: type[CounterMetricFamily | GaugeMetricFamily], name: str, meaning: str) -> Metric:
        found = self._by_name[name]
        labels = sorted({label for each in found for label in each.labels})
        family = kind(name, meaning, labels=labels)
        for each in found:
            family.add_metric([each.labels.get(label, "") for label in labels], each.value)
        return family

    def _histogram(self, name: str, meaning: str) -> Metric:
        counted: dict[Labels, dict[str, float]] = defaultdict(dict)
        for each in self._by_name[f"{name}_bucket"]:
            counted[_without_bound(each.labels)][each.labels["le"]] = each.value
        sums = {_without_bound(each.labels): each.value for each in self._by_name[f"{name}_sum"]}
        family = HistogramMetricFamily(name, meaning, labels=[key for key, _ in next(iter(counted), ())])
        for labels, buckets in counted.items():
            total, cumulative = 0.0, []
            for bound in _BOUNDS:  # kept each by itself, told as all up to it
                total += buckets.get(bound, 0.0)
                cumulative.append((bound, total))
            family.add_metric([text for _, text in labels], cumulative, sums.get(labels, 0.0))
        return family


def _without_bound(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted((key, text) for key, text in labels.items() if key != "le"))
