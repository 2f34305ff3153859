"""Context: what a storyline learns from its own sure matches, how it fades, and that it never runs away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import SeedDocument, Storyline
from monitor.storylines.context import Clock, Context
from monitor.storylines.lint import lint
from monitor.storylines.matcher import Matcher

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
TALKS = Storyline(slug="talks", phrase="Ardenia Brunland border talks")


def item(number: int, title: str, at: datetime | None = None, **more: str) -> Item:
    return Item(id=str(number), title=title, arrival_at=at or START + timedelta(minutes=number), **more)


def run(matcher: Matcher, items: Iterable[Item]) -> list[tuple[Match, ...]]:
    found = []
    for one in items:
        matches = matcher.match(one)
        matcher.learn(one, matches)
        found.append(matches)
    return found


def hot(matcher: Matcher, count: int = 40) -> None:
    run(matcher, (item(i, f"Ardenia and Brunland hold border talks at Lake Quillon, round {i}") for i in range(count)))


def test_while_a_story_is_hot_one_side_and_its_words_are_enough() -> None:
    title = "Brunland sees no breakthrough at Lake Quillon talks"
    matcher = Matcher([TALKS])
    cold = matcher.probe("talks", title)
    hot(matcher)
    warm = matcher.probe("talks", title)
    assert cold.possible
    assert not warm.possible
    assert warm.score > cold.score
    assert {w.word for w in warm.evidence.learned} >= {"lake", "quillon"}
    assert warm.evidence.learned[0].item == "0"
    assert not warm.seed


def test_a_name_with_many_other_stories_does_not_bring_them_in() -> None:
    matcher = Matcher([TALKS])
    hot(matcher, 10)
    run(matcher, (item(100 + i, f"Ardenia wins match {i} of the cup") for i in range(60)))
    assert matcher.probe("talks", "Ardenia loses the cup final").possible


def test_what_is_learned_fades() -> None:
    matcher = Matcher([TALKS])
    hot(matcher)
    before = matcher.probe("talks", "Brunland sees no breakthrough at Lake Quillon talks").score
    run(matcher, [item(999, "Nothing to do with it", START + timedelta(days=60))])
    after = matcher.probe("talks", "Brunland sees no breakthrough at Lake Quillon talks").score
    assert after < before


def test_a_storyline_that_does_not_follow_learns_no_words() -> None:
    matcher = Matcher([Storyline(slug="talks", phrase=TALKS.phrase, follow=False)])
    hot(matcher)
    assert matcher.probe("talks", "Brunland at Lake Quillon").evidence.learned == ()


def test_years_of_items_neither_overflow_nor_grow_the_memory() -> None:
    matcher = Matcher([TALKS])
    sizes = []
    for year in range(12):
        at = START + timedelta(days=365 * year)
        run(matcher, (item(i, f"Ardenia and Brunland border talks word{year}x{i}", at) for i in range(30)))
        sizes.append(len(matcher.snapshot()))
    assert max(sizes[2:]) < 3 * sizes[0] + 20_000
    assert matcher.match(item(1, "Ardenia and Brunland border talks", START + timedelta(days=4400)))[0].score > 0.5


def test_rescaling_changes_no_share() -> None:
    clock, context = Clock(3600.0), Context(100)
    clock.start = START
    context.count(["1"], 1.0, seed=True)
    context.count(["1"], 1.0, seed=False)
    context.learn(["word"], 1.0, seed=True, item="a")
    before = context.share("1", 1.0), context.purity("word", 1.0)
    context.rescale(0.5)
    assert (context.share("1", 0.5), context.purity("word", 0.5)) == before
    assert clock.weight(START + timedelta(hours=1)) == 2.0


def test_a_context_keeps_a_bounded_number_of_words() -> None:
    context = Context(50)
    for number in range(500):
        context.learn([f"w{number}", "always"], 1.0, seed=True, item=str(number))
    assert len(context.dump()["words"]) <= 50  # type: ignore[arg-type]
    assert context.purity("always", 1.0)[0] == 1.0


TITLES = st.lists(
    st.sampled_from(["Ardenia", "Brunland", "border", "talks", "cup", "Quillon", "特朗普", "Putin"]), max_size=6
)


@settings(max_examples=40)
@given(st.lists(TITLES, min_size=1, max_size=12))
def test_the_same_items_give_the_same_matches_whatever_other_storylines_there_are(titles: list[list[str]]) -> None:
    items = [item(i, " ".join(words)) for i, words in enumerate(titles)]
    alone = run(Matcher([TALKS]), items)
    others = [Storyline(slug=f"o{i}", phrase=p) for i, p in enumerate(("Quillon cup", "Putin talks", "Ardenia"))]
    among = run(Matcher([*others, TALKS]), items)
    assert [tuple(m for m in found if m.storyline == "talks") for found in among] == alone


@settings(max_examples=60)
@given(st.lists(TITLES, min_size=1, max_size=8), st.booleans())
def test_what_is_set_aside_unweighed_would_not_have_matched(titles: list[list[str]], grouped: bool) -> None:
    groups = (("Ardenia",), ("Brunland", "cup")) if grouped else ()
    rule = Storyline(slug="s", phrase=TALKS.phrase, all=groups)
    matcher = Matcher([rule])
    for number, words in enumerate(titles):
        one = item(number, " ".join(words), START)  # a probe is made at the last item's moment
        found = matcher.match(one)
        probed = matcher.probe("s", one.title)
        assert bool(found) == (probed.score >= 0.35)
        assert not found or found[0].score == probed.score
        matcher.learn(one, found)


@settings(max_examples=60)
@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=30))
def test_any_text_and_any_phrase_have_an_answer(title: str, summary: str, phrase: str) -> None:
    matcher = Matcher([Storyline(slug="s", phrase=phrase, about=summary, all=((phrase,),), none=(title[:5],))])
    one = item(1, title, summary=summary)
    for match in run(matcher, [one])[0]:
        assert 0.0 <= match.score <= 1.0
        for hit in match.evidence.hits:
            text = title if hit.field == "title" else summary
            assert text[hit.start : hit.end] == hit.word
    assert 0.0 <= matcher.probe("s", title).score <= 1.0


def test_a_seed_document_is_enough_for_a_rule() -> None:
    document = SeedDocument(
        "d.md", "Ardenia and Brunland open border talks", "Ardenia and Brunland met at Lake Quillon."
    )
    matcher = Matcher([Storyline(slug="s", seeds=(document,))])
    assert matcher.match(item(1, "Brunland and Ardenia: border talks go on"))
    assert not matcher.match(item(1, "Weather: a fine day"))


def test_a_phrase_in_small_letters_finds_its_names_in_the_rules_own_sentences() -> None:
    rule = Storyline(
        slug="s", phrase="ardenia brunland talks", about="The talks of Ardenia with Brunland on the border."
    )
    matcher = Matcher([rule])
    assert not matcher.match(item(1, "Ardenia and Brunland meet for talks"))[0].possible
    assert matcher.match(item(1, "Talks on pay go on")) == ()


def test_a_chinese_phrase_is_cut_at_the_names_it_knows() -> None:
    matcher = Matcher([Storyline(slug="s", phrase="特朗普访问莫斯科")])
    found = matcher.match(item(1, "Trump to visit Moscow in May"))
    assert found
    assert not found[0].possible


def test_lint_says_what_is_wrong_and_nothing_when_all_is_well() -> None:
    assert lint(TALKS) == ()
    bad = Storyline(
        slug="s",
        phrase="border talks",
        names=("Ardenia",),
        all=(("talks", "…"), ("talks", "x"), ()),
        none=("border",),
        since=START + timedelta(days=9),
    )
    warnings = "\n".join(lint(bad, now=START))
    for word in (
        "no name",
        '"Ardenia" is not in the phrase',
        "both",
        "empty",
        "never be met",
        "excludes",
        "future",
        "single",
    ):
        assert word in warnings
    assert "no word to look for" in lint(Storyline(slug="s"))[0]


def test_a_changed_phrase_keeps_the_words_but_not_the_counts_of_its_old_parts() -> None:
    matcher = Matcher([TALKS])
    hot(matcher)
    changed = Storyline(slug="talks", phrase="Quillon Ardenia Brunland border talks")
    restored = Matcher([changed])
    restored.restore(matcher.snapshot())
    matcher.put(changed)
    title = "Quillon hears of the lake talks"
    assert matcher.probe("talks", title) == restored.probe("talks", title)
    assert dict(matcher.probe("talks", title).evidence.parts).get("expected", 0.0) <= 0.1
    assert matcher.probe("talks", title).evidence.learned
