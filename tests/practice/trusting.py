"""The bridge as it is served, trusting the certificate that a test made for its fake of Microsoft."""

from __future__ import annotations

import os

from bridge.app import create_app, load
from bridge.surroundings import Surroundings

app = create_app(load(), Surroundings(ca_bundle=os.environ.get("TEST_CA_BUNDLE")))
