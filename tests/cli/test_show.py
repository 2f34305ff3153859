"""What is shown: harmless whatever a feed says, and the same words with and without a terminal."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli import marked, show, times
from monitor.cli.show import Column, Screen, Span
from monitor.errors import UsageError
from monitor.model.match import Evidence, Hit, Match, Means

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
HOSTILE = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@settings(deadline=None)
@given(HOSTILE)
def test_no_text_can_steer_a_terminal(text):
    shown = show.plain([Span(text), text, Span(text, "mark")])
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@settings(deadline=None)
@given(st.recursive(HOSTILE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3)))
def test_json_says_the_same_and_can_always_be_written(value):
    text = show.json_text(value)
    assert json.loads(text) == json.loads(json.dumps(value))
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in text)
    text.encode()


@settings(deadline=None)
@given(HOSTILE, st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=6))
def test_marking_words_changes_no_word(text, places):
    hits = [Hit("t", "w", "title", a, b, "phrase", Means.EXACT, 1.0) for a, b in places]
    assert "".join(s.text for s in marked.marked(text, hits, "title")) == text


def test_overlapping_words_are_marked_once():
    hits = [Hit("t", "w", "title", a, b, "phrase", Means.EXACT, 1.0) for a, b in [(0, 5), (3, 8), (10, 12)]]
    spans = marked.marked("abcdefgh  ij", hits, "title")
    assert [s.text for s in spans if s.style == "mark"] == ["abcdefgh", "ij"]
    assert show.plain(marked.marked("x" * 50, [], "title", limit=10)) == "x" * 10 + "…"


def test_a_match_is_told_with_everything_for_and_against_it():
    hits = (Hit("visit", "trip", "summary", 0, 4, "all:1", Means.ALIAS, 0.85),)
    found = Match("1", "moscow", 0.4, Evidence(hits=hits, missing=("Moscow",), parts=(("names", 0.5),)), possible=True)
    lines = [show.plain(line) for line in (marked.verdict(found, 0.5), *marked.all_of(found))]
    assert lines == [
        "no match: 0.40, the bar is 0.50",
        "[trip] meets visit of all[2]: another name for it, 0.85, in the summary",
        "missing: Moscow",
        "score made of: names 0.50",
    ]
    vetoed = Match("1", "moscow", 0.0, Evidence(veto="Trump Tower"), possible=True)
    assert show.plain(marked.verdict(vetoed, 0.5)) == 'no match: the rule\'s none has "Trump Tower"'


def test_a_plain_table_is_aligned_by_what_a_terminal_shows(capsys):
    Screen().table([Column("name"), Column("n", right=True), Column("")], [["俄罗斯", "7", "x"], ["ab", "12", ""]])
    assert capsys.readouterr().out == "name     n\n俄罗斯   7  x\nab      12\n"


def test_a_table_on_a_terminal_has_the_same_words(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen(colour=True)
    screen.table([Column("name"), Column("n", right=True)], [[Span("wire", "good"), "7"]])
    screen.line([Span("ok: ", "good"), "fine"], indent=2)
    out = capsys.readouterr().out
    assert "\x1b[32mwire" in out
    assert "  \x1b[32mok: " in out


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-03-18", NOW.replace(hour=0)),
        ("2025-03-18T12:00Z", NOW),
        ("2025-03-18T13:00+01:00", NOW),
        ("2025-03-18 12:00", NOW),
        ("7d", NOW - timedelta(days=7)),
        ("90 m", NOW - timedelta(minutes=90)),
    ],
)
def test_a_moment_is_read_as_a_person_types_it(text, at):
    assert times.moment(text, "--since", NOW) == at


@pytest.mark.parametrize("text", ["", "7", "yesterday", "2025-13-01", "0001-01-01T00:00+05:00", "7y", "999999w"])
def test_a_bad_moment_is_a_usage_error_that_names_the_option(text):
    with pytest.raises(UsageError, match="--since"):
        times.moment(text, "--since", NOW)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "in 5 s"), (40, "40 s ago"), (89, "89 s ago"), (90, "1 min ago"), (5399, "89 min ago"), (5400, "1 h ago"),
     (172_800, "2 d ago"), (-7200, "in 2 h")],
)  # fmt: skip
def test_a_distance_in_time_is_told_in_its_largest_unit(seconds, words):
    assert times.ago(NOW - timedelta(seconds=seconds), NOW) == words
