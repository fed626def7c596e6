"""Serves a fake for other processes: `tests/vendors/common/serving.py` says how."""

from tests.vendors.common.serving import serve
from tests.vendors.exchange.fake import FakeExchange

serve(FakeExchange)
