"""Microsoft Graph v1.0 behind the provider contract, and Entra's sign-in without pages.

Knows no Flask, no database and no configuration file.
"""

from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.delegation import AppTokens
from providers.microsoft.mailboxes import MOST_WITH_OWN_PLACES, Mailboxes
from providers.microsoft.places import SharedPlaces
from providers.microsoft.push import Notification, read_notifications, validation_answer
from providers.microsoft.settings import CALENDARS, SHARED_CALENDARS, MicrosoftSettings, missing_scopes
from providers.microsoft.sign_in import Consent, Entra, Renewed

__all__ = [
    "CALENDARS",
    "MOST_WITH_OWN_PLACES",
    "SHARED_CALENDARS",
    "AppTokens",
    "Consent",
    "Entra",
    "Mailboxes",
    "MicrosoftCalendars",
    "MicrosoftSettings",
    "Notification",
    "Renewed",
    "SharedPlaces",
    "missing_scopes",
    "read_notifications",
    "validation_answer",
]
