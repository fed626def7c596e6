"""The telli simulator: sends signed requests as telli does, to try one's own installation."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import click

from bridge.cli.instants import read_instant
from bridge.cli.opening import Session, json_option, refusals
from bridge.cli.output import Exit, Output
from bridge.instants import format_instant
from bridge.web.signature import HEADER, sign
from providers.base import Deadline
from providers.errors import ProviderError
from providers.http import Call, send
from providers.http import session as http_session

_SECONDS = 30.0


def signed_request(
    event_type: str | None, question: str, payload: dict[str, object], key: str
) -> tuple[str, bytes, str]:
    """Return path, body and signature of a request as telli would make it."""
    path = f"/{quote(event_type, safe='')}/{question}" if event_type else f"/{question}"
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return path, body, sign(body, key)


@click.command()
@click.argument("event_type")
@click.argument("question", type=click.Choice(["available", "book"]))
@click.option("--start", help="With book: the start, such as 2026-11-24T09:00:00.000Z.")
@click.option("--contact-id", default="simulated-caller", show_default=True)
@click.option("--name", default="", help="The caller's name.")
@click.option("--email", default="", help="The caller's e-mail address.")
@click.option("--phone", default="", help="The caller's telephone number.")
@click.option("--url", help="Where the bridge is reached (default: public_url of the configuration).")
@click.option("--dry-run", is_flag=True, help="With book: do everything up to taking the slot.")
@json_option
@click.pass_obj
def request(
    session: Session,
    /,
    event_type: str,
    question: str,
    start: str | None,
    url: str | None,
    dry_run: bool,
    **caller: str,
) -> None:
    """Send a signed request as telli does, and show the answer."""
    output = session.output
    with refusals(output):
        config = session.config()
        payload: dict[str, object] = {
            "contact_id": caller.pop("contact_id"),
            "external_contact_id": "",
            "contact_details": {key: text for key, text in caller.items() if text},
        }
        if question == "book":
            if start is None:
                output.fail("To book, say when: --start 2026-11-24T09:00:00.000Z.")
            payload["start_iso"] = format_instant(read_instant(start))
        key = config.telli.api_keys[0].get_secret_value()
        path, body, signature = signed_request(event_type, question, payload, key)
        headers = {"content-type": "application/json", HEADER: signature}
        if dry_run:
            headers["x-bridge-dry-run"] = "1"
        status, answer, seconds = _send(
            (url or config.bridge.public_url).rstrip("/") + path, body, headers, output
        )
    output.result(
        answer, sentence=f"HTTP {status} after {seconds:.2f} s: {json.dumps(answer, ensure_ascii=False)}"
    )
    is_good = status == 200 and (not isinstance(answer, dict) or answer.get("status") != "failed")
    raise SystemExit(int(Exit.DONE if is_good else Exit.REFUSED))


def _send(url: str, body: bytes, headers: dict[str, str], output: Output) -> tuple[int, object, float]:
    call = Call("the bridge", "request", Deadline(_SECONDS, time.monotonic))
    began = time.monotonic()
    try:
        answer = send(http_session(), call, "POST", url, data=body, headers=headers)
    except ProviderError:
        output.fail(f"Nobody answers at {url}. Is the bridge running?", Exit.UNREACHABLE)
    seconds = time.monotonic() - began
    try:
        return answer.status_code, answer.json(), seconds
    except ValueError:
        output.fail(f"{url} answered HTTP {answer.status_code}, but not as a bridge does.")
