"""Who may attend an event type and where it may take place, and the sentences for who and where not."""

from __future__ import annotations

import pytest

from bridge.model import Assignment, MeetingPlatform, Member, Team
from tests.config.samples import config_of, problems_of

_AT = "event_types.consultation"
_VENDORS = (
    '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'
    '[microsoft]\nclient_id = "fake"\nclient_secret = "fake"\n'
)
_NO_HOST = "is not a host: there is no section [hosts.<name>] of this name"


def _hosts(**calendars: str) -> str:
    return "".join(
        f'[hosts.{name}]\nname = "{name}"\nemail = "{name}@example.com"\nbooking_calendar = "{calendar}"\n'
        "weight = 50\npriority = 1\n"
        for name, calendar in calendars.items()
    )


_TEAM = _hosts(ben="local:ben", carol="local:carol")


@pytest.mark.parametrize(
    ("lines", "team"),
    [
        ('hosts = ["anna", "ben"]', Team((), ((Member("anna"), Member("ben", 50, 1)),))),
        (
            'hosts = ["anna", { host = "ben", weight = 0, priority = 0 }]\nassignment = "priority"',
            Team((), ((Member("anna"), Member("ben", 0, 0)),), Assignment.PRIORITY),
        ),
        ('hosts =\nfixed_hosts = ["anna", "ben"]', Team(("anna", "ben"))),
        ('hosts = ["ben"]\nfixed_hosts = ["anna"]', Team(("anna",), ((Member("ben", 50, 1),),))),
        (
            'hosts =\ngroups = [["anna", "ben"], [{ host = "carol" }]]\nassignment = "weighted"',
            Team(
                (),
                ((Member("anna"), Member("ben", 50, 1)), (Member("carol", 50, 1),)),
                Assignment.WEIGHTED,
            ),
        ),
        (
            'hosts = []\ngroups = [["ben"]]\nfixed_hosts = ["carol"]',
            Team(("carol",), ((Member("ben", 50, 1),),)),
        ),
        (
            'hosts = ["ben", { host = "anna", weight = 0 }]\nassignment = "weighted"',
            Team((), ((Member("ben", 50, 1), Member("anna", 0)),), Assignment.WEIGHTED),
        ),
        ('hosts = ["anna"]\ngroups = []', Team((), ((Member("anna"),),))),
    ],
)
def test_every_kind_of_team_is_read(lines: str, team: Team) -> None:
    assert config_of(_TEAM, event_type=lines).event_types["consultation"].team == team


@pytest.mark.parametrize(
    ("lines", "path", "sentence"),
    [
        ("hosts =", "hosts", 'names nobody; write who attends, such as ["anna"]'),
        ("hosts = []", "hosts", 'names nobody; write who attends, such as ["anna"]'),
        ('hosts = "anna"', "hosts", "must be a list in square brackets, not text"),
        ('hosts = ["ana"]', "hosts[0]", f'"ana" {_NO_HOST}; did you mean "anna"?'),
        ('hosts = ["anna", "dora"]', "hosts[1]", f'"dora" {_NO_HOST}'),
        ('hosts = [""]', "hosts[0]", f'"" {_NO_HOST}'),
        ("hosts = [1]", "hosts[0]", "must be a host's name in quotes, not a number"),
        ('hosts = [["anna"]]', "hosts[0]", "must be a host's name in quotes, not a list"),
        (
            'hosts = ["anna", "anna"]',
            "hosts[1]",
            '"anna" stands in this event type twice; once is enough',
        ),
        (
            'fixed_hosts = ["anna"]',
            "hosts[0]",
            '"anna" stands in this event type twice; once is enough',
        ),
        (
            'hosts =\ngroups = [["anna"], ["ben", { host = "anna" }]]',
            "groups[1][1].host",
            '"anna" stands in this event type twice; once is enough',
        ),
        ('groups = [["ben"]]', "groups", 'cannot stand beside "hosts"; write one of them'),
        (
            'hosts =\ngroups = [["anna"], []]',
            "groups[1]",
            "is an empty group; name its hosts or leave it out",
        ),
        (
            'hosts =\ngroups = ["anna"]',
            "groups[0]",
            'must be a list of hosts in square brackets, such as ["anna", "ben"], not text',
        ),
        (
            'hosts =\nfixed_hosts = [{ host = "anna" }]',
            "fixed_hosts[0]",
            "must be a host's name in quotes, not a section",
        ),
        (
            'hosts = [{ host = "anna", wieght = 3 }]',
            "hosts[0].wieght",
            'is not known here; did you mean "weight"?',
        ),
        (
            "hosts = [{ weight = 3 }]",
            "hosts[0].host",
            'is missing; write which host is meant, such as host = "anna"',
        ),
        (
            'hosts = [{ host = "anna", weight = -3 }]',
            "hosts[0].weight",
            "-3 is out of range: it must be a whole number from 0 to 1000000",
        ),
        (
            'hosts = [{ host = "anna", priority = 5 }]',
            "hosts[0].priority",
            "5 is out of range: it must be a whole number from 0 to 4",
        ),
        (
            'hosts = [{ host = "anna", weight = 0 }]\nassignment = "weighted"',
            "assignment",
            'cannot be "weighted" when every weight of a group is 0 (anna)',
        ),
    ],
)
def test_a_wrong_team_is_told(lines: str, path: str, sentence: str) -> None:
    assert problems_of(_TEAM, event_type=lines) == [(f"{_AT}.{path}", sentence)]


