"""The scanner finds the line of every key that tomllib reads, whatever the style it is written in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.lines import Place, key_lines, line_of

STYLES = '''\
# comment with [brackets] and a = sign
title = "x"          # 2
[a]                  # 3
b = 1
"quoted key" = 2
'li.teral' = 3
c . d . "e" = 4
[a.f]
g = [1,
  [2, 3],  # ] not the end
  "]",
]
[[h]]
i = { j = 1, k = { l = [
  5,
  6 ] } }
[[h]]
i = """
j = "no key"
[no.table]
""\\""""""
[h.m]
n = \'\'\'
# = "no comment"'\'\'\'\'
[[h.o]]
[[h.o]]
p = 1979-05-27 07:32:00
"\\u00e4\\n" = inf
'''


def test_each_key_has_its_line_in_every_style() -> None:
    tomllib.loads(STYLES)
    found = key_lines(STYLES)
    expected: dict[Place, int] = {
        ("title",): 2, ("a",): 3, ("a", "b"): 4, ("a", "quoted key"): 5, ("a", "li.teral"): 6, ("a", "c"): 7,
        ("a", "c", "d"): 7, ("a", "c", "d", "e"): 7, ("a", "f"): 8, ("a", "f", "g"): 9, ("a", "f", "g", 0): 9,
        ("a", "f", "g", 1): 10, ("a", "f", "g", 1, 0): 10, ("a", "f", "g", 1, 1): 10, ("a", "f", "g", 2): 11,
        ("h",): 13, ("h", 0): 13, ("h", 0, "i"): 14, ("h", 0, "i", "j"): 14, ("h", 0, "i", "k"): 14,
        ("h", 0, "i", "k", "l"): 14, ("h", 0, "i", "k", "l", 0): 15, ("h", 0, "i", "k", "l", 1): 16,
        ("h", 1): 17, ("h", 1, "i"): 18, ("h", 1, "m"): 22, ("h", 1, "m", "n"): 23, ("h", 1, "o"): 25,
        ("h", 1, "o", 0): 25, ("h", 1, "o", 1): 26, ("h", 1, "o", 1, "p"): 27, ("h", 1, "o", 1, "ä\n"): 28,
    }  # fmt: skip
    assert found == expected


KEYS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), st.sampled_from(["a.b", "", "ü", '"', "\\", "#"])
)
SCALARS = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(['"a # b"', "'[x]'", '"""m\n = [\n"""', "'''\n]\n'''", "true", "1979-05-27", '"\\""', '""', "''"]),
)


def written(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return key if key.isascii() and key.replace("_", "a").replace("-", "a").isalnum() else f'"{escaped}"'


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[\n" + "".join(f"  {part}, # ]\n" for part in parts) + "]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{written(key)} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=8,
)
TABLES = st.lists(
    st.tuples(KEYS, st.dictionaries(KEYS, VALUES, max_size=4)), max_size=5, unique_by=lambda table: table[0]
)


def paths(value: Any, here: Place = ()) -> Iterator[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*here, key)
        yield from paths(below, (*here, key))


@given(TABLES, st.booleans())
def test_every_path_that_tomllib_reads_has_a_line_and_no_other_has(
    tables: list[tuple[str, dict[str, str]]], many: bool
) -> None:
    left, right = ("[[", "]]") if many else ("[", "]")
    text = "".join(
        f"{left} {written(name)} {right}\n" + "".join(f"{written(key)}={value}\n" for key, value in table.items())
        for name, table in tables
    )
    assert set(key_lines(text)) == set(paths(tomllib.loads(text)))


@given(TABLES)
def test_the_line_is_the_one_the_key_stands_on(tables: list[tuple[str, dict[str, str]]]) -> None:
    text, expected = "", {}
    for name, table in tables:
        expected[(name,)] = text.count("\n") + 1
        text += f"[{written(name)}]\n"
        for key, value in table.items():
            expected[(name, key)] = text.count("\n") + 1
            text += f"{written(key)} = {value}\n"
    found = key_lines(text)
    assert {path: found[path] for path in expected} == expected


@pytest.mark.parametrize(("path", "line"), [(("a", "x"), 1), (("a", "b", "c"), 2), (("z",), 0), ((), 0)])
def test_what_has_no_line_has_that_of_what_is_around_it(path: Place, line: int) -> None:
    assert line_of({("a",): 1, ("a", "b"): 2}, path) == line
