"""CalDAV (RFC 4791) behind the provider contract: Apple iCloud, Nextcloud, Fastmail, mailbox.org and others.

Knows no Flask, no database and no configuration file.
"""

from providers.caldav.calendars import CaldavCalendars
from providers.caldav.settings import CaldavSettings

__all__ = ["CaldavCalendars", "CaldavSettings"]
