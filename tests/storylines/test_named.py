"""The names in seed documents: with the phrase's matter they tell of the storyline without its own name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model.item import Item
from monitor.model.storyline import SeedDocument, Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
SEED = SeedDocument(
    name="quorvel.md",
    title="Quorvel workers walk out",
    text="The strike began on Monday in Paris. Members of the union Tremmolin, led by Ossia Brandt, stayed out. "
    "Quorvel said on Monday that the harbour was closed. Brandt spoke at the Harbour gate.",
)
RULE = Storyline(slug="s", phrase="Quorvel strike", seeds=(SEED,))


def found(rule: Storyline, title: str, before: tuple[str, ...] = ()) -> bool:
    matcher = Matcher([rule])
    for number, told in enumerate(before):
        item = Item(str(number), told, START, lang="en")
        matcher.learn(item, matcher.match(item))
    return any(not m.possible for m in matcher.match(Item("last", title, START, lang="en")))


@pytest.mark.parametrize(
    ("title", "belongs"),
    [
        ("Brandt says the strike will last", True),
        ("Tremmolin calls off strike", True),
        ("Brandt buys a house", False),  # a name without the matter
        ("The strike will last", False),  # the matter without a name
        ("Harbour strike will last", False),  # written small elsewhere in the document
        ("Monday strike in Paris", False),  # a day, a known place
    ],
)
def test_a_name_of_the_document_with_the_matter_belongs(title: str, belongs: bool) -> None:
    assert found(RULE, title) is belongs
    assert not found(Storyline(slug="s", phrase="Quorvel strike"), title)


def test_unless_the_news_is_full_of_it_or_writes_it_small() -> None:
    often = tuple(f"What Brandt did on day {day}" for day in range(30))
    assert not found(RULE, "Brandt says the strike will last", often)
    small = tuple(f"They carried the brandt home, part {part}" for part in range(5))
    assert not found(RULE, "Brandt says the strike will last", small)


def test_a_rule_with_groups_names_its_names_itself() -> None:
    rule = Storyline(slug="s", phrase="Quorvel strike", seeds=(SEED,), all=(("Quorvel",), ("strike", "walkout")))
    assert not found(rule, "Brandt says the strike will last")


def test_the_evidence_names_the_name() -> None:
    (match,) = Matcher([RULE]).match(Item("1", "Brandt says the strike will last", START, lang="en"))
    assert [(h.term, h.word) for h in match.evidence.hits if h.part == "seed"] == [("Brandt", "Brandt")]
    assert not match.seed


def test_german_nouns_are_no_names() -> None:
    text = "Der Streik begann am Montag. Die Mitglieder der Gewerkschaft legten die Arbeit nieder, sagte der Vorstand."
    rule = Storyline(slug="s", phrase="Quorvel Streik", seeds=(SeedDocument("a.md", "Quorvel im Streik", text),))
    assert not found(rule, "Vorstand sagt Mitgliedern: Streik in anderer Firma")
