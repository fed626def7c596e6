"""The owner's page of teams: shares, who is due and why, who would come next, who is away."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from bridge.model import Member
from bridge.scheduling.fair_share import Figures
from bridge.scheduling.round_robin import Standings
from bridge.web.team import shares
from tests.cast.clock import TEN
from tests.cast.config import BEN, Staff
from tests.cast.fixtures import OpenLine
from tests.connections.stage import ADMIN, signed_in

AWAY = Staff("anna", lines='time_off = ["2026-12-01/2026-12-04"]')
WEIGHTED = (
    'assignment = "weighted"\nhosts = [{ host = "anna", weight = 300 }, { host = "ben", weight = 100 }]'
)


def test_a_team_shows_who_was_given_what_and_who_would_come_next(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(
        AWAY, BEN, rest=ADMIN, cut=f"default = true\n{WEIGHTED}", talk='fixed_hosts = ["ben"]'
    )
    for day in range(2):
        line.book(TEN + timedelta(days=day), who=f"caller-{day}", host="ben")
    owner = signed_in(line)
    owner.get("/admin/team?next=2")
    told = owner.main()
    assert "Next: Anna Example the largest shortfall" in told
    assert "Anna Example 0% / 75% 0 0 1.5 never" in told
    assert "Ben Example 100% / 25% 2 0 -1.5 Monday, November 23 at 7:00 AM" in told
    assert "Anna Example 2 Each time: the largest shortfall. Anna Example Anna Example" in told
    assert "Anna Example on Tuesday, December 1 – on Friday, December 4" in told
    assert "style=" not in owner.page
    owner.get("/admin/team?type=talk&next=-1")
    assert "Always there: Ben Example" in owner.main()
    assert owner.get("/admin/team?type=none&next=rubbish").status_code == 200


@pytest.mark.parametrize(
    ("given", "bars"),
    [((0, 0), [(50, 0), (100, 0)]), ((3, 1), [(100 * 100 / 225, 100), (200 / 2.25, 100 / 3)])],
)
def test_bars_are_as_long_as_the_longest_of_the_group_allows(
    given: tuple[int, int], bars: list[tuple[float, float]]
) -> None:
    members = (Member("anna", 100), Member("ben", 200))
    figures = tuple(
        Figures(member, place, None, count, Fraction(0), Fraction(0))
        for place, (member, count) in enumerate(zip(members, given, strict=True))
    )
    drawn = [(each.target_bar, each.given_bar) for each in shares(Standings(figures, "shortfall"))]
    assert drawn == [pytest.approx(each) for each in bars]
