"""JSON as JavaScript reads and writes it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.web.canonical import decode, number_text, parse, stringify

Express = Callable[[bytes], bytes | None]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5e-10, "-1.5e-10"),
        (1e-5, "0.00001"),
        (1.25e-6, "0.00000125"),
        (1e-7, "1e-7"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.2345678901234568e22, "1.2345678901234568e+22"),
        (5e-324, "5e-324"),
        (float("inf"), "null"),
        (float("-inf"), "null"),
        (float("nan"), "null"),
    ],
)
def test_numbers_are_printed_as_ecmascript_prints_them(number: float, text: str) -> None:
    assert number_text(number) == text


def test_array_indices_come_first_in_ascending_order_then_the_order_of_the_text() -> None:
    assert stringify(parse('{"b":1,"10":2,"9":3,"a":4,"01":5,"4294967295":6,"4294967294":7}')) == (
        b'{"9":3,"10":2,"4294967294":7,"b":1,"a":4,"01":5,"4294967295":6}'
    )


def test_a_lone_surrogate_is_escaped_and_a_pair_is_not() -> None:
    assert stringify(parse(r'["\ud800","\ud83d\ude00"]')) == b'["\\ud800","\xf0\x9f\x98\x80"]'


def test_one_bom_is_dropped_and_a_second_refused() -> None:
    assert parse(decode(b"\xef\xbb\xbf{}")) == {}
    with pytest.raises(ValueError, match=r".+"):
        parse(decode(b"\xef\xbb\xbf\xef\xbb\xbf{}"))


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "[-Infinity]", "[1.]", "[01]", "['a']", '["\n"]', "[\xa0]"]
)
def test_what_json_parse_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


@pytest.fixture(scope="module")
def express() -> Iterator[Express]:
    """Node.js, answering what Express makes of a body."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: only the recorded vectors are checked")
    script = Path(__file__).with_name("stringify.js")
    with subprocess.Popen([node, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to_node, from_node = process.stdin, process.stdout

        def answer(body: bytes) -> bytes | None:
            to_node.write(base64.b64encode(body) + b"\n")
            to_node.flush()
            line = from_node.readline().strip()
            return None if line == b"-" else base64.b64decode(line)

        yield answer
        to_node.close()


def own(body: bytes) -> bytes | None:
    """Return the canonical form by the bridge; None for what it refuses."""
    try:
        value = parse(decode(body))
    except ValueError:
        return None
    return stringify(value) if isinstance(value, dict | list) else None


digits = st.text("0123456789", min_size=1, max_size=25)
numbers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.from_regex(r"0|[1-9][0-9]{0,24}", fullmatch=True),
    st.one_of(st.just(""), st.builds(".{}".format, digits)),
    st.one_of(
        st.just(""),
        st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), digits),
    ),
) | st.floats(allow_nan=False, allow_infinity=False).map(repr)
escapes = st.sampled_from(
    [r"\"", r"\\", r"\/", r"\b", r"\n", r"\u0041", r"\u00FC", r"\uD83D", r"\udE00", r"\u0000"]
)
strings = st.lists(
    escapes | st.characters(exclude_categories=["Cs"]).filter(lambda c: c not in '"\\'), max_size=6
).map(lambda parts: f'"{"".join(parts)}"')
names = (
    strings | st.integers(0, 2**33).map('"{}"'.format) | st.sampled_from(['"a"', '"b"', '"0"', '"__proto__"'])
)
space = st.text(" \t\r\n", max_size=2)


def array_text(items: list[str], gap: str) -> str:
    return "[" + f"{gap},{gap}".join(items) + "]"


def object_text(members: list[tuple[str, str]], gap: str) -> str:
    return "{" + f",{gap}".join(f"{name}{gap}:{value}" for name, value in members) + "}"


def containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(array_text, st.lists(values, max_size=4), space) | st.builds(
        object_text, st.lists(st.tuples(names, values), max_size=5), space
    )


texts = containers(
    st.recursive(numbers | strings | st.sampled_from(["true", "false", "null"]), containers, max_leaves=12)
)
fuzzed = st.builds(
    lambda text, place, byte: text[: place % (len(text) + 1)] + byte + text[place % (len(text) + 1) :],
    texts.map(lambda text: text.encode("utf-8")),
    st.integers(0, 200),
    st.binary(max_size=2),
)
quickly = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(text=texts)
def test_every_json_text_gets_the_form_node_gives_it(express: Express, text: str) -> None:
    assert own(text.encode("utf-8")) == express(text.encode("utf-8"))


@quickly
@given(body=fuzzed)
def test_broken_texts_and_bytes_are_read_and_refused_as_node_does(express: Express, body: bytes) -> None:
    assert own(body) == express(body)


@quickly
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_is_printed_as_node_prints_it(express: Express, number: float) -> None:
    body = json.dumps([number]).encode("ascii")
    assert f"[{number_text(number)}]".encode("ascii") == express(body)
