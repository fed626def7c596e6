"""The telli simulator: sends signed requests as telli does, to try one's own installation."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import click

from bridge.cli.caller_options import caller_options, described
from bridge.cli.instants import Moment, instant
from bridge.cli.names import EVENT_TYPE
from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.service.signing import HEADER, sign
from bridge.speech.instants import format_instant

if TYPE_CHECKING:  # loading it takes longer than most commands
    from bridge.config import Config
    from providers.route import Route

_HINTS = {
    401: "the bridge there uses another API key: is it another configuration, or was it not restarted?",
    404: "no such event type there, or it is not the bridge that answers.",
    502: "the proxy answers, but not the bridge behind it: is it running?",
}


def signed_request(
    event_type: str, question: str, payload: dict[str, object], key: str
) -> tuple[str, bytes, str]:
    """Return path, body and signature of a request as telli would make it."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return f"/{quote(event_type, safe='')}/{question}", body, sign(body, key)


def address(text: str) -> str:
    """Return where a bridge is reached, without a slash at the end. BadParameter: it is no web address."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise click.BadParameter(f'"{text[:80]}" is no address; write it like https://calendar.example.com.')
    return text.rstrip("/")


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.argument("question", type=click.Choice(["available", "book"]))
@click.option("--start", type=instant, help='With book: "2026-11-24 10:00", "tomorrow 10:00".')
@click.option("--contact-id", default="simulated-caller", show_default=True)
@caller_options
@click.option(
    "--url", type=address, help="Where the bridge is reached (default: public_url of the configuration)."
)
@click.option("--dry-run", is_flag=True, help="With book: do everything up to taking the slot.")
@json_option
@config_option
@click.pass_obj
def request(
    session: Session,
    /,
    event_type: str,
    question: str,
    start: Moment | None,
    url: str | None,
    **caller: object,
) -> None:
    """Send a signed request as telli does, and show the answer.

    It is signed with the configuration's first API key. The exit code is 0 only where telli would go on.
    """
    dry_run = caller.pop("dry_run")
    payload = described(str(caller.pop("contact_id")), caller)
    if question == "book" and start is None:
        raise click.UsageError('To book, say when: --start "tomorrow 10:00".')
    config = session.config()
    if start is not None:
        payload["start_iso"] = format_instant(start.within(_zone(config, event_type), datetime.now(UTC)))
    if dry_run and question == "book":
        payload["dry_run"] = True
    key = config.telli.api_keys[0].get_secret_value()
    path, body, signature = signed_request(event_type, question, payload, key)
    headers = {"content-type": "application/json", HEADER: signature}
    reached = url or config.bridge.public_url.rstrip("/")
    if payload.get("dry_run"):
        _require_rehearsals(reached, config.route)
    status, answer, seconds = _send(reached + path, body, headers, config.route)
    said = f"HTTP {status} after {seconds:.2f} s: {json.dumps(answer, ensure_ascii=False)}"
    session.output.result(answer, said)
    if status != 200:
        session.output.note(
            f"HTTP {status}: {_HINTS.get(status, 'telli expects 200, whatever the outcome.')}"
        )
    is_good = status == 200 and isinstance(answer, dict) and answer.get("status") != "failed"
    raise SystemExit(int(Exit.DONE if is_good else Exit.REFUSED))


def _zone(config: Config, event_type: str) -> ZoneInfo:
    """Return the event type's zone; of one that only the server knows, the configuration's."""
    known = config.event_types.get(event_type)
    return known.timezone if known else config.bridge.timezone


def _require_rehearsals(url: str, route: Route) -> None:
    """Refuse to send a rehearsal to a bridge that would take it for a booking."""
    from bridge.service.public_check import knows_dry_run
    from bridge.service.reaching import Unreachable, reach

    try:
        described = reach("GET", f"{url}/openapi.json", monotonic=time.monotonic, route=route)
    except Unreachable as error:
        raise Refused(f"nobody answers at {url}: {error}", Exit.UNREACHABLE) from None
    if not knows_dry_run(described):
        text = f"what answers at {url} does not know rehearsals, and might book: nothing was sent"
        raise Refused(text, Exit.UNREACHABLE)


def _send(url: str, body: bytes, headers: dict[str, str], route: Route) -> tuple[int, object, float]:
    """Return status, answer and seconds taken. Refused: nobody answers, or not as a bridge does."""
    from bridge.service.reaching import Unreachable, reach

    try:
        reached = reach("POST", url, monotonic=time.monotonic, route=route, body=body, headers=headers)
    except Unreachable as error:
        raise Refused(f"nobody answers at {url}: {error}", Exit.UNREACHABLE) from None
    answer = reached.json()
    if answer is None:
        raise Refused(f"{url} answered HTTP {reached.status}, but not as a bridge does", Exit.UNREACHABLE)
    return reached.status, answer, reached.seconds
