"""Who is calling: names, e-mail, phone and booking fields, read from whatever a request carries.

Anything of an unexpected shape counts as absent; nothing a caller or agent can send is an error here.
"""

from bridge.attendee.event import event_text
from bridge.attendee.reading import read_attendee, system_values
from bridge.attendee.request import CallerRequest

__all__ = ["CallerRequest", "event_text", "read_attendee", "system_values"]
