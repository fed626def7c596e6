"""Say what Entra's refusals mean for an account: reconnect, set something right, or wait.

Decides by the OAuth error; Entra's own numbers only add who can help (`reasons`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.errors import (
    AccessDenied,
    ConnectionExpired,
    ConsentDenied,
    ConsentMismatch,
    ProviderError,
    ProviderUnavailable,
)
from providers.http import Call
from providers.microsoft.reasons import LATER, codes, sentence

# The owner can mend these by signing in again; whatever else is refused is the application's fault.
_OWNERS_MATTER = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_PASSING = frozenset({"temporarily_unavailable", "server_error"})

Result = Mapping[str, Any]


def refused_consent(call: Call, result: Result) -> ProviderError:
    """Return the meaning of an error on the consent page or for its code."""
    error, text = result["error"], sentence(result)
    if error == "access_denied":
        return ConsentDenied(call.provider, call.operation, text)
    if error == "invalid_grant" and not _says_more(result):
        return ConsentMismatch(call.provider, call.operation, text)
    return refused_application(call, result)


def _says_more(result: Result) -> bool:
    """Tell whether invalid_grant is about the account and not about the code."""
    return not set(codes(result)) <= {54005, 501481, 70008, 70000, 9002313}


def refused_refresh(call: Call, result: Result) -> ProviderError:
    """Return the meaning of a refused refresh."""
    if result["error"] in _OWNERS_MATTER and not LATER & set(codes(result)):
        return ConnectionExpired(call.provider, call.operation, sentence(result))
    return refused_application(call, result)


def refused_application(call: Call, result: Result) -> ProviderError:
    """Return the meaning of what is no fault of the account's owner."""
    if result["error"] in _PASSING or LATER & set(codes(result)):
        return ProviderUnavailable(call.provider, call.operation, sentence(result))
    return AccessDenied(call.provider, call.operation, sentence(result))
