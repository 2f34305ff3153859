"""The shipped tables: read in a short way as tomllib reads them, and folded at once as each name alone."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.lang import lexicon
from monitor.lang.aliases import FILES, Aliases, Concept, load, words_of
from monitor.lang.fold import fold_lines, fold_whole
from monitor.lang.tokens import tokens

_NAMES = st.text(st.characters(categories=["L", "M", "Nd", "Zs", "Po", "Cf", "Lm"]), min_size=1, max_size=12)
_HARD = [
    "ʼ", "abـ", "ﳲ", "M'bala", "l'Iran", "Putin's", "U.S.", "İzmir", "G 20", "テスラ", "SK海力士", "ﾃﾞﾓ", " two  words ",
    "नरेंद्र मोदी", "line\nbreak", "e\u0301lan", "ß", "½", "ŉ", "\u00ad", "停火 火箭",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_long_table_reads_as_tomllib_reads_it(name: str) -> None:
    text = files("monitor.lang.data").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    assert lexicon.load(name, None) == tomllib.loads(text)


def test_the_tables_of_names_are_of_the_form_that_is_read_in_the_short_way() -> None:
    for name in FILES:
        text = files("monitor.lang.data").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        assert lexicon.quick(text) is not None, name


@pytest.mark.parametrize(
    "text",
    [
        'a = { names = ["x"] }',  # below no table
        '[t]\na = { names = ["x"] }\na = { names = ["y"] }',  # twice
        '[t]\na = { names = ["x"] } # a remark',
        '[t]\na = { names = ["x",] }',
        '[t]\na = ["x"]',
        "[t]\na = { names = ['x'] }",
        '[t.u]\na = { names = ["x"] }',
    ],
)
def test_a_table_of_another_form_is_left_to_tomllib(text: str) -> None:
    assert lexicon.quick(text) is None


def test_a_user_may_lay_a_table_of_either_form_over_the_shipped_one(tmp_path: Path) -> None:
    for number, own in enumerate(
        ('strike-work = { names = ["-Streik", "Bummelei"] }', '[matter.x]\nnames = ["xyzzy"]')
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = own if own.startswith("[") else f"[matter]\n{own}"
        (folder / "aliases_matters.toml").write_text(text, encoding="utf-8")
        known = load(folder)
        assert bool(known.named(("streik",))) is own.startswith("[")
        assert known.named(("bummelei",) if number == 0 else ("xyzzy",))


def test_each_shipped_name_is_found_by_its_words() -> None:
    known = load()
    for concept in known.concepts.values():
        for name in concept.names:
            assert concept in known.named(words_of(name)), name
    assert known.longest >= max(len(words_of(name)) for name in known.names)


@given(st.lists(_NAMES | st.sampled_from(_HARD), max_size=6))
def test_names_are_indexed_as_a_text_is_read(names: list[str]) -> None:
    made = Concept("k", "place", tuple(names))
    known = Aliases({"k": made})
    for name in names:
        words = tuple(t.folded for t in tokens(name))
        if words:
            assert known.named(words) == (made,)
            assert known.longest >= len(words)


@given(st.lists(_NAMES, max_size=6))
def test_lines_are_folded_together_as_each_alone(lines: list[str]) -> None:
    assert fold_lines(lines) == [fold_whole(line) for line in lines]
