"""A vendor that exists in tests only: paper diaries on a server, one password per owner.

`server.py` is the vendor, `diaries.py` what would lie in providers/, `plug.py` what in bridge/vendors/.
docs/adding-a-vendor.md explains them.
"""
