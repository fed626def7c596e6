"""Certificates of an authority that exists only for the test."""

from __future__ import annotations

import functools
import ssl
import tempfile
from pathlib import Path

import trustme


@functools.lru_cache(maxsize=1)
def _authority() -> tuple[trustme.CA, trustme.LeafCert]:
    authority = trustme.CA()
    return authority, authority.issue_cert("localhost", "127.0.0.1")


class Certificate:
    """A server's certificate, and the file by which clients know who to trust."""

    def __init__(self) -> None:
        authority, leaf = _authority()
        self._folder = tempfile.TemporaryDirectory(prefix="fake-vendor-")
        self.ca_bundle = str(Path(self._folder.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_bundle)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(self.context)

    def forget(self) -> None:
        """Remove the file."""
        self._folder.cleanup()
