"""Keeps the sizes and habits of the code, read from its syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_MODULE, LONGEST_FUNCTION, MOST_ARGUMENTS = 300, 40, 6
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "handler",
    "handlers",
    "data",
    "info",
    "process",
    "do",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CLOCKS |= {("time", name) for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter")}
MAY_ASK_A_CLOCK = ("bridge/surroundings.py", "bridge/cli/")
READS_WALL_CLOCKS = ("providers/times.py",)  # turns a vendor's wall-clock times into instants
# SQLAlchemy's, google-auth's and http.server's own
GIVEN_NAMES = {"process_bind_param", "data", "do_GET", "do_POST"}
NAIVE_UNLESS_GIVEN = {
    "now": 1,
    "fromtimestamp": 2,
    "combine": 3,
}  # datetime's makers, and which argument is the zone
ZONE_OF_DATETIME = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A source file, its path from the project's root."""

    path: str

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def at(self, node: ast.stmt | ast.expr, what: str = "") -> str:
        """Return where something stands, as editors understand it."""
        return f"{self.path}:{node.lineno} {what}".rstrip()


@cache
def _parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def modules(*folders: str) -> list[Module]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [Module(path.relative_to(ROOT).as_posix()) for path in sorted(found)]


OURS = [*modules("bridge", "providers"), Module("wsgi.py"), Module("gunicorn.conf.py")]
EVERYTHING = [*OURS, *modules("tests", "bench")]


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {module.path: module.text.count("\n") for module in EVERYTHING}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        module.at(function, function.name)
        for module in EVERYTHING
        for function in module.functions
        if _length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_function_takes_more_than_6_arguments() -> None:
    many = [
        module.at(function, function.name)
        for module in OURS
        for function in module.functions
        if len(_arguments(function)) > MOST_ARGUMENTS and not _is_command(function)
    ]
    assert many == []


def test_only_the_surroundings_and_the_command_ask_a_clock() -> None:
    asked = [
        module.at(call, ".".join(name))
        for module in OURS
        if not module.path.startswith(MAY_ASK_A_CLOCK)
        for call, name in _calls(module.tree)
        if name in CLOCKS
    ]
    assert asked == []


def test_no_datetime_is_naive() -> None:
    naive = [
        module.at(call)
        for module in OURS
        if module.path not in READS_WALL_CLOCKS
        for call, name in _calls(module.tree)
        if _is_naive(call, name)
    ]
    assert naive == []


def test_names_say_what_a_thing_is_for() -> None:
    vague = [module.path for module in OURS if _is_vague(Path(module.path).stem)]
    vague += [
        module.at(function, function.name)
        for module in OURS
        for function in module.functions
        if _is_vague(function.name) and function.name not in GIVEN_NAMES
    ]
    assert vague == []


def test_every_module_and_public_function_says_in_its_first_line_what_it_does() -> None:
    silent = [module.path for module in OURS if not _is_explained(module.tree)]
    silent += [
        module.at(function, function.name)
        for module in OURS
        if "/migrations/" not in module.path
        for function in _public(module.tree)
        if not _is_explained(function)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("code", "naive"),
    [
        ("datetime(2026, 1, 1)", True),
        ("datetime(2026, 1, 1, tzinfo=UTC)", False),
        ("datetime(1, 1, 1, 0, 0, 0, 0, UTC)", False),
        ("datetime.now()", True),
        ("datetime.now(UTC)", False),
        ("datetime.fromtimestamp(0)", True),
        ("datetime.fromtimestamp(0, tz=UTC)", False),
        ("datetime.combine(day, time)", True),
        ("datetime.combine(day, time, zone)", False),
        ("datetime.strptime(text, form)", True),
        ("datetime.utcnow()", True),
        ("x.astimezone(zone)", False),
    ],
)
def test_a_naive_datetime_is_known_by_its_call(code: str, naive: bool) -> None:
    ((call, name),) = _calls(ast.parse(code))
    assert _is_naive(call, name) is naive


@pytest.mark.parametrize(
    ("name", "vague"),
    [
        ("do_it", True),
        ("_do_one", True),
        ("user_data", True),
        ("utils", True),
        ("undo", False),
        ("database", False),
    ],
)
def test_a_vague_name_is_known_by_its_words(name: str, vague: bool) -> None:
    assert _is_vague(name) is vague


def _length(function: Function) -> int:
    return (
        (function.end_lineno or function.lineno) - function.lineno + 1
    )  # a test's table of cases is none of it


def _arguments(function: Function) -> list[str]:
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [each.arg for each in (given.vararg, given.kwarg) if each]
    return [name for name in names if name not in ("self", "cls")]


def _is_command(function: Function) -> bool:
    # click hands over each option and argument as one of its own
    return any(".command(" in ast.unparse(decorator) for decorator in function.decorator_list)


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, tuple[str, ...]]]:
    """Yield the calls with the last two words of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, tuple(ast.unparse(node.func).split(".")[-2:])


def _is_naive(call: ast.Call, name: tuple[str, ...]) -> bool:
    has_zone = any(keyword.arg in ("tzinfo", "tz", None) for keyword in call.keywords)
    given = len(call.args) + (
        99 if has_zone or any(isinstance(each, ast.Starred) for each in call.args) else 0
    )
    match name:
        case (*_, "datetime"):
            return given < ZONE_OF_DATETIME
        case (_, "utcnow" | "utcfromtimestamp" | "strptime"):
            return name[0] == "datetime"
        case ("datetime", maker) if maker in NAIVE_UNLESS_GIVEN:
            return given < NAIVE_UNLESS_GIVEN[maker]
    return False


def _is_vague(name: str) -> bool:
    words = name.lower().strip("_").split("_")
    return bool(VAGUE & set(words) - ({"do"} if words[0] != "do" else set()))


def _public(tree: ast.Module) -> Iterator[Function]:
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (each for each in node.body if isinstance(each, Function) and each.name[0] != "_")


def _is_explained(node: ast.Module | Function) -> bool:
    first = (ast.get_docstring(node) or "").partition("\n")[0]
    return first.endswith((".", "?"))
