"""Knows callers as telli's contact API does: asked beside the calendars, kept for minutes.

What telli knows is a help, never a condition: it is not waited for long, and a contact that is not known in
time is booked as the request describes it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace

from bridge import log
from bridge.alerts import Alerts
from bridge.attendee import CallerRequest
from bridge.attendee.contact_api import PROVIDER, ContactApi
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.errors import StoreUnavailable
from bridge.model import Contact
from providers.base import Deadline
from providers.errors import AccessDenied, ProviderError

_KEPT_SECONDS = 300.0  # a call, from its first question to its last
_LEFT_ALONE_SECONDS = 30.0  # a telli that did not answer costs one caller time, not each
_MOST_KEPT = 2_000
_SHARE = 0.4  # of a booking's deadline, as for the calendars that are asked at the same time
_REFUSED = "contact_lookup"

_Record = Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and when it was put, in monotonic time."""

    answer: Future[_Record]
    asked_at: float


class Contacts:
    """The contacts of this process's calls."""

    def __init__(
        self,
        api: ContactApi | None,
        pool: CallPool,
        alerts: Alerts,
        *,
        monotonic: Callable[[], float],
        seconds: float,
    ) -> None:
        """Wait for a contact no longer than its share of `seconds`, asking on threads of their own.

        Without an `api` nobody is asked.
        """
        self._api = api
        self._pool = pool
        self._alerts = alerts
        self._monotonic = monotonic
        self._seconds = _SHARE * seconds
        self._asked: dict[str, _Asked] = {}
        self._left_alone_until = float("-inf")
        self._is_refused = True  # perhaps, by what another process found
        self._lock = threading.Lock()

    def begin(self, request: CallerRequest) -> Callable[[], CallerRequest]:
        """Ask who is calling; return what waits for the answer, and gives the request completed by it."""
        asked = self._asked_about(request.contact)
        until = Deadline(self._seconds, self._monotonic)
        return lambda: _completed(request, asked, until.remaining())

    def known(self, request: CallerRequest) -> CallerRequest:
        """Return the request with what is known by now, and ask, so that more is known at the next."""
        return _completed(request, self._asked_about(request.contact), 0)

    def close(self, *, patience: float) -> None:
        """Ask no more, and wait so many seconds for each question that is under way."""
        self._pool.close(patience=patience)

    def _asked_about(self, contact: Contact) -> _Asked | None:
        """Return the question about a contact, put now or a while ago; None where it can't be put."""
        api = self._api
        if api is None or contact.key is None:
            return None
        now = self._monotonic()
        with self._lock:
            asked = self._asked.get(contact.key)
            if asked and now - asked.asked_at < _KEPT_SECONDS and not _has_failed(asked):
                return asked
            if now < self._left_alone_until:
                return None
            try:
                answer = self._pool.submit(PROVIDER, lambda: self._ask(api, contact))
            except ProviderError:  # as many calls at once as there are threads
                return None
            if len(self._asked) >= _MOST_KEPT:  # the oldest half: they were put in the order of time
                self._asked = dict(list(self._asked.items())[_MOST_KEPT // 2 :])
            self._asked.pop(contact.key, None)
            self._asked[contact.key] = _Asked(answer, now)
            return self._asked[contact.key]

    def _ask(self, api: ContactApi, contact: Contact) -> _Record:
        try:
            record = api.record(contact, Deadline(self._seconds, self._monotonic))
        except ProviderError as error:
            self._left_alone_until = self._monotonic() + _LEFT_ALONE_SECONDS
            log.event("contact_not_known", level=logging.WARNING, why=str(error))
            if isinstance(error, AccessDenied):
                self._note_refusal()
            raise
        if self._is_refused:
            with suppress(StoreUnavailable):  # what was told is of use now
                self._alerts.resolve(_REFUSED)
                self._is_refused = False
        return record

    def _note_refusal(self) -> None:
        self._is_refused = True
        with suppress(StoreUnavailable):  # the next contact is refused too
            self._alerts.alert(
                _REFUSED,
                "telli refuses the API key when it is asked for a caller's contact. Appointments are booked "
                "with what is said in the call. Check api_keys under [telli], or switch lookup_contacts off.",
            )


def _has_failed(asked: _Asked) -> bool:
    return asked.answer.done() and asked.answer.exception() is not None


def _completed(request: CallerRequest, asked: _Asked | None, seconds: float) -> CallerRequest:
    if asked is None:
        return request
    try:
        return replace(request, looked_up=asked.answer.result(timeout=seconds))
    except (StillRunning, ProviderError):
        return request
