"""The configuration: what a TOML file may say, and every sentence about what it may not.

`reading` goes from the file to a `Config`; `sections` are what each heading may hold, `values` the kinds of
values in them, `problems` what is wrong and in which words. Reads no clock and opens no connection; never
lets a secret into a message.
"""

from bridge.config.advice import remarks
from bridge.config.configuration import Config
from bridge.config.reading import environment_names, load_config, parse_config
from bridge.config.sections.brevo import BrevoSection
from bridge.config.sections.bridge import AdminSection, BridgeSection, TelliSection, WriteBack
from bridge.config.sections.server import Address, Network, ServerSection
from bridge.config.sections.twilio import TwilioSection
from bridge.config.sections.webhooks import WebhookTable
from bridge.config.sections.zoom import ZoomSection
from bridge.config.starter import starter_config

__all__ = [
    "Address",
    "AdminSection",
    "BrevoSection",
    "BridgeSection",
    "Config",
    "Network",
    "ServerSection",
    "TelliSection",
    "TwilioSection",
    "WebhookTable",
    "WriteBack",
    "ZoomSection",
    "environment_names",
    "load_config",
    "parse_config",
    "remarks",
    "starter_config",
]
