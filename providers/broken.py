"""Tells of a request that failed whether it can have left, and what broke, in words that name no address."""

from __future__ import annotations

import socket
import ssl

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError


def never_sent(error: requests.RequestException) -> bool:
    """Tell whether the connection failed before a byte of the request could leave."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    return isinstance(_reason(error), (NewConnectionError, ConnectTimeoutError))


def kind_of(error: requests.RequestException) -> str:
    """Return what broke; of a connection that did not come up why, of which requests tells nothing."""
    reason = _reason(error)
    cause = reason.__cause__ if reason is not None else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "the server's certificate is not believed ([network] ca_file)"
    if isinstance(cause, socket.gaierror):
        return "there is no server of this name"
    return type(cause or error).__name__


def _reason(error: requests.RequestException) -> BaseException | None:
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, MaxRetryError) else None
