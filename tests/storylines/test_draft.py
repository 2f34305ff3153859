"""A rule drafted from example articles: names, matter, groups in other scripts, and what is another story."""

from __future__ import annotations

import pytest

from monitor.model.storyline import SeedDocument, Storyline
from monitor.pipeline.article import decoded, of_page
from monitor.storylines.draft import draft
from monitor.storylines.matcher import Matcher

TALKS = SeedDocument(
    "a.md",
    "Ardenia and Brunland open talks on the Quillon dam",
    "Ministers of Ardenia met their colleagues from Brunland. The talks are about the dam at Quillon. Brunland fears "
    "for its water. The talks go on.",
)
CUP = SeedDocument(
    "b.md", "Ardenia wins the Copa Norte", "The Copa Norte went to Ardenia, who won the Copa Norte before."
)


def test_the_phrase_is_what_title_and_text_name_most() -> None:
    found = draft([TALKS])
    assert found.phrase == "Ardenia Brunland talks Quillon"
    assert found.about == TALKS.title
    assert [group[0] for group in found.all] == ["Ardenia", "Brunland", "talks", "Quillon"]


def test_known_names_get_their_other_names_in_other_scripts() -> None:
    document = SeedDocument("c.md", "Trump plans Moscow visit", "Mr Trump said the visit to Moscow would come.")
    found = draft([document])
    assert found.phrase == "Trump Moscow visit"
    trump = next(g for g in found.all if g[0] == "Trump")
    assert {"Трамп", "特朗普"} <= set(trump)
    assert "Trump" in trump
    assert len(trump) <= 8


def test_what_the_unlike_articles_name_and_the_examples_do_not_is_excluded() -> None:
    assert draft([TALKS], [CUP]).none == ("Copa Norte",)
    assert draft([TALKS]).none == ()


def test_a_drafted_rule_meets_its_own_article_and_its_like() -> None:
    found = draft([TALKS], [CUP])
    rule = Storyline(slug="s", phrase=found.phrase, about=found.about, all=found.all, none=found.none)
    matcher = Matcher([rule])
    assert not matcher.probe("s", TALKS.title).possible
    assert not matcher.probe("s", "Quillon dam: talks of Ardenia and Brunland go on").possible
    assert matcher.probe("s", CUP.title).evidence.veto == "Copa Norte"


def test_an_article_without_any_name_gives_its_common_word_or_nothing() -> None:
    assert draft([SeedDocument("x", "of the and", "")]).phrase == ""
    assert draft([SeedDocument("x", "strange lights seen", "strange lights over the hills")]).phrase == "lights"
    assert draft([]).phrase == ""


PAGE = """<html><head><title>Dam talks - Paper</title><script>var p = "<p>no</p>";</script></head><body>
<h1>Dam <em>talks</em> open</h1><p>Menu</p><p>Ministers of Ardenia met their colleagues from Brunland &amp; others.
<p>An unclosed paragraph that is long enough to be read as text of it.</body>"""


def test_a_page_is_read_for_its_heading_and_paragraphs() -> None:
    found = of_page(PAGE, "https://paper.example/a")
    assert found.title == "Dam talks open"
    assert found.text.split("\n") == [
        "Ministers of Ardenia met their colleagues from Brunland & others.",
        "An unclosed paragraph that is long enough to be read as text of it.",
    ]
    assert of_page("<title>Only a title</title>", "x").title == "Only a title"
    assert of_page("", "x") == SeedDocument("x", "", "")


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("é".encode(), "", "é"),
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        (b'<meta charset="windows-1251">' + "Ж".encode("cp1251"), "", '<meta charset="windows-1251">Ж'),
        ("é".encode(), "text/html; charset=nonsense", "é"),
        (b"\xff", "", "\ufffd"),
    ],
)
def test_a_page_is_decoded_as_it_declares(body: bytes, kind: str, text: str) -> None:
    assert decoded(body, kind) == text
