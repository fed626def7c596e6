"""Google Calendar v3 behind the provider contract, and Google's sign-in as plain functions.

Knows no Flask, no database and no configuration file.
"""

from providers.google.calendars import GoogleCalendars
from providers.google.changes import Notification, read_notification
from providers.google.consent import begin_consent, finish_consent, refresh, revoke
from providers.google.service_account import ServiceAccountTokens, service_account_tokens
from providers.google.settings import (
    CALENDAR_LIST,
    CALENDAR_SCOPES,
    EMAIL,
    EVENTS,
    FREE_BUSY,
    REQUIRED_SCOPES,
    GoogleSettings,
    missing_scopes,
)
from providers.google.transport import Lines

__all__ = [
    "CALENDAR_LIST",
    "CALENDAR_SCOPES",
    "EMAIL",
    "EVENTS",
    "FREE_BUSY",
    "REQUIRED_SCOPES",
    "GoogleCalendars",
    "GoogleSettings",
    "Lines",
    "Notification",
    "ServiceAccountTokens",
    "begin_consent",
    "finish_consent",
    "missing_scopes",
    "read_notification",
    "refresh",
    "revoke",
    "service_account_tokens",
]
