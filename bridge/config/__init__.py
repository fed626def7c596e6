"""The configuration: what a TOML file may say, and every sentence about what it may not.

Reads no clock and opens no connection; never lets a secret into a message.
"""

from bridge.config.advice import remarks
from bridge.config.configuration import Config
from bridge.config.reading import environment_names, load_config, parse_config
from bridge.config.sections import AdminSection, BridgeSection, TelliSection
from bridge.config.server import Address, Network, ServerSection
from bridge.config.starter import starter_config

__all__ = [
    "Address",
    "AdminSection",
    "BridgeSection",
    "Config",
    "Network",
    "ServerSection",
    "TelliSection",
    "environment_names",
    "load_config",
    "parse_config",
    "remarks",
    "starter_config",
]
