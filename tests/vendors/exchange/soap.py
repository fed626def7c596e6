"""The envelope: requests read, answers wrapped, refusals in Exchange's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from tests.vendors.common import Answer, Refused

Element = Any  # lxml publishes no types

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"

_ENVELOPE = ElementMaker(namespace=SOAP, nsmap={"s": SOAP})
_MESSAGE = ElementMaker(namespace=MESSAGES, nsmap={"m": MESSAGES, "t": TYPES})
_TYPE = ElementMaker(namespace=TYPES, nsmap={"t": TYPES})
_ERROR = ElementMaker(namespace=ERRORS, nsmap={"e": ERRORS})
_PLAIN = ElementMaker()

# Whole builds with the name that each gives its interface, which no request may carry.
BUILDS = {
    "2013": (15, 0, 1497, 48, "V2_23"),
    "2016": (15, 1, 2507, 35, "V2017_07_11"),
    "2019": (15, 2, 1544, 4, "V2017_07_11"),
}
_INTERFACES = [
    "Exchange2007",
    "Exchange2007_SP1",
    "Exchange2010",
    "Exchange2010_SP1",
    "Exchange2010_SP2",
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
]
_NEWEST = {"2013": "Exchange2013_SP1", "2016": "Exchange2016", "2019": "Exchange2016"}


class Failed(Exception):
    """One part of a request cannot be done; the others may be."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text or f"{code}, in Exchange's words."


@dataclass(frozen=True, slots=True)
class Call:
    """What a request asks: `body` is the operation's element, `impersonated` an address."""

    operation: str
    body: Element
    headers: tuple[Element, ...]
    version: str | None
    impersonated: str | None


def t(name: str, *children: Any, **attributes: Any) -> Element:
    """Return an element of the types' namespace; children that are None are left out."""
    return _made(_TYPE, name, children, attributes)


def m(name: str, *children: Any, **attributes: Any) -> Element:
    """Return an element of the messages' namespace."""
    return _made(_MESSAGE, name, children, attributes)


def _made(maker: Any, name: str, children: Sequence[Any], attributes: dict[str, Any]) -> Element:
    texts = {key: _text(value) for key, value in attributes.items() if value is not None}
    inside = [each if etree.iselement(each) else _text(each) for each in children if each is not None]
    return maker(name, *inside, texts)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(etree.QName(element).localname)


def child(element: Element, *names: str) -> Element | None:
    """Return the element that a path of names leads to, of whichever namespace; None where there is none."""
    for name in names:
        element = next((each for each in element if name_of(each) == name), None)
        if element is None:
            return None
    return element


def part(element: Element, *names: str) -> Element:
    """Return the element that a path of names leads to, which is there. ValueError: it is not."""
    found = child(element, *names)
    if found is None:
        raise ValueError(f"{name_of(element)} has no {'/'.join(names)}")
    return found


def text_of(element: Element, *names: str) -> str | None:
    """Return the text that a path of names leads to."""
    found = child(element, *names)
    return None if found is None else (found.text or "")


def read(content: bytes) -> Call:
    """Return what a request asks. ValueError: it is no SOAP."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    body, header = child(root, "Body"), child(root, "Header")
    if body is None or len(body) != 1:
        raise ValueError("no body")
    headers = () if header is None else tuple(header)
    version = impersonated = None
    for each in headers:
        if name_of(each) == "RequestServerVersion":
            version = each.get("Version")
        if name_of(each) == "ExchangeImpersonation":
            impersonated = each[0][0].text
    return Call(name_of(body[0]).removesuffix("Request"), body[0], headers, version, impersonated)


def knows(product: str, interface: str | None) -> bool:
    """Tell whether a product answers requests made for an interface's version."""
    newest = _INTERFACES.index(_NEWEST[product])
    return interface is None or interface in _INTERFACES[: newest + 1]


def wrapped(product: str, content: Element) -> Answer:
    """Return an answer as this product sends it."""
    names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber", "Version")
    version = t("ServerVersionInfo", **dict(zip(names, BUILDS[product], strict=True)))
    return _xml(200, _ENVELOPE("Envelope", _ENVELOPE("Header", version), _ENVELOPE("Body", content)))


def fault(code: str, text: str = "", *, back_off: int | None = None, status: int = 500) -> Answer:
    """Return the refusal of a whole request; `back_off` in milliseconds."""
    text = text or f"{code}, in Exchange's words."
    detail = _PLAIN("detail", _ERROR("ResponseCode", code), _ERROR("Message", text))
    if back_off is not None:
        detail.append(t("MessageXml", t("Value", back_off, Name="BackOffMilliseconds")))
    said = _ENVELOPE("Fault", _PLAIN("faultcode", f"a:{code}"), _PLAIN("faultstring", text), detail)
    return _xml(status, _ENVELOPE("Envelope", _ENVELOPE("Body", said)))


def refused(code: str, text: str = "") -> Refused:
    """Return the refusal of a whole request, to be raised."""
    return Refused(fault(code, text), code)


def _xml(status: int, root: Element) -> Answer:
    content = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Answer(status, headers={"Content-Type": "text/xml; charset=utf-8"}, content=content)


def failure(operation: str, failed: Failed) -> Element:
    """Return the message that tells that one part could not be done."""
    said = message(operation, m("MessageText", failed.text), code=failed.code)
    if operation in {"CreateItem", "GetItem", "UpdateItem"}:  # the schema wants them in any case
        said.append(m("Items"))
    if operation == "SyncFolderItems":  # clients read these whatever it says
        said.extend([m("SyncState"), m("IncludesLastItemInRange", True)])
    return said


def message(operation: str, *children: Any, code: str = "NoError", state: str | None = None) -> Element:
    """Return one part's message; a text about it comes first among the children, all else behind its code."""
    texts = [each for each in children if each is not None and name_of(each) == "MessageText"]
    others = [each for each in children if each is not None and name_of(each) != "MessageText"]
    state = state or ("Success" if code == "NoError" else "Error")
    key = m("DescriptiveLinkKey", 0) if texts else None
    name = f"{operation}ResponseMessage"
    return m(name, *texts, m("ResponseCode", code), key, *others, ResponseClass=state)


def answered(
    operation: str, parts: Iterable[Element], act: Callable[[Element], Sequence[Element | None]]
) -> Element:
    """Return the answer to a request of several parts, each done or not on its own."""
    told = m("ResponseMessages")
    for part in parts:
        try:
            told.append(message(operation, *act(part)))
        except Failed as failed:
            told.append(failure(operation, failed))
    return m(f"{operation}Response", told)
