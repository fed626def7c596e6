"""Pages' templates as tests use them: compiled once a process, not once a test.

Jinja keeps what it compiled for each application. A server has one all its life; each test makes its own,
and compiling took longer than all else that a page did. Nothing else differs, and processes that are not
forked compile for themselves.
https://jinja.palletsprojects.com/en/stable/api/#bytecode-cache
"""

from __future__ import annotations

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_compiled: dict[tuple[str, str], CodeType] = {}


class _CompiledOnce(BytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        _compiled[bucket.key, bucket.checksum] = bucket.code


def register() -> None:
    """Let the applications that are made from now on use these."""
    Flask.jinja_options["bytecode_cache"] = _CompiledOnce()
