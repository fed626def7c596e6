"""Who may open the pages: password and one-time codes, how often to be wrong, who is signed in."""

from bridge.signin.admin import AdminSignIn, SignInRefused, TooManyAttempts
from bridge.signin.allowance import Visitor
from bridge.signin.sessions import SESSION_LASTS, Sessions

__all__ = ["SESSION_LASTS", "AdminSignIn", "Sessions", "SignInRefused", "TooManyAttempts", "Visitor"]
