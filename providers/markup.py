"""Reads the XML that vendors answer with.

Decides that an answer with a document type is none: a few lines of one make a bomb, and no server needs it.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element  # nosec B405

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring


def tree(content: bytes) -> Element | None:
    """Return the XML in an answer's bytes, None where that is none, or one with a document type."""
    try:
        found: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # the last: an encoding nobody knows
        return None
    return found
