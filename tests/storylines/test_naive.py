"""The matcher says what the naive loop says that scores every storyline for every item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.naive_matching import Found, Naive
from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
WORDS = (
    "Kestrelson", "Kestrelsson", "Arbutus", "Arbutos", "Ardenia", "Quillon", "Trump", "Putin", "Moscow", "Kremlin",
    "merger", "mergers", "talks", "visit", "strike", "strikes", "court", "lake", "border", "the", "of",
)  # fmt: skip
WRITTEN = (
    *WORDS,
    "特朗普",
    "Москву",
    "Трамп",
    "Kestrelssons",
    "Arbutusmöte",
    "Quilon",
    "treaty",
    "snow",
    "cup",
    "Путин",
)
TERM = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
GROUP = st.lists(TERM, min_size=1, max_size=3).map(tuple)
RULE = st.fixed_dictionaries(
    {
        "phrase": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        "all": st.lists(GROUP, max_size=3).map(tuple),
        "any": st.lists(TERM, max_size=1).map(tuple),
        "none": st.lists(TERM, max_size=1).map(tuple),
        "fuzzy": st.sampled_from((85, 85, 95, 100)),
        "strict": st.booleans(),
        "follow": st.booleans(),
    }
)
TEXT = st.lists(st.sampled_from(WRITTEN), max_size=7).map(" ".join)
NEWS = st.tuples(TEXT, TEXT, st.sampled_from(("en", "sv", "")), st.sampled_from((1, 60, 60 * 24 * 9, 60 * 24 * 40)))


UNFOLLOWED = {"phrase": "Kestrelson Trump merger", "follow": False}
ONE_OF_TWO = [("", "Kestrelson Trump", "en", 1), ("", "Kestrelson Trump", "en", 1), ("", "Kestrelson", "en", 1)]


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RULE, min_size=1, max_size=5), st.lists(NEWS, min_size=1, max_size=9), st.integers(1, 4))
@example([UNFOLLOWED], ONE_OF_TWO, 1)
def test_generated_rules_and_items_match_as_in_the_naive_loop(
    rules: list[dict[str, object]], news: list[tuple[str, str, str, int]], rounds: int
) -> None:
    storylines = [Storyline(slug=f"s{i}", **rule) for i, rule in enumerate(rules)]  # type: ignore[arg-type]
    matcher, naive, at = Matcher(storylines), Naive(storylines), START
    for number, (title, summary, lang, minutes) in enumerate(news * rounds):
        at += timedelta(minutes=minutes)
        item = Item(id=str(number), title=title, summary=summary, lang=lang, arrival_at=at)
        matches = matcher.match(item)
        matcher.learn(item, matches)
        got = tuple(Found(m.storyline, m.score, m.possible, m.seed) for m in matches)
        assert got == naive.take(item)
