"""Serves a fake for other processes: `tests/vendors/common/serving.py` says how."""

from tests.vendors.common.serving import serve
from tests.vendors.google.fake import FakeGoogle

serve(FakeGoogle)
