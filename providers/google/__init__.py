"""Google Calendar v3 behind the provider contract, and Google's sign-in as plain functions.

Knows no Flask, no database and no configuration file.
"""

from providers.google.calendars import GoogleCalendars
from providers.google.delegation import ServiceAccountTokens, service_account_tokens
from providers.google.push import Notification, read_notification
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
from providers.google.sign_in import begin_consent, finish_consent, refresh, revoke
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
