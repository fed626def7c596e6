"""The page of the machinery: configuration, backups, and what may be passed on to somebody who helps."""

from __future__ import annotations

import json
import signal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bridge.alerts import alert_key
from bridge.model import Ability, CalendarName, Condition
from bridge.service.pid_file import PidFile
from bridge.service.support import bundle
from bridge.service.system import System
from bridge.store.sql import health
from tests.cast.clock import TEN
from tests.cast.config import ANNA, API_KEY, EVERY_START, SECRET, salon_toml
from tests.cast.fixtures import OpenLine
from tests.cast.line import TOKEN, Line
from tests.cast.reading import load_config
from tests.connections.stage import ADMIN, PASSWORD, PASSWORD_HASH, SITE, Browser, signed_in

PAGE = "/admin/system"
_FAULTY = """
greeting = "hello"
[bridge]
secret_key = "short"
timezone = "Europe/Berln"
deadline_seconds = "2"
trusted_proxies = 99
metrics_token = "env:NOWHERE"
[telli]
write_back = 1
[hosts.anna]
name = "Anna"
email = "anna"
booking_calendar = "gogle:anna@example.com/primary"
busy_calendars = "local:anna"
[hosts.anna.open_hours]
monday = ["22:00-02:00"]
teusday = []
[event_types.visit]
hosts = ["anna", "bob"]
meeting_platform = "in_persn"
"""
_IN_GERMAN = (
    "greeting ist hier nicht bekannt",
    "bridge.public_url fehlt; gebraucht wird: wo telli diese Brücke erreicht, etwa",
    "bridge.secret_key ist zu kurz: Mindestens 32 Zeichen werden gebraucht",
    '"Europe/Berln" ist keine Zeitzone wie "Europe/Berlin"; war "Europe/Berlin" gemeint?',
    '"2" muss eine Zahl von 0.1 bis 60 sein, ohne Anführungszeichen',
    "99 liegt außerhalb: Es muss eine ganze Zahl von 0 bis 10 sein",
    "bridge.metrics_token die Umgebungsvariable NOWHERE ist nicht gesetzt",
    "telli.write_back muss ein eigener Abschnitt sein, nicht eine Zahl",
    "beginnt mit keinem Anbieter: ",
    "hosts.anna.busy_calendars muss eine Liste in eckigen Klammern sein, nicht Text",
    'schreiben Sie zwei Einträge: "22:00-24:00" an diesem Tag',
    'open_hours.teusday ist hier nicht bekannt; war "tuesday" gemeint?',
    '"bob" ist kein Gastgeber: Es gibt keinen Abschnitt [hosts.<name>]',
    'oder "microsoft_teams" sein; war "in_person" gemeint?',
    "bridge.trusted_proxies ist 0: Mit einem Webserver davor",
)


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, rest=ADMIN, event_type=EVERY_START, bridge=f'public_url = "{SITE}"')


@pytest.fixture
def system(line: Line, tmp_path: Path) -> System:
    path = tmp_path / "config.toml"
    path.write_text(salon_toml("sqlite:///unused.db", ANNA, rest=ADMIN))
    bridge = line.bridge
    return System(load_config(path, {}), bridge.context, bridge.background.lag, path, {})


def line_system(line: Line) -> System:
    return System(line.config, line.bridge.context, line.bridge.background.lag, Path("config.toml"), {})


def test_a_changed_file_is_told_from_the_loaded_one_and_its_problems_named(system: System) -> None:
    assert not system.is_changed and system.problems() == ()
    system.path.write_text(system.path.read_text() + "\n# a remark")
    assert system.is_changed and system.problems() == ()
    system.path.write_text(system.path.read_text() + "\n[hosts.anna]\nname = 1\n")
    assert system.is_changed and system.problems()
    system.path.unlink()
    assert system.is_changed and system.problems()


def test_a_file_with_problems_is_not_even_handed_to_the_server(line: Line) -> None:
    owner = signed_in(line)
    owner.get(PAGE)  # the file of this process does not exist
    assert "has problems" in owner.main()
    assert owner.post(f"{PAGE}/reload").status_code == 303
    owner.get(PAGE)
    assert "so nothing was changed" in owner.main()


