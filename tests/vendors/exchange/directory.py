"""What belongs to no mailbox: names, zones, and the question by which clients find the version."""

from __future__ import annotations

from collections.abc import Sequence

from tests.vendors.exchange.shapes import address
from tests.vendors.exchange.soap import Call, Element, Failed, answered, child, m, message, part, t, text_of
from tests.vendors.exchange.state import Mailbox, World
from tests.vendors.exchange.zones import IANA, definition

_MOST = 100


def resolve_names(world: World, _who: Mailbox, call: Call) -> Element:
    """Return whom a part of a name or an address may mean."""
    wanted = (text_of(call.body, "UnresolvedEntry") or "").lower().removeprefix("smtp:")

    def act(_part: Element) -> Sequence[Element | None]:
        found = [
            each
            for each in world.mailboxes.values()
            if any(
                each_name.startswith(wanted)
                for each_name in (each.email, each.account, *each.name.lower().split(), each.name.lower())
            )
        ]
        if not found:
            raise Failed("ErrorNameResolutionNoResults", "No results were found.")
        told = [t("Resolution", t("Mailbox", *address(each.email, each.name))) for each in found[:_MOST]]
        return [
            m(
                "ResolutionSet",
                *told,
                TotalItemsInView=len(found),
                IncludesLastItemInRange=len(found) <= _MOST,
            )
        ]

    answer = answered(call.operation, [call.body], act)
    found = child(answer[0][0], "ResolutionSet")
    if found is not None and len(found) > 1:
        text, code = m("MessageText", "Multiple results were found."), "ErrorNameResolutionMultipleResults"
        answer[0][:] = [message(call.operation, text, found, code=code, state="Warning")]
    return answer


def server_time_zones(_world: World, _who: Mailbox, call: Call) -> Element:
    """Return zones by Windows' names, or all."""
    ids = child(call.body, "Ids")
    wanted = list(IANA) if ids is None else [each.text for each in ids]
    whole = call.body.get("ReturnFullTimeZoneData", "").lower() in {"true", "1"}

    def act(_part: Element) -> Sequence[Element | None]:
        return [m("TimeZoneDefinitions", *[definition(each, whole=whole) for each in wanted])]

    return answered(call.operation, [call.body], act)


def convert_id(_world: World, _who: Mailbox, call: Call) -> Element:
    """Refuse every id: clients ask only to see which version answers."""

    def act(_part: Element) -> Sequence[Element | None]:
        raise Failed("ErrorInvalidIdMalformed", "Id is malformed.")

    return answered(call.operation, part(call.body, "SourceIds"), act)
