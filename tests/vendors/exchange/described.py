"""Requests and answers held against Exchange's own schemas beside the project, where they are there.

Those are of Exchange 2010; what later ones added and clients use stands here.
"""

from __future__ import annotations

import functools
import threading
from typing import Any

from lxml import etree

from tests.vendors.described import PLACE
from tests.vendors.exchange.soap import Element, name_of

FOLDER = PLACE / "ews"
_LOCK = threading.Lock()


def _value(name: str) -> str:
    return f'<xs:enumeration value="{name}"/>'


_NEWER_FOLDERS = (
    "adminauditlogs",
    "conflicts",
    "conversationhistory",
    "directory",
    "favorites",
    "imcontactlist",
    "localfailures",
    "mycontacts",
    "peopleconnect",
    "quickcontacts",
    "recipientcache",
    "serverfailures",
    "syncissues",
    "todosearch",
)
# By what stands in front of it.
_NEWER = {
    _value("Exchange2010_SP1"): "".join(
        _value(f"Exchange{each}") for each in ("2010_SP2", "2013", "2013_SP1", "2015", "2016")
    ),
    _value("item:UniqueBody"): _value("item:TextBody"),
    _value("folder:FolderId"): _value("folder:DistinguishedFolderId"),
    _value("archiveroot"): "".join(map(_value, _NEWER_FOLDERS)),
    _value("NoData"): _value("WorkingElsewhere"),
    '<xs:element name="UniqueBody" type="t:BodyType" minOccurs="0"/>': (
        '<xs:element name="TextBody" type="t:BodyType" minOccurs="0"/>'
    ),
    '<xs:element name="EffectiveRights" type="t:EffectiveRightsType" minOccurs="0"/>': (
        '<xs:element name="DistinguishedFolderId" type="t:DistinguishedFolderIdNameType" minOccurs="0"/>'
    ),
    '<xs:attribute name="AffectedTaskOccurrences" type="t:AffectedTaskOccurrencesType" use="optional"/>': (
        '<xs:attribute name="SuppressReadReceipts" type="xs:boolean" use="optional"/>'
    ),
    '<xs:attribute name="SendMeetingInvitationsOrCancellations" type="t:CalendarItemUpdateOperationType" '
    'use="optional"/>': '<xs:attribute name="SuppressReadReceipts" type="xs:boolean" use="optional"/>',
}


def is_there() -> bool:
    """Tell whether the schemas can be read."""
    return (FOLDER / "messages.xsd").is_file()


def complaints(element: Element) -> list[str]:
    """Return what the schemas find wrong with a request, an answer or a header."""
    if not is_there():
        return []
    alone = etree.fromstring(etree.tostring(element))
    with _LOCK:  # a validator keeps its complaints in itself
        schema = _schema()
        if schema.validate(alone):
            return []
        return [f"{name_of(element)}: {error.message}" for error in schema.error_log]


@functools.lru_cache(maxsize=1)
def _schema() -> Any:
    parser = etree.XMLParser()
    parser.resolvers.add(_Newer())
    return etree.XMLSchema(etree.parse(str(FOLDER / "messages.xsd"), parser))


class _Newer(etree.Resolver):  # type: ignore[misc]
    """Reads a schema with what came later."""

    def resolve(self, url: str, _public: str, context: Any) -> Any:
        """Return the schema's text."""
        return self.resolve_string(_text(url.rpartition("/")[2]), context, base_url=url)


def _text(name: str) -> str:
    text = (FOLDER / name).read_text(encoding="utf-8-sig")
    root = etree.fromstring(text.encode())
    plain = str(etree.tostring(root, encoding="unicode"))  # every element spelled alike
    for old, new in _NEWER.items():
        plain = plain.replace(old, old + new)
    return plain.replace(' fixed="Exchange2010_SP1"', "")