def test_the_server_is_told_at_once_and_its_verdict_awaited_by_the_browser(
    open_line: OpenLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pid_file = tmp_path / "config.toml", tmp_path / "bridge.pid"
    monkeypatch.setenv("BRIDGE_CONFIG", str(path))
    path.write_text(salon_toml("sqlite:///unused.db", ANNA, rest=ADMIN))
    line = open_line(ANNA, rest=ADMIN + f'[server]\npid_file = "{pid_file}"\n')
    owner, told = signed_in(line), list[int]()
    owner.get(PAGE)
    owner.post(f"{PAGE}/reload")
    owner.get(PAGE)
    assert "The server did not answer" in owner.main(), "nobody holds the file"
    server, before = PidFile(pid_file), signal.signal(signal.SIGHUP, lambda *_: told.append(1))
    owner.get(PAGE)
    waiting = owner.post(f"{PAGE}/reload").location
    assert told == [1]
    answer = owner.get(waiting)
    assert answer.headers["Refresh"] == f"1; url={waiting}?looks=2"
    assert "The server looks at the file" in owner.main()
    for is_taken, says in ((True, "is taken."), (False, "was not taken. Too odd.")):
        server.tell(is_taken=is_taken, text="Too odd.")
        assert owner.get(waiting).location == PAGE
        owner.get(PAGE)
        assert f"The new configuration {says}" in owner.main()
    path.write_text("[bridge")
    server.tell(is_taken=False, text="Too odd.")
    owner.get(waiting)
    owner.get(PAGE)
    assert "see below" in owner.main() and "Too odd." not in owner.main(), "the page says it itself"
    assert owner.get(f"{PAGE}/reloading/9?looks=99").location == PAGE, "it says nothing more"
    server.close()
    assert owner.get(f"{PAGE}/reloading/9").location == PAGE
    signal.signal(signal.SIGHUP, before)


def test_a_german_owner_reads_every_problem_and_remark_in_german(
    open_line: OpenLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("BRIDGE_CONFIG", str(path))
    german = f'public_url = "{SITE}"\nlocale = "de_DE"'
    line = open_line(ANNA, rest=ADMIN, event_type=EVERY_START, bridge=german)
    owner = signed_in(line)
    path.write_text(_FAULTY)
    owner.get(PAGE)
    for sentence in _IN_GERMAN:
        assert sentence in owner.main(), sentence
    system = System(line.config, line.bridge.context, line.bridge.background.lag, path, {})
    english = [text for _, text in (*system.problems(), *system.remarks())]
    assert [text for text in english if len(text) > 8 and text in owner.main()] == []
    path.write_text("[bridge\n")
    owner.get(PAGE)
    assert "Zeile 1, Spalte 8 das ist kein TOML: " in owner.main()


def test_a_backup_is_sent_only_for_the_password(line: Line) -> None:
    line.book(TEN, name="Kim Example")
    owner = signed_in(line)
    owner.get(PAGE)
    assert "none yet" in owner.main()
    assert owner.post(f"{PAGE}/backup", {"password": "wrong"}).location == PAGE
    owner.get(PAGE)
    assert "That was not right, so nothing was sent." in owner.main()
    sent = BytesIO()
    line_system(line).back_up(sent)
    with ZipFile(sent) as archive:
        assert b"Kim Example" in archive.read("bookings.jsonl")
    owner.get(PAGE)
    assert owner.post(f"{PAGE}/backup", {"password": PASSWORD}).mimetype == "application/zip"
    owner.get(PAGE)
    assert "none yet" not in owner.main()


def test_strangers_and_guessed_forms_reach_nothing(line: Line) -> None:
    owner, stranger = signed_in(line), Browser(line, "198.51.100.4")
    stranger.get("/")
    for path in ("", "/support.json", "/reloading/0"):
        assert stranger.get(f"{PAGE}{path}").location == "/"
    for path in ("/reload", "/backup"):
        assert stranger.post(f"{PAGE}{path}", {"password": PASSWORD}).location == "/"
        owner.get(PAGE)
        assert owner.post(f"{PAGE}{path}", {"password": PASSWORD}, token="guessed").status_code == 400


def test_the_support_file_holds_no_personal_data_and_no_secret(line: Line, system: System) -> None:
    calendar = CalendarName.parse("local:anna")
    odd = '[hosts.kim-private]\nkey_in_a_wrong_place_SESAME = "sesame"\nphone = 491701234567\n'
    system.path.write_text(system.path.read_text() + odd)
    line.book(TEN, name="Kim Example", email="kim@example.org", phone="+49 170 1234567", note="hurts")
    line.bridge.alerts.alert(alert_key("google", "anna@example.com"), "Kim Example waits.")
    why = "anna@example.com may not"
    found = Condition(str(calendar), Ability.READ, line.clock.now(), kind="AccessDenied", error=why)
    with line.bridge.store.write() as connection:
        health.record_failure(connection, found)
    line.bridge.journal.write_down()
    text = json.dumps(bundle(system, line.bridge.journal))
    told = json.loads(text)
    assert told["database"]["rows"]["bookings"] == 1
    assert [each["ability"] for each in told["health"]] == ["read"]
    assert told["configuration"]["says"]["event_types"]["name 1"]["minimum_notice_minutes"] == 0
    people = ["Kim", "kim", "Anna", "anna", "@", "170", "1234567", "hurts", "Haircut", "example", "c_0123"]
    secrets = [API_KEY, TOKEN, SECRET, PASSWORD_HASH, PASSWORD, "sesame", "SESAME", "unused.db"]
    assert [each for each in (*people, *secrets) if each in text] == []
    owner = signed_in(line)
    assert owner.get(f"{PAGE}/support.json").headers["Content-Disposition"].startswith("attachment")
