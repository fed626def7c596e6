"""Who is calling: names, e-mail, phone and booking fields, read from whatever a request carries.

Anything of an unexpected shape counts as absent; nothing a caller or agent can send is an error here.
"""

from bridge.attendee.reading import read_attendee, read_attendee_name
from bridge.attendee.request import CallerRequest

__all__ = ["CallerRequest", "read_attendee", "read_attendee_name"]
