"""Seed documents: Markdown to a title and plain text."""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.seeds import plain, read
from monitor.errors import Problem

CASES = [
    ("# Title\n\nText.", "Title", "Text."),
    ("Title\n=====\n\nText\non two lines.\n\nMore.", "Title", "Text on two lines.\nMore."),
    ("Text first.\n\n## Later heading\n\nMore.", "Text first.", "Later heading\nMore."),
    ('---\ntitle: "Front"\ndate: 2025\n---\n# Head\n\nText.', "Front", "Head\nText."),
    ("+++\ntitle = 'Front'\n+++\nText.", "Front", "Text."),
    ("# T ##\r\n\r\n- one\r\n- two\r\n  more\r\n\r\n1. three", "T", "one\ntwo more\nthree"),
    ("# T\n\n> quoted\n> text\n\n***\n\nEnd", "T", "quoted\ntext\nEnd"),
    ("# *T* and `code`\n\n**Bold**, __too__, _it_ and ~~gone~~ ***both***.", "T and code", "Bold, too, it and gone both."),
    ('# T\n\nA [link](https://a.example/x_(y) "t") and ![pic](p.png) and [ref][1].\n\n[1]: https://b.example', "T", "A link and pic and ref."),
    ("# T\n\n<p>Tags <b>go</b></p> &amp; entities <https://auto.example>", "T", "Tags go & entities"),
    ("# T\n\n```\ncode = 1\n```\n\nText.\n\n~~~\nmore\n~~~", "T", "Text."),
    ("# T\n\nsnake_case_name, 2*3*4, \\*stars\\*", "T", "snake_case_name, 2*3*4, *stars*"),
    ("# Заголовок\n\nТекст, *курсив*.", "Заголовок", "Текст, курсив."),
    ("# T\n\nT\n\nText.", "T", "Text."),
    ("", "", ""),
    ("\n\n---\n\n", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("markdown", "title", "text"), CASES, ids=range(len(CASES)))
def test_marks_go_and_words_stay(markdown: str, title: str, text: str) -> None:
    assert plain(markdown) == (title, text)


@given(st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,5}", fullmatch=True), min_size=2, max_size=6, unique=True))
def test_plain_paragraphs_pass_through(paragraphs: list[str]) -> None:
    assert plain("\n\n".join(paragraphs)) == (paragraphs[0], "\n".join(paragraphs[1:]))


@given(st.text(alphabet="#*_`[]()<>!-=>\n\r a1&;\\~|+.:\"'\x00\u202e", max_size=200))
def test_any_text_is_read(markdown: str) -> None:
    title, text = plain(markdown)
    assert "\n" not in title
    assert "\x00" not in title + text


@pytest.mark.parametrize(
    "piece", ["*", "**a ", "[", "[a](", "![", "<", "# ", "> ", "- ", "`", "a_", "\\", "<b ", "|", "_ "]
)
def test_no_document_takes_long(piece: str) -> None:
    """Patterns are bounded: a hundred thousand characters of marks are read in well under a second of CPU."""
    before = time.process_time()
    plain(piece * (100_000 // len(piece)))
    assert time.process_time() - before < 2


def test_a_document_is_read_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "s.md").write_bytes(b"\xef\xbb\xbf# T\r\n\r\nText.")
    seed = read(tmp_path / "s.md")
    assert not isinstance(seed, Problem)
    assert (seed.name, seed.title, seed.text) == ("s.md", "T", "Text.")


@pytest.mark.parametrize(
    ("body", "said"), [(b"\n", "holds no text"), (b"\xff", "not UTF-8"), (b"x" * 1_000_001, "larger")]
)
def test_what_is_no_document_is_a_problem(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "s.md").write_bytes(body)
    problem = read(tmp_path / "s.md")
    assert isinstance(problem, Problem)
    assert said in problem.message
