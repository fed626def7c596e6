"""Google Calendar v3 behind the provider contract, and Google's sign-in as plain functions.

Knows no Flask, no database and no configuration file.
"""

from providers.google.calendars import GoogleCalendars
from providers.google.changes import Notification, read_notification
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
    "missing_scopes",
    "read_notification",
]
