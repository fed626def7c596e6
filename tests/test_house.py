"""Keeps each vendor in its own rooms: nothing else in the bridge may know a vendor by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.config.sections.vendors import VendorRules
from bridge.vendors.contract import Vendor
from bridge.vendors.registry import VENDORS

ROOT = Path(__file__).parents[1]
# Whatever makes a choice by a vendor's name belongs into the vendor's module. The command and the composition
# root know the embedded calendar, whose feeds and imports are the bridge's own.
KNOW_NO_VENDOR = (
    "background",
    "booking",
    "calendars",
    "config",
    "connections",
    "follow_ups",
    "journal",
    "model",
    "service",
    "signin",
    "speech",
    "web",
)
MAY_ALL_THE_SAME = {
    "bridge/config/starter.py",  # the text of a first configuration: it names one calendar
    "bridge/follow_ups/calendly.py",  # Calendly's own words for the vendors' meetings
}
ELSEWHERE_TOO = {"outlook", "graph", "entra", "office365", "gmail", "msal"}
WORDS = {name for name, vendor in VENDORS.items() if vendor.section and name != "ics"} | ELSEWHERE_TOO
# An everyday word: only as a name of its own or in front of a calendar does it mean the vendor.
EVERYDAY = {name for name, vendor in VENDORS.items() if vendor.section is None} | {
    "ics"
}  # also a file's ending


def sources() -> list[Path]:
    found = [path for folder in KNOW_NO_VENDOR for path in (ROOT / "bridge" / folder).rglob("*.py")]
    return [path for path in found if path.relative_to(ROOT).as_posix() not in MAY_ALL_THE_SAME]


def words_of(code: str) -> Iterator[tuple[int, str]]:
    """Yield the names and texts of a module, with their lines; its comments and docstrings may explain."""
    tree = ast.parse(code)
    explaining = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in explaining:
                yield node.lineno, text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.ImportFrom(module=str(module)):
                yield node.lineno, module


def vendors_in(code: str) -> list[str]:
    """Return where a module knows a vendor."""
    return [
        f"{line}: {text[:60]}"
        for line, text in words_of(code)
        if WORDS.intersection(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()))
        or any(text == word or text.startswith(f"{word}:") for word in EVERYDAY)
    ]


def test_only_a_vendors_own_module_knows_it_by_name() -> None:
    found = {path.relative_to(ROOT).as_posix(): vendors_in(path.read_text("utf-8")) for path in sources()}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("code", "knows"),
    [
        ('x = name.provider == "local"', True),
        ('x = "local:anna"', True),
        ("def microsoft_changed(): ...", True),
        ("GoogleSection = 1", True),
        ("Paragraph = 1", False),
        ("from providers.google import consent", True),
        ('"""Google says so."""', False),
        ('x = "a local day"', False),
        ("x = locale", False),
    ],
)
def test_a_vendor_is_known_by_its_words(code: str, knows: bool) -> None:
    assert bool(vendors_in(code)) is knows


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a module imports, by their whole names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (f"{module}.{each.name}" for each in names)


def strangers(folder: Path) -> list[str]:
    """Return which modules of a library of vendors import a vendor that is not theirs."""
    vendors = {each.name for each in folder.iterdir() if (each / "__init__.py").exists()}
    found = []
    for path in sorted(folder.rglob("*.py")):
        own = path.relative_to(folder).parts[0]  # of a module that they share, its own file name
        reached = {name.split(".")[1] for name in imported(path) if name.startswith(f"{folder.name}.")}
        found += [f"{path.relative_to(folder)}: {name}" for name in sorted(reached & vendors - {own})]
    return found


def test_vendors_never_import_each_other() -> None:
    assert strangers(ROOT / "providers") == []


def test_a_vendor_that_reaches_into_another_is_found(tmp_path: Path) -> None:
    library = tmp_path / "providers"
    for vendor in ("one", "two"):
        (library / vendor).mkdir(parents=True)
        (library / vendor / "__init__.py").write_text(f"from providers.{vendor} import events\n")
    (library / "two" / "events.py").write_text("from providers import one\nimport providers.base\n")
    (library / "shared.py").write_text("import providers.two.events\n")
    assert strangers(library) == ["shared.py: two", "two/events.py: one"]


def test_templates_know_no_vendor() -> None:
    found = {
        path.name: [word for word in WORDS if f'"{word}' in path.read_text("utf-8").lower()]
        for path in (ROOT / "bridge" / "web" / "templates").glob("*.html")
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_every_vendor_is_registered_by_its_own_name_with_a_package_and_a_module() -> None:
    assert {name: vendor.name for name, vendor in VENDORS.items()} == {name: name for name in VENDORS}
    modules = {path.stem for path in (ROOT / "bridge" / "vendors").glob("*.py")}
    folders = {path.name for path in (ROOT / "providers").iterdir() if (path / "__init__.py").exists()}
    assert set(VENDORS) <= modules
    assert folders <= set(VENDORS)
    for vendor in VENDORS.values():
        assert vendor.example.startswith(f"{vendor.name}:")


def test_the_page_on_adding_a_vendor_names_every_member_and_shows_the_registry() -> None:
    page = (ROOT / "docs" / "adding-a-vendor.md").read_text("utf-8")
    registry = (ROOT / "bridge" / "vendors" / "registry.py").read_text("utf-8")
    declared = {*Vendor.__annotations__, *VendorRules.__annotations__, *vars(Vendor), *vars(VendorRules)}
    assert {name for name in declared if name[0] != "_" and f"`{name}`" not in page} == set()
    assert registry[registry.index("VENDORS: ") :] in page
