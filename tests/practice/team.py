"""Anna and Ben, who see one calendar of the team, each through their own account at Google."""

from __future__ import annotations

from collections.abc import Callable

from tests.cast.config import Staff
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle

ANNA, BEN = "anna@example.com", "ben@example.com"
TEAM = "team@group.calendar.example.com"

OpenTeam = Callable[..., Salon]


def alone(*hosts: str) -> dict[str, str]:
    """Return an event type for each host, booked with nobody else."""
    return {f"{host}s": f'hosts = ["{host}"]\nhours_between_suggestions = 0' for host in hosts}


def team_at(google: FakeGoogle) -> list[Staff]:
    """Return Anna and Ben, who see one calendar of the team, each through their own account."""
    google.add_account(ANNA, [TEAM])
    google.add_account(BEN)
    google.share(TEAM, BEN, "writer")
    return [
        Staff(name, "00:00-24:00", calendar=f"google:{account}/{TEAM}")
        for name, account in (("anna", ANNA), ("ben", BEN))
    ]


def alerted(salon: Salon) -> str:
    """Return the one alert there is."""
    salon.bridge.health.write_down()
    (alert,) = salon.bridge.alerts.open()
    return alert.text


def run_due(salon: Salon) -> None:
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
