"""Follows telli's way to the bridge from outside: name, certificate, proxy, signature, a rehearsed booking.

Every finding that is not good ends with a command or an address.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from bridge.config import Config
from bridge.service.findings import Finding, Verdict
from bridge.service.reaching import Reached, Unreachable, reach
from bridge.service.signing import HEADER, sign

SEEN = "X-Bridge-Seen"  # how a signed rehearsal arrived, told by the bridge that answers it
_CERTIFICATE_SOON = timedelta(days=14)
_SECONDS = 10.0
_CALLER = {"contact_id": "bridge-check", "external_contact_id": "", "contact_details": {"name": "Check"}}


@dataclass(frozen=True)
class PublicCheck:
    """The way from outside to public_url; `redirects` are the paths to which vendors' sign-ins lead back.

    `say` says what is found in a language; `event_type` is the one to call, the default one where it is "".
    """

    config: Config
    redirects: Mapping[str, str]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    say: Callable[[str], str] = str
    event_type: str = ""

    def findings(self) -> Iterator[Finding]:
        """Try one hop after another, and stop where the way ends."""
        hops = (self._name, self._certificate, self._server, self._redirects, self._calls, self._telli)
        for hop in hops:
            failed = False
            for finding in hop():
                yield finding
                failed |= finding.verdict is Verdict.FAILED
            if failed and hop in (self._name, self._certificate, self._server):
                return

    @property
    def _url(self) -> str:
        return self.config.bridge.public_url.rstrip("/")

    def _name(self) -> Iterator[Finding]:
        parts = urlsplit(self._url)
        name = parts.hostname or ""
        try:
            found = sorted({str(each[4][0]) for each in socket.getaddrinfo(name, None)})
        except OSError:
            text = self.say(
                "the name {name} is not known: enter it where your domain is kept, then `dig {name}`"
            )
            text = text.format(name=name)
            yield Finding("DNS", Verdict.FAILED, text)
            return
        inside = [each for each in found if not ip_address(each.partition("%")[0]).is_global]
        listed = ", ".join(found)
        if inside:
            text = self.say(
                "{addresses}: only your own network reaches this, telli needs a public address: `dig {name}`"
            )
            yield Finding("DNS", Verdict.UNWISE, text.format(addresses=listed, name=name))
        else:
            text = self.say("{name} is {addresses}").format(name=name, addresses=listed)
            yield Finding("DNS", Verdict.GOOD, text)

    def _certificate(self) -> Iterator[Finding]:
        parts = urlsplit(self._url)
        if parts.scheme != "https":
            text = self.say(
                "public_url is not https, and telli needs that: `caddy run --config deploy/Caddyfile`"
            )
            yield Finding("TLS", Verdict.UNWISE, text)
            return
        name, port = parts.hostname or "", parts.port or 443
        try:
            with socket.create_connection((name, port), timeout=_SECONDS) as line:
                made = ssl.create_default_context(cafile=self.config.route.ca_file)
                with made.wrap_socket(line, server_hostname=name) as secured:
                    ends = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
        except OSError:
            yield from self._unreachable(f"{name}:{port}")
            return
        until = datetime.fromtimestamp(ends, UTC)
        text, verdict = self.say("the certificate of {name} is good until {day}"), Verdict.GOOD
        if until - self.now() < _CERTIFICATE_SOON:
            verdict = Verdict.UNWISE
            text = self.say(
                "the certificate of {name} is good until {day}, and was not renewed; the web server's log "
                "says why: `journalctl -u caddy`"
            )
        yield Finding("TLS", verdict, text.format(name=name, day=f"{until:%Y-%m-%d}"))

    def _server(self) -> Iterator[Finding]:
        try:
            up = self._ask("GET", "/healthz")
            ready = self._ask("GET", "/readyz")
        except Unreachable as error:
            text = self.say("{problem} This starts the bridge: `bridge serve`")
            yield Finding(self._url, Verdict.FAILED, text.format(problem=error.said(self.say)))
            return
        if (up.status, up.body.strip()) != (200, b"ok"):
            text = self.say(
                "/healthz answers {status}, not as a bridge does; is it passed on to [server] bind? "
                "`curl -i {address}`"
            )
            address = f"{self._url}/healthz"
            yield Finding(self._url, Verdict.FAILED, text.format(status=up.status, address=address))
        elif ready.status != 200:
            text = self.say(
                "the bridge is up but cannot work (/readyz); on its machine this says why: `bridge check`"
            )
            yield Finding(self._url, Verdict.FAILED, text)
        else:
            yield Finding(self._url, Verdict.GOOD, self.say("the bridge answers, and can work"))

    def _redirects(self) -> Iterator[Finding]:
        for title, path in self.redirects.items():
            address = f"{self._url}{path}"
            try:
                status = self._ask("GET", path).status
            except Unreachable as error:
                yield Finding(title, Verdict.FAILED, f"{error.said(self.say)} `curl -i {address}`")
                continue
            text, verdict = self.say("enter exactly this redirect address there: {address}"), Verdict.GOOD
            if status in (404, 405, 502, 503):
                verdict = Verdict.FAILED
                text = self.say(
                    "the web server in front must pass /connect/ on too; {status} is answered by {address}"
                )
            yield Finding(title, verdict, text.format(status=status, address=address))

    def _calls(self) -> Iterator[Finding]:
        kinds = self.config.event_types
        usual = self.config.default_event_type or next(iter(kinds.values()))
        name = self.event_type or usual.id
        subject = f"/{name}/available"
        try:
            told = self._signed(subject, {**_CALLER, "dry_run": True})
        except Unreachable as error:
            text = f"{error.said(self.say)} `bridge request {name} available`"
            yield Finding(subject, Verdict.FAILED, text)
            return
        slots = _slots_of(told)
        if slots is None:
            yield Finding(subject, Verdict.FAILED, self._not_answered(told, name))
            return
        text = self.say("times offered: {count}, in {seconds} s")
        text = text.format(count=len(slots), seconds=f"{told.seconds:.2f}")
        yield Finding(subject, Verdict.GOOD, text)
        if slots:
            yield from self._rehearsal(name, slots[0])
        else:
            text = self.say("nothing is free, so no booking was tried: `bridge slots {event_type}`")
            yield Finding(f"/{name}/book", Verdict.UNWISE, text.format(event_type=name))

    def _rehearsal(self, event_type: str, start: str) -> Iterator[Finding]:
        path = f"/{event_type}/book"
        try:
            if not knows_dry_run(self._ask("GET", "/openapi.json")):
                text = self.say(
                    "that bridge does not know rehearsals, so none was tried; update it: `bridge version`"
                )
                yield Finding(path, Verdict.UNWISE, text)
                return
            told = self._signed(path, {**_CALLER, "start_iso": start, "dry_run": True})
        except Unreachable as error:
            text = f"{error.said(self.say)} `bridge request {event_type} book --dry-run`"
            yield Finding(path, Verdict.FAILED, text)
            return
        answer = told.json()
        if not isinstance(answer, dict) or told.status != 200:
            yield Finding(path, Verdict.FAILED, self._not_answered(told, event_type))
        elif answer.get("status") == "success":
            text = self.say("{start} could be booked; nothing was").format(start=start)
            yield Finding(path, Verdict.GOOD, text)
        else:
            text = f"{answer.get('reason', '')} `bridge explain {event_type} {start}`"
            yield Finding(path, Verdict.UNWISE, text)
        yield from self._proxy(told.headers.get(SEEN, ""))

    def _proxy(self, seen: str) -> Iterator[Finding]:
        """Judge by what the bridge saw of a request whether it knows its web server in front."""
        if not seen:
            return
        scheme, address, forwarded = seen.split(" ")
        proxies, is_forwarded = self.config.bridge.trusted_proxies, forwarded == "forwarded=yes"
        if is_forwarded and not proxies:
            text = self.say(
                "a web server stands in front, but everybody counts as it: set trusted_proxies = 1, then "
                "`bridge reload`"
            )
            yield Finding("proxy", Verdict.UNWISE, text)
        elif proxies and not is_forwarded:
            text = self.say(
                "trusted_proxies is set, but no X-Forwarded-For arrives, so everybody could send one: let "
                "the web server send it, or take the key out, then `bridge reload`"
            )
            yield Finding("proxy", Verdict.UNWISE, text)
        elif proxies and scheme != urlsplit(self._url).scheme:
            text = self.say(
                "the bridge took the request for {scheme} by {address}: let the web server send "
                "X-Forwarded-Proto, name its address in [server] proxies, then `bridge reload`"
            )
            yield Finding("proxy", Verdict.UNWISE, text.format(scheme=scheme, address=address))
        else:
            text = self.say("the bridge saw {scheme} from {address}, as it should")
            yield Finding("proxy", Verdict.GOOD, text.format(scheme=scheme, address=address))

    def _telli(self) -> Iterator[Finding]:
        """Ask telli whether it knows the key, where its address is written down."""
        telli = self.config.telli
        if "api_url" not in telli.model_fields_set:
            return
        url = f"{telli.api_url.rstrip('/')}/v1/verify-api-key"
        for number, key in enumerate(telli.api_keys, 1):
            subject = f"telli.api_keys[{number - 1}]"
            headers = {"authorization": f"Bearer {key.get_secret_value()}"}
            try:
                status = reach(
                    "GET", url, monotonic=self.monotonic, route=self.config.route, headers=headers
                ).status
            except Unreachable as error:
                text = self.say("telli could not be asked: {problem} {address}")
                text = text.format(problem=error.said(self.say), address=url)
                yield Finding(subject, Verdict.UNWISE, text)
                continue
            if status == 200:
                yield Finding(subject, Verdict.GOOD, self.say("telli knows this key"))
            elif status in (401, 403):
                text = self.say("telli does not know this key: copy it anew from telli, then `bridge reload`")
                yield Finding(subject, Verdict.FAILED, text)
            else:
                text = self.say("telli answered {status}, so try again later; asked was {address}")
                yield Finding(subject, Verdict.UNWISE, text.format(status=status, address=url))

    def _unreachable(self, where: str) -> Iterator[Finding]:
        look = f"`openssl s_client -connect {where}`"
        try:
            self._ask("GET", "/healthz")
        except Unreachable as error:
            yield Finding("TLS", Verdict.FAILED, f"{error.said(self.say)} {look}")
            return
        text = self.say(
            "{where} is reached by the proxy only; this shows how long its certificate is good: {command}"
        )
        yield Finding("TLS", Verdict.UNWISE, text.format(where=where, command=look))

    def _not_answered(self, told: Reached, event_type: str) -> str:
        if told.status == 401:
            return self.say(
                "the signature is refused; does the server have these [telli] api_keys? `bridge reload`"
            )
        text = self.say("answered {status}, not as a bridge does: `bridge request {event_type} available`")
        return text.format(status=told.status, event_type=event_type)

    def _ask(self, method: str, path: str) -> Reached:
        return reach(method, self._url + path, monotonic=self.monotonic, route=self.config.route)

    def _signed(self, path: str, payload: Mapping[str, object]) -> Reached:
        """Send a request as telli does. Unreachable: nobody answers."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        key = self.config.telli.api_keys[0].get_secret_value()
        return reach(
            "POST",
            self._url + quote(path),
            monotonic=self.monotonic,
            route=self.config.route,
            body=body,
            headers={"content-type": "application/json", HEADER: sign(body, key)},
        )


def knows_dry_run(described: Reached) -> bool:
    """Tell by a bridge's own description whether it knows rehearsals: another would book."""
    return described.status == 200 and b'"dry_run"' in described.body


def _slots_of(told: Reached) -> list[str] | None:
    answer = told.json()
    slots = answer.get("available") if told.status == 200 and isinstance(answer, dict) else None
    return [each["start_iso"] for each in slots] if isinstance(slots, list) else None