def test_a_broken_host_is_still_known_to_event_types() -> None:
    assert [path for path, _ in problems_of(host="booking_calendar =\nname = 5")] == [
        "hosts.anna.name",
        "hosts.anna.booking_calendar",
    ]


@pytest.mark.parametrize(
    ("lines", "key", "sentence"),
    [
        (
            'meeting_platform = "in_person"',
            "address",
            (
                'is missing; meeting_platform = "in_person" needs where to come, such as '
                '"Hauptstr. 1, 10827 Berlin"'
            ),
        ),
        (
            'meeting_platform = "link"',
            "link",
            (
                'is missing; meeting_platform = "link" needs where to meet, such as '
                '"https://meet.example.com/anna"'
            ),
        ),
        (
            'meeting_platform = "link"\nlink = "meet"',
            "link",
            '"meet" is not a web address such as "https://example.com"',
        ),
        (
            'meeting_platform = "teams"',
            "meeting_platform",
            (
                '"teams" must be "phone", "in_person", "link", "zoom", "google_meet" or "microsoft_teams"; '
                'did you mean "microsoft_teams"?'
            ),
        ),
        (
            'meeting_platform = "google_meet"',
            "meeting_platform",
            '"google_meet" needs a google booking calendar, but anna has "local:anna"',
        ),
        (
            'meeting_platform = "microsoft_teams"',
            "meeting_platform",
            '"microsoft_teams" needs a microsoft booking calendar, but anna has "local:anna"',
        ),
    ],
)
def test_a_wrong_meeting_place_is_told(lines: str, key: str, sentence: str) -> None:
    assert problems_of(event_type=lines) == [(f"{_AT}.{key}", sentence)]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (
            'meeting_platform = "in_person"\naddress = "Hauptstr. 1"',
            (MeetingPlatform.IN_PERSON, "Hauptstr. 1", ""),
        ),
        (
            'meeting_platform = "link"\nlink = "https://meet.example.com/anna"',
            (MeetingPlatform.LINK, "", "https://meet.example.com/anna"),
        ),
        ('hosts = ["gina"]\nmeeting_platform = "google_meet"', ("google_meet", "", "")),
        ('hosts = ["mia"]\nmeeting_platform = "microsoft_teams"', ("microsoft_teams", "", "")),
    ],
)
def test_a_meeting_place_is_read(lines: str, place: tuple[str, str, str]) -> None:
    hosts = _hosts(gina="google:gina@example.com/primary", mia="microsoft:mia@example.com/calendar")
    read = config_of(_VENDORS + hosts, event_type=lines).event_types["consultation"]
    assert (read.meeting_platform, read.address, read.link) == place


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ('hosts = ["gina", "anna", "ben"]', ["anna", "ben"]),
        ('hosts = ["anna", "ben"]\nfixed_hosts = ["gina"]', []),
        ('hosts = ["gina"]\nfixed_hosts = ["anna"]', ["anna"]),
        ('hosts =\ngroups = [["gina"], ["anna"]]', []),
        ('hosts =\ngroups = [["gina", "anna"], ["ben"]]', ["anna"]),
    ],
)
def test_every_possible_organiser_needs_a_calendar_that_makes_the_link(lines: str, wrong: list[str]) -> None:
    hosts = _hosts(gina="google:gina@example.com/primary", ben="local:ben")
    told = problems_of(_VENDORS + hosts, event_type=f'{lines}\nmeeting_platform = "google_meet"')
    assert told == [
        (
            f"{_AT}.meeting_platform",
            f'"google_meet" needs a google booking calendar, but {name} has "local:{name}"',
        )
        for name in wrong
    ]
