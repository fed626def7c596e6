"""Looks in DNS whether a domain takes mail at all. Never whether an address exists there."""

from __future__ import annotations

from dns.exception import DNSException
from dns.rdatatype import RdataType
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

_SECONDS = 5.0
_SURE = "gmail.com"  # who does not find this one finds nothing out there


def takes_mail(domain: str, resolver: Resolver) -> bool | None:
    """Tell whether a domain has somewhere to send mail to; None when that cannot be said now.

    RFC 5321, 5.1: its MX records, else its own address; RFC 7505: an MX of "." takes none.
    """
    try:
        found = _mail_exchangers(domain, resolver)
        if any(found) if found else _has_address(domain, resolver):
            return True
    except NXDOMAIN:
        pass
    except DNSException:
        return None
    # A network of its own may know no name but its own, and say of all others that there is none.
    try:
        return False if _mail_exchangers(_SURE, resolver) else None
    except DNSException:
        return None


def _mail_exchangers(domain: str, resolver: Resolver) -> list[str]:
    """Return whom mail goes to; one of no name takes none."""
    try:
        answer = resolver.resolve(f"{domain}.", RdataType.MX, lifetime=_SECONDS, search=False)
    except NoAnswer:
        return []
    return [str(each.exchange).rstrip(".") for each in answer]


def _has_address(domain: str, resolver: Resolver) -> bool:
    for kind in (RdataType.A, RdataType.AAAA):
        try:
            resolver.resolve(f"{domain}.", kind, lifetime=_SECONDS, search=False)
        except NoAnswer:
            continue
        return True
    return False
