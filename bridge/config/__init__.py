"""The configuration: what a TOML file may say, and every sentence about what it may not.

Reads no clock and opens no connection; never lets a secret into a message.
"""

from bridge.config.advice import remarks
from bridge.config.configuration import Config
from bridge.config.reading import load_config, parse_config
from bridge.config.sections import AdminSection, BridgeSection, TelliSection
from bridge.config.starter import starter_config

__all__ = [
    "AdminSection",
    "BridgeSection",
    "Config",
    "TelliSection",
    "load_config",
    "parse_config",
    "remarks",
    "starter_config",
]
