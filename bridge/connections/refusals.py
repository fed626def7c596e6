"""Decides what a vendor's refusal of a sign-in is to the owner: which error, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bridge.connections.sentences import Sentences
from bridge.connections.sign_in import Renewal, SignIn
from bridge.errors import ConnectError, ConsentDenied, StateMismatch
from providers import errors as theirs
from providers.errors import ProviderError

T = TypeVar("T")


class NotConfigured(ConnectError):
    """The configuration has no application for this vendor."""

    code = "connect_not_configured"


class ClientRefused(ConnectError):
    """The vendor does not accept the bridge's own registration."""

    code = "connect_client"


class VendorSilent(ConnectError):
    """The vendor did not answer, or not as documented."""

    code = "connect_unavailable"


class PasswordRefused(ConnectError):
    """The vendor does not accept what was typed in."""

    code = "connect_password"


class Incomplete(ConnectError):
    """A field of the form is empty."""

    code = "connect_incomplete"


class NotNamed(ConnectError):
    """The configuration knows no such account."""

    code = "connect_not_named"


def asked(question: Callable[[], T]) -> T:
    """Return a vendor's answer, or raise its error without the frames it came through.

    Their variables hold tokens, and an error report may print them.
    """
    try:
        return question()
    except ProviderError as error:
        error.__context__ = None
        raise error.with_traceback(None) from None


def password_refusal(error: ProviderError, vendor: Renewal, sentences: Sentences) -> ConnectError:
    """Return what the owner is told when what was typed in did not do."""
    if isinstance(error, theirs.ConnectionExpired):
        return PasswordRefused(sentences.password_refused(vendor.title))
    if isinstance(error, theirs.AccessDenied):
        return PasswordRefused(sentences.access_refused(vendor.title))
    return VendorSilent(sentences.not_reached(vendor.title, error.detail or type(error).__name__))


def refusal(error: ProviderError, vendor: SignIn, sentences: Sentences) -> ConnectError:
    """Return what the owner is told when a sign-in could not be finished."""
    if isinstance(error, theirs.ConsentDenied):
        return ConsentDenied(sentences.denied(vendor.title, error.detail if vendor.speaks else ""))
    if isinstance(error, theirs.ConsentMismatch | theirs.ConnectionExpired):
        return StateMismatch(sentences.not_accepted(vendor.title))
    if isinstance(error, theirs.AccessDenied) and vendor.speaks:
        return ClientRefused(sentences.explained(error.detail))
    if isinstance(error, theirs.AccessDenied):
        return ClientRefused(sentences.client_refused(vendor.title, vendor.provider, error.detail))
    return VendorSilent(sentences.silent(vendor.title))
