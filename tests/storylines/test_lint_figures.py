"""Warnings about rules with the figures of stored items behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.storylines.census import Counted, census
from monitor.storylines.lint import lint_figures, lint_overlaps, lint_twins

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
TITLES = (
    "Kestrel and Arbutus agree on merger",
    "Ministers open talks on the budget",
    "Talks on fishing go on in Bergen",
    "Court hears the harbour case",
)
MERGER = Storyline(slug="merger", phrase="Kestrel Arbutus merger")


def stored(count: int) -> list[Item]:
    return [
        Item(id=str(n), title=f"{TITLES[n % len(TITLES)]}, part {n}", arrival_at=START + timedelta(minutes=n))
        for n in range(count)
    ]


def counted(*storylines: Storyline, items: int = 1000) -> list[Counted]:
    return census(storylines, stored(items))


def test_a_census_counts_items_by_unit_and_term_and_names_the_matches() -> None:
    groups = (("Kestrel", "Falcon"), ("merger", "talks"))
    (one,) = counted(Storyline(slug="s", all=groups), items=40)
    assert one.items == 40
    assert [one.units[i] for i in one.tracked.groups] == [10, 30]
    assert list(one.unmet()) == [("all:0", "Falcon")]
    assert one.matches == {str(n) for n in range(0, 40, 4)}


def test_a_group_that_meets_half_of_all_items_is_told_with_its_figure() -> None:
    (one,) = counted(Storyline(slug="s", all=(("Kestrel",), ("talks", "court"))))
    assert "all: group 2 meets 750 of 1,000 stored items (75%): it tells nothing" in list(lint_figures(one))
    (fine,) = counted(Storyline(slug="s", all=(("Kestrel",), ("court",))))
    assert list(lint_figures(fine)) == []


def test_a_phrase_without_a_name_is_told_with_what_its_words_meet() -> None:
    (one,) = counted(Storyline(slug="s", phrase="budget talks", names=()))
    assert any("no name" in w and "500 of 1,000 stored items (50%)" in w for w in lint_figures(one))
    (named,) = counted(MERGER)
    assert list(lint_figures(named)) == []


def test_terms_that_met_nothing_are_told_together() -> None:
    rule = Storyline(slug="s", phrase="Kestrel Arbutus", all=(("merger", "Fusion"),), none=("falconry",))
    (one,) = counted(rule)
    assert list(lint_figures(one)) == ['met none of 1,000 stored items: "Fusion" (all[1]), "falconry" (none)']
    many = Storyline(slug="s", all=(tuple(f"Word{n}x" for n in range(9)), ("Kestrel",)))
    assert next(lint_figures(counted(many)[0])).endswith("and 3 more")


def test_few_items_say_nothing() -> None:
    (one,) = counted(Storyline(slug="s", all=(("Falcon",), ("talks", "court"))), items=150)
    assert list(lint_figures(one)) == []


def test_rules_of_the_same_words_are_told_whatever_their_order() -> None:
    rules = (
        MERGER,
        Storyline(slug="again", phrase="merger: ARBUTUS, Kestrel"),
        Storyline(slug="other", phrase="Kestrel Arbutus merger", languages=("sv",)),
        Storyline(slug="groups", all=(("a1", "b1"), ("c1",))),
        Storyline(slug="turned", all=(("C1",), ("b1", "A1"))),
    )
    assert [(slug, text.split('"')[1]) for slug, text in lint_twins(rules)] == [
        ("again", "merger"),
        ("turned", "groups"),
    ]


def test_rules_that_match_the_same_items_are_told_with_how_many() -> None:
    rules = (
        MERGER,
        Storyline(slug="groups", all=(("Kestrel",), ("Arbutus",), ("merger",))),
        Storyline(slug="court", phrase="harbour court case", names=("harbour",)),
    )
    told = list(lint_overlaps(counted(*rules, items=400)))
    assert told == [("groups", 'matches what the rule "merger" matches: 100 of 100 items')]
