"""The matcher: from one line to the right items, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)


def item(title: str, number: int = 1, **more: object) -> Item:
    return Item(id=str(number), title=title, arrival_at=START + timedelta(minutes=number), **more)  # type: ignore[arg-type]


def one(matcher: Matcher, title: str, **more: object) -> Match | None:
    return next(iter(matcher.match(item(title, **more))), None)


MERGER = Storyline(slug="merger", phrase="Kestrel Arbutus merger")


def test_one_line_finds_its_story_and_says_which_words_met() -> None:
    found = one(Matcher([MERGER]), "Kestrel and Arbutus agree on merger")
    assert found is not None
    assert not found.possible
    assert found.seed
    assert found.score >= 0.5
    assert [(h.term, h.word, h.field) for h in found.evidence.hits] == [
        ("Kestrel", "Kestrel", "title"),
        ("Arbutus", "Arbutus", "title"),
        ("merger", "merger", "title"),
    ]


def test_hits_stand_where_they_say() -> None:
    news = item("Merger talks", summary="Kestrel’s board meets Arbutus")
    found = Matcher([MERGER]).match(news)[0]
    for hit in found.evidence.hits:
        text = news.title if hit.field == "title" else news.summary
        assert text[hit.start : hit.end] == hit.word


def test_other_mergers_do_not_match() -> None:
    matcher = Matcher([MERGER])
    assert matcher.match(item("Two banks agree on merger")) == ()
    assert matcher.match(item("Weather is fine today")) == ()


def test_an_excluded_term_vetoes() -> None:
    matcher = Matcher([Storyline(slug="s", phrase="Kestrel Arbutus merger", none=("falcon race",))])
    title = "Kestrel and Arbutus merger: the falcon race"
    assert matcher.match(item(title)) == ()
    assert matcher.probe("s", title).evidence.veto == "falcon race"


def test_groups_must_all_be_met() -> None:
    rule = Storyline(slug="s", all=(("Kestrel", "Kestrel Air"), ("strike", "walkout")))
    matcher = Matcher([rule])
    found = one(matcher, "Kestrel crews begin walkout")
    assert found is not None
    assert found.evidence.path == "groups"
    assert one(matcher, "Harbour crews begin walkout") is None


def test_probe_always_answers_and_names_what_is_missing() -> None:
    found = Matcher([MERGER]).probe("merger", "Arbutus names a new chief")
    assert "Kestrel" in found.evidence.missing
    assert found.item == ""
    common = Matcher([MERGER]).probe("merger", "A merger of two banks")
    assert [h.word for h in common.evidence.hits] == ["merger"]
    with pytest.raises(KeyError):
        Matcher([MERGER]).probe("other", "text")


@pytest.mark.parametrize(
    ("rule", "news"),
    [
        ({"feeds": ("world/*",)}, {"feed": "sport/wire"}),
        ({"languages": ("ru",)}, {"lang": "en"}),
        ({"since": START + timedelta(days=1)}, {}),
    ],
)
def test_a_rule_keeps_to_its_feeds_languages_and_since(rule: dict[str, object], news: dict[str, object]) -> None:
    matcher = Matcher([Storyline(slug="s", phrase="Kestrel Arbutus merger", **rule)])  # type: ignore[arg-type]
    assert one(matcher, "Kestrel and Arbutus agree on the merger that they want", **news) is None


def test_dropping_and_putting_leaves_what_a_new_matcher_would_have() -> None:
    others = [
        Storyline(slug=f"s{i}", phrase=f"Kestrel {word} visit") for i, word in enumerate(("Oslo", "Lima", "Arbutus"))
    ]
    changed = Matcher([MERGER, *others])
    changed.drop("s0")
    changed.drop("s2")
    changed.drop("unknown")
    changed.put(MERGER)
    fresh = Matcher([others[1], MERGER])
    for title in ("Kestrel visit to Lima", "Kestrel, Arbutus merger", "Kestrel in Oslo visit", "Arbutus visit"):
        assert changed.match(item(title)) == fresh.match(item(title))


def test_a_snapshot_restores_what_was_learned() -> None:
    matcher = Matcher([MERGER])
    for number in range(30):
        news = item(f"Kestrel Arbutus merger talks with regulator Quillon {number}", number)
        matcher.learn(news, matcher.match(news))
    again = Matcher([MERGER])
    again.restore(matcher.snapshot())
    title = "Kestrel hears from Quillon regulator"
    assert again.probe("merger", title) == matcher.probe("merger", title)
    assert again.probe("merger", title) != Matcher([MERGER]).probe("merger", title)
    with pytest.raises(ValueError, match="snapshot"):
        again.restore(b"{}")


def test_matching_only_reads() -> None:
    matcher = Matcher([MERGER])
    before = matcher.snapshot()
    matcher.match(item("Kestrel Arbutus merger"))
    matcher.probe("merger", "Kestrel Arbutus merger")
    assert matcher.snapshot() == before


def test_a_strict_rule_wants_every_group_in_the_item_itself() -> None:
    groups = (("Kestrel",), ("merger", "takeover"))
    for strict, expected in ((False, False), (True, True)):
        matcher = Matcher([Storyline(slug="s", phrase="Kestrel Arbutus", all=groups, strict=strict)])
        assert matcher.probe("s", "Kestrel and Arbutus sign").possible is expected
        assert not matcher.probe("s", "Kestrel and Arbutus: takeover").possible


def test_an_any_term_raises_the_score_of_what_is_near() -> None:
    matcher = Matcher([Storyline(slug="s", phrase="Kestrel Arbutus merger", any=("antitrust",))])
    without = matcher.probe("s", "Kestrel and Arbutus sign")
    assert matcher.probe("s", "Kestrel and Arbutus sign antitrust").score > without.score
    assert matcher.match(item("Antitrust law debated")) == ()


def test_a_fuzzy_hit_below_the_rules_own_measure_does_not_count() -> None:
    loose = Matcher([Storyline(slug="s", phrase="Kestrelson", fuzzy=80)])
    tight = Matcher([Storyline(slug="s", phrase="Kestrelson", fuzzy=97)])
    assert loose.match(item("Kestrelsson resigns"))
    assert tight.match(item("Kestrelsson resigns")) == ()


def test_a_hit_in_the_title_counts_more_than_one_in_the_summary() -> None:
    matcher = Matcher([MERGER])
    title = "Kestrel and Arbutus agree on merger"
    in_title, in_summary = matcher.probe("merger", title), matcher.probe("merger", "Business news", title)
    assert in_title.score > in_summary.score >= 0.5


def test_huge_and_hostile_titles_are_read_in_bounds() -> None:
    matcher = Matcher([MERGER])
    for title in ("x" * 200_000, "a\u0301" * 50_000, "特" * 50_000, "Kestrel " * 20_000, "\u202e\u200f" * 9_000):
        matcher.learn(item(title), matcher.match(item(title)))
    assert len(matcher.snapshot()) < 100_000


def test_a_thousand_storylines_that_are_not_touched_cost_nothing_to_weigh() -> None:
    many = [Storyline(slug=f"s{i}", phrase=f"Qa{i}x Wb{i}y deal") for i in range(300)]
    matcher = Matcher([*many, MERGER])
    assert [m.storyline for m in matcher.match(item("Kestrel and Arbutus agree on merger deal"))] == ["merger"]
