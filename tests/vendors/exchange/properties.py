"""Extended properties of entries: what they are known by, and those that Exchange derives itself."""

from __future__ import annotations

from base64 import b64encode

from tests.vendors.exchange.soap import Element, part, t, text_of
from tests.vendors.exchange.state import Item, Property

_GLOBAL_ID = bytes.fromhex("040000008200E00074C5B7101A82E008")
_MEETING = "Meeting"
_DERIVED = {(_MEETING, "3"), (_MEETING, "35")}  # the global object id, and the clean one of a series
_NUMBER = ("", "0xe23")  # PidTagInternetArticleNumber: grows within a folder


def key_of(uri: Element) -> Property:
    """Return what an ExtendedFieldURI is known by."""
    if uri.get("PropertyTag"):
        return ("", hex(int(uri.get("PropertyTag"), 0)))
    kept_in = (uri.get("PropertySetId") or "").lower() or uri.get("DistinguishedPropertySetId")
    return (kept_in, uri.get("PropertyName") or uri.get("PropertyId"))


def set_property(item: Item, element: Element) -> Property:
    """Keep an ExtendedProperty of an entry; return what it is known by."""
    uri = part(element, "ExtendedFieldURI")
    key = key_of(uri)
    item.properties[key] = (dict(uri.attrib), text_of(element, "Value") or "")
    return key


def value_of(item: Item, key: Property) -> str | None:
    """Return an extended property's text, None where the entry has none."""
    if key in _DERIVED:
        return _global_id(item.uid)
    if key == _NUMBER:
        return str(item.first_change)
    return item.properties[key][1] if key in item.properties else None


def shown(item: Item, uri: Element) -> Element | None:
    """Return an extended property that was asked for."""
    value = value_of(item, key_of(uri))
    if value is None:
        return None
    return t("ExtendedProperty", t("ExtendedFieldURI", **dict(uri.attrib)), t("Value", value))


def _global_id(uid: str) -> str:
    """Return the global object id of a UID; a UID of somebody else's making is wrapped in one."""
    if uid.upper().startswith(_GLOBAL_ID.hex().upper()):
        return b64encode(bytes.fromhex(uid)).decode()
    wrapped = b"vCal-Uid\x01\0\0\0" + uid.encode() + b"\0"
    return b64encode(_GLOBAL_ID + bytes(20) + len(wrapped).to_bytes(4, "little") + wrapped).decode()
