"""Knows the large providers of mailboxes, and which domains are a slip of the ear or hand away from one."""

from __future__ import annotations

from functools import lru_cache

_FAMILIES = {
    "gmx": "de net at ch com eu co.uk fr it es us li info org biz email",
    "hotmail": "com de at ch fr it es be nl se dk no fi gr co.uk com.au com.br ca",
    "outlook": "com de at fr it es be dk pt cz ie com.au com.br co.uk",
    "live": "com de at ch fr it be nl se dk no ie ca co.uk com.au",
    "yahoo": "com de at ch fr it es se dk no ie gr pl ca co.uk com.au com.br co.in in",
    "gmail": "com",
    "googlemail": "com de co.uk",
}
_OTHERS = """
    web.de t-online.de t-online.at freenet.de arcor.de mail.de email.de posteo.de posteo.net mailbox.org
    vodafone.de vodafonemail.de o2online.de o2mail.de online.de kabelmail.de unitybox.de 1und1.de
    ionos.de ewe.net ewetel.net netcologne.de tutanota.com tutanota.de tuta.com tuta.io magenta.de
    onlinehome.de aon.at a1.net chello.at inode.at liwest.at drei.at bluewin.ch sunrise.ch hispeed.ch
    swissonline.ch icloud.com me.com mac.com aol.com aol.de aol.co.uk msn.com mail.com email.com
    ymail.com rocketmail.com usa.com proton.me protonmail.com protonmail.ch pm.me fastmail.com
    fastmail.fm hey.com zoho.com zohomail.com zoho.eu gmx.tm mail.ru yandex.com yandex.ru qq.com
    naver.com rambler.ru inbox.com inbox.lv hushmail.com comcast.net verizon.net att.net sbcglobal.net
    bellsouth.net cox.net charter.net optonline.net earthlink.net btinternet.com sky.com virginmedia.com
    talktalk.net ntlworld.com blueyonder.co.uk tiscali.co.uk orange.fr wanadoo.fr free.fr sfr.fr
    laposte.net libero.it tin.it alice.it virgilio.it wp.pl o2.pl onet.pl interia.pl seznam.cz skynet.be
    telenet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl
"""
_DOCUMENTATION = (".example.com", ".example.net", ".example.org", ".example")  # RFC 2606: nobody's
PROVIDERS = frozenset(
    {f"{name}.{end}" for name, ends in _FAMILIES.items() for end in ends.split()} | set(_OTHERS.split())
)

# Only what many people have is worth a question; a two-letter name has too many honest neighbours.
_OFTEN_MEANT = """
    gmail.com googlemail.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de outlook.com
    outlook.de hotmail.com hotmail.de hotmail.co.uk live.com live.de yahoo.com yahoo.de yahoo.co.uk
    icloud.com aol.com posteo.de mailbox.org bluewin.ch btinternet.com protonmail.com proton.me
    comcast.net verizon.net
"""


@lru_cache(maxsize=2**10)
def is_slip(domain: str) -> bool:
    """Tell whether a domain is one edit away from a large provider and no provider itself."""
    return domain not in PROVIDERS and any(one_edit_apart(domain, known) for known in _OFTEN_MEANT.split())


def is_known_to_take_mail(address: str) -> bool:
    """Tell whether there is no need to look: a large provider's, or one that stands for any in examples."""
    domain = address.rpartition("@")[2].lower()
    return domain in PROVIDERS or f".{domain}".endswith(_DOCUMENTATION)


def one_edit_apart(one: str, other: str) -> bool:
    """Tell whether a letter put in, left out, replaced, or two neighbours swapped make one text the other."""
    shorter, longer = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    rest, longer_rest = shorter[at:], longer[at:]
    if len(shorter) < len(longer):
        return rest == longer_rest[1:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return one != other and longer_rest in (longer_rest[:1] + rest[1:], swapped)
