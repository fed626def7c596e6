"""Who meets online meets at the organiser's own link, else at the event type's."""

from __future__ import annotations

from tests.cast.config import BEN, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import at
from tests.config.samples import config_of, problems_of

ANNAS, SALONS = "https://meet.example.org/anna", "https://meet.example.com/salon"
ONLINE = 'meeting_platform = "link"\n'


def test_each_organiser_meets_at_their_own_link_or_the_event_types(open_line: OpenLine) -> None:
    anna = Staff("anna", lines=f'link = "{ANNAS}"')
    line = open_line(anna, BEN, event_type=f'{ONLINE}link = "{SALONS}"')
    line.book(at(10), "kim")
    line.book(at(10), "lee")
    where = {booking.hosts[0]: booking.location for booking in line.confirmed()}
    assert where == {"anna": ANNAS, "ben": SALONS}
    assert {event["location"] for event in line.events()} == {ANNAS, SALONS}


def test_a_move_to_another_host_moves_to_their_link(open_line: OpenLine) -> None:
    anna, ben = (Staff(name, lines=f'link = "https://meet.example.org/{name}"') for name in ("anna", "ben"))
    line = open_line(anna, ben, event_type=ONLINE)
    line.book(at(10), "kim")
    [booking] = line.confirmed()
    [other] = {"anna", "ben"} - set(booking.hosts)
    line.book(at(14), "lee", host=line.config.hosts[booking.hosts[0]].name)
    line.bridge.reception.move(booking, at(14))
    moved = next(each for each in line.confirmed() if each.id == booking.id)
    assert (moved.hosts[0], moved.location) == (other, f"https://meet.example.org/{other}")
    line.book(at(14), "kim", name="Kim Example")  # a correction leaves the place alone
    assert next(each for each in line.confirmed() if each.id == booking.id).location == moved.location


def test_the_event_type_needs_a_link_where_an_organiser_has_none() -> None:
    assert [path for path, _ in problems_of(event_type=ONLINE)] == ["event_types.consultation.link"]
    config = config_of(event_type=ONLINE, host=f'link = "{ANNAS}"')
    assert config.hosts["anna"].link == ANNAS
