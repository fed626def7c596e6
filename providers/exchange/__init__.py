"""Exchange on a company's own servers (2013 and newer) behind the provider contract, over EWS.

Of exchangelib come the words: every request is put together from its elements and services, with times in
Windows' zones and impersonation, and it knows the ways to sign in. What it does with the network is not
used. It keeps its sessions in one cache for the whole process, has one time-out for all of them (120 s, for
each read), waits for a free session without end, sends a refused request again for each version of the
interface, logs whole requests with the guests in them where a line breaks, and does not tell a request that
never left from one whose answer was lost. So requests go through the one seam (`providers.http`), with
deadlines and errors that say what became of a write; and answers are read here, where whatever is missing
is unknown.

Importing this package imports exchangelib, half a second and 30 MB: only who has such calendars does.
Knows no Flask, no database and no configuration file.
"""

from providers.exchange.calendars import ExchangeCalendars
from providers.exchange.lines import Lines
from providers.exchange.settings import ExchangeSettings

__all__ = ["ExchangeCalendars", "ExchangeSettings", "Lines"]
