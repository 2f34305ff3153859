"""``rule new --from`` and ``rule suggest`` on a desk, with files, pages and a database."""

from __future__ import annotations

import json
import tomllib

from monitor.config.rules import load_rules

ARTICLE = "# Trump plans Moscow visit\n\nMr Trump said that the visit to Moscow would come, and Moscow said so.\n"
PAGE = (
    "<title>Cup</title><h1>Copa Norte: Trump hands over the cup</h1><p>The Copa Norte went home with its captain.</p>"
)


def test_a_rule_is_drafted_from_articles_and_can_be_used_as_it_is(bare):
    article, page = bare.write("article.md", ARTICLE), bare.write("cup.html", PAGE)
    answer = bare.run("rule", "new", "drafted", "--from", str(article), "--unlike", str(page))
    assert answer.code == 0, answer.err
    path = bare.directory / "rules" / "drafted.toml"
    rule = tomllib.loads(path.read_text(encoding="utf-8"))
    assert rule["phrase"] == "Trump Moscow visit"
    assert [group[0] for group in rule["all"]] == ["Trump", "Moscow", "visit"]
    assert rule["none"] == ["Copa Norte"]
    assert "# names" in path.read_text(encoding="utf-8")
    assert load_rules(path).problems == ()
    assert bare.run("rule", "test", "drafted", "Трамп летит в Москву с визитом").code == 0


def test_a_phrase_of_ones_own_goes_before_the_drafted_one(bare):
    article = bare.write("article.md", ARTICLE)
    assert bare.run("rule", "new", "own", "Trump in Moscow", "--from", str(article)).code == 0
    assert 'phrase = "Trump in Moscow"' in (bare.directory / "rules" / "own.toml").read_text(encoding="utf-8")


def test_what_cannot_be_read_is_told_in_one_line(bare):
    empty = bare.write("empty.html", "<p></p>")
    for place, word in (("nowhere.md", "nowhere.md"), ("nowhere.html", "nowhere.html"), (str(empty), "no article")):
        answer = bare.run("rule", "new", "x", "--from", place)
        assert (answer.code, word in answer.err) == (2, True)
    private = bare.run("rule", "new", "x", "--from", "http://10.0.0.1/story")
    assert (private.code, "cannot be fetched" in private.err) == (2, True)
    assert bare.run("rule", "new", "x").code == 2
    assert not (bare.directory / "rules" / "x.toml").exists()


def test_suggest_reads_the_stored_items_and_says_what_it_found(desk):
    answer = desk.run("rule", "suggest", "moscow")
    assert answer.code == 0, answer.err
    assert "6 items read" in answer.out
    data = json.loads(desk.run("rule", "suggest", "moscow", "--json", "--since", "7d").out)
    assert data["rule"] == "moscow"
    assert data["items"] == 6
    assert data["matches"] >= 3
    assert desk.run("rule", "suggest", "nothing").code == 2


def test_an_article_is_fetched_from_the_web(bare, site):
    answer = bare.run("rule", "new", "web", "Trump Moscow", "--from", f"{site}/rss")
    assert answer.code == 0, answer.err
    bare_page = bare.run("rule", "new", "x", "--from", f"{site}/")
    assert (bare_page.code, "no article" in bare_page.err) == (2, True)
    missing = bare.run("rule", "new", "x", "--from", f"{site}/none")
    assert (missing.code, "404" in missing.err) == (2, True)
