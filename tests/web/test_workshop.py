"""A rule is tried beside the one in force, and saved only where that is allowed."""

from __future__ import annotations

import html
import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.rules import Around, try_rule
from monitor.errors import UsageError
from monitor.lang.tokens import tokens
from monitor.model.codec import moment_text
from monitor.store import items as item_rows
from monitor.store import page as page_rows
from monitor.storylines.matcher import Matcher
from monitor.web import edits, proposals, trial
from monitor.web.trial import Question

SLUG = "trump-moscow-visit"
RULE = f"/storyline/{SLUG}/rule"
WIDER = 'phrase = "Kremlin"\nall = [["Kremlin", "Кремль"]]\n'


def post(page, path, text, was=""):
    return page.client.post(path, data={"token": page.desk.token, "text": text, "was": was})


def text_of(page):
    return (page.folder / "rules" / f"{SLUG}.toml").read_text(encoding="utf-8")


def test_the_text_box_holds_the_file(page):
    shown = html.unescape(re.search(r'name="text"[^>]*>\n(.*?)</textarea>', page.get(RULE), re.DOTALL).group(1))
    assert shown == text_of(page)


def test_a_changed_rule_is_compared_with_the_one_in_force(page):
    answer = post(page, RULE, WIDER.replace("\n", "\r\n"))
    assert answer.status_code == 200
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert "What it would do" in text
    assert "Told now" in text
    assert "Matches no more" in text
    changed, before = re.search(r"(\d+) items match; (\d+) in force", text).groups()
    assert int(changed) != int(before)
    assert text_of(page).startswith("#") or "phrase" in text_of(page)
    assert WIDER not in text_of(page)


def test_the_rule_in_force_compared_with_itself_changes_nothing(page):
    rule = next(rule for rule in page.settings.rules if rule.slug == SLUG)
    question = Question(page.settings.database, rule, rule, page.desk.now(), days=10)
    answer = trial.run(question)
    assert answer["matches"][0] == answer["matches"][1] > 0
    assert answer["gained"] == answer["lost"] == answer["told"] == answer["untold"] == []


@pytest.mark.anyio
async def test_a_trial_in_a_process_of_its_own_answers_the_same(page):
    rule = page.settings.rules[0]
    question = Question(page.settings.database, rule, None, page.desk.now(), days=2)
    assert await trial.ask(question) == trial.answer_of(json.loads(json.dumps(trial.run(question))))


@pytest.mark.anyio
async def test_a_trial_that_takes_too_long_is_stopped(page):
    rule = page.settings.rules[0]
    with pytest.raises(UsageError, match="took longer"):
        await trial.ask(Question(page.settings.database, rule, rule, page.desk.now()), seconds=0.01)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phrase = ", "TOML"),
        ("phrse = 'x'", "did you mean"),
        ("", "no story"),
        ("phrase = 'a b'\nfuzzy = 900", "Line 2"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(page, text, said):
    answer = post(page, RULE, text)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


def test_saving_needs_to_be_switched_on(page):
    assert post(page, f"{RULE}/save", WIDER, text_of(page)).status_code == 403
    assert WIDER not in text_of(page)
    assert "Save to the file" not in page.get(RULE)


def test_saving_replaces_the_file_whole(open_page):
    page = open_page(edit=True)
    assert "Save to the file" in page.get(RULE)
    answer = post(page, f"{RULE}/save", WIDER.replace("\n", "\r\n"), text_of(page).replace("\n", "\r\n"))
    assert answer.status_code == 303
    assert text_of(page) == WIDER
    assert "Saved" in page.get(answer.headers["location"])
    assert [p.name for p in (page.folder / "rules").iterdir() if p.name.startswith(".")] == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(look):
    page = look(edit=True)
    answer = post(page, f"{RULE}/save", WIDER, "what it was before")
    assert "changed meanwhile" in answer.text
    assert WIDER not in text_of(page)


def test_a_file_that_cannot_be_written_is_said(open_page):
    page = open_page(edit=True)
    was = text_of(page)
    rules = page.folder / "rules"
    rules.rename(page.folder / "elsewhere")
    rules.symlink_to("/proc/self/fdinfo")  # nothing can be made in there
    (answer,) = [post(page, f"{RULE}/save", WIDER, "")]
    assert "cannot be written" in answer.text
    rules.unlink()
    (page.folder / "elsewhere").rename(rules)
    assert text_of(page) == was


def test_a_broken_rule_is_not_saved(look):
    page = look(edit=True)
    assert post(page, f"{RULE}/save", "phrase = ", text_of(page)).status_code == 422
    assert text_of(page) != "phrase = "


def item_with(page, condition, said="wrong"):
    """The newest English item that fits and that something can be done about."""
    rule = next(rule for rule in page.settings.rules if rule.slug == SLUG)
    with page.db() as db:
        found = db.rows(
            "SELECT m.item FROM matches m JOIN items i ON i.id = m.item WHERE m.storyline = ? AND i.lang = 'en' "
            f"AND i.feed != 'hostile' AND {condition} ORDER BY m.at DESC",
            (SLUG,),
        )
        proposed = ((n, proposals.of_item(db, rule, str(n), said, page.desk.now())) for (n,) in found)
        return next(number for number, one in proposed if one.changes)


@pytest.mark.parametrize(
    ("said", "condition", "keys"),
    [
        ("wrong", "NOT possible", {"none"}),
        ("relevant", "possible", {"all[1]", "all[2]", "all[3]"}),
        ("relevant", "NOT possible", {"alert.sensitivity"}),
        ("repeat", "NOT possible", {"alert.sensitivity", "alert.origins", "alert.cooldown"}),
    ],
)
def test_a_word_on_an_item_proposes_changes_with_numbers(page, said, condition, keys):
    before = text_of(page)
    shown = page.get(f"{RULE}?item={item_with(page, condition, said)}&say={said}")
    assert re.search(f"is (a )?{said}</h2>", shown)
    proposed = re.findall(r"<code>([^<]+)</code> <b dir", shown)
    assert proposed
    assert set(proposed) <= keys
    assert text_of(page) == before


@pytest.mark.parametrize("query", ["item=9999999&say=wrong", "item=1&say=nonsense", "item=x&say=wrong", "say=wrong"])
def test_nothing_is_proposed_for_nothing(page, query):
    assert "Nothing is changed" not in page.get(f"{RULE}?{query}")


@pytest.mark.parametrize(("said", "condition"), [("wrong", "NOT possible"), ("relevant", "possible")])
def test_a_proposed_change_does_what_it_says(page, said, condition):
    """The rule with the change in it is met anew: this item is out, or better; so many others are out, or in."""
    rule = next(rule for rule in page.settings.rules if rule.slug == SLUG)
    ref = str(item_with(page, condition, said))
    with page.db() as db:
        found = proposals.of_item(db, rule, ref, said, page.desk.now())
        item = item_rows.get(db, [ref])[ref]
        before = page_rows.met_before(db, SLUG, item.arrival_at, 100)
        others = page_rows.texts_of(db, SLUG, page.desk.now() - timedelta(days=30), 4000, but=ref)
    assert found.changes
    for change in found.changes[:2]:
        text = edits.apply(text_of(page), change.edit)
        changed = try_rule(Path(rule.path), text, Around(page.settings.defaults)).rule
        matcher = Matcher([changed.storyline])
        for one, match in before:
            matcher.learn(one, [match])
        met = matcher.probe(SLUG, item.title, item.summary, item.lang)
        assert bool(met.evidence.veto) == (said == "wrong")
        assert said == "wrong" or met.score == pytest.approx(change.score)
        out = [o for o in others if not o[0] and matcher.probe(SLUG, o[1], o[2]).evidence.veto]
        assert change.lost == len(out)
        assert said == "wrong" or change.beyond == sum(beyond(page, matcher, ref, change.edit.value))
    assert said == "wrong" or any(change.gained or change.beyond for change in found.changes)


def beyond(page, matcher, ref, word):
    """Of each item that has the word and is no near miss, whether it matches."""
    with page.db() as db:
        rows = db.rows(
            "SELECT title, summary, lang FROM items WHERE arrival_at >= ? AND id != ? AND id NOT IN "
            "(SELECT item FROM matches WHERE storyline = ?)",
            (moment_text(page.desk.now() - timedelta(days=30)), int(ref), SLUG),
        )
    having = [row for row in rows if word.casefold() in {t.folded for t in tokens(f"{row[0]} {row[1]}")}]
    return [not matcher.probe(SLUG, *row).possible for row in having]


def test_a_button_puts_the_change_into_the_text_and_tries_it(page):
    item = item_with(page, "NOT possible")
    shown = page.get(f"{RULE}?item={item}&say=wrong")
    sent = html.unescape(re.search(r'name="change" value="([^"]+)"', shown).group(1))
    word = sent.partition("=")[2]
    answer = page.client.post(RULE, data={"token": page.desk.token, "text": text_of(page), "change": sent})
    text = html.unescape(re.search(r'name="text"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL).group(1))
    assert word in tomllib.loads(text)["none"]
    assert "What it would do" in answer.text
    assert "the file is as it was" in answer.text
    assert word not in tomllib.loads(text_of(page)).get("none", [])
    cannot = page.client.post(RULE, data={"token": page.desk.token, "text": "none = 3\nphrase = 'x'", "change": sent})
    assert "by hand" in cannot.text


NEW = "phrase = 'Putin Istanbul talks'\n"


def new(page, path, name, text=NEW):
    return page.client.post(path, data={"token": page.desk.token, "name": name, "text": text})


def test_a_new_rule_is_begun_tried_and_saved(open_page):
    page = open_page(edit=True)
    begun = page.get("/new?phrase=Putin+Istanbul+talks")
    assert 'value="putin-istanbul-talks"' in begun
    assert "phrase = &#34;Putin Istanbul talks&#34;" in begun
    answer = new(page, "/new", "putin-istanbul-talks")
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert int(re.search(r"(\d+) items match", text).group(1)) > 0
    assert "It would tell" in text
    assert "in force" not in text
    path = page.folder / "rules" / "putin-istanbul-talks.toml"
    assert not path.exists()
    saved = new(page, "/new/save", "putin-istanbul-talks")
    assert saved.status_code == 303
    assert path.read_text() == NEW
    assert "Saved as rules/putin-istanbul-talks.toml" in page.get(saved.headers["location"])
    again = new(page, "/new/save", "putin-istanbul-talks", "phrase = 'another'")
    assert "There is a rule of this name already" in again.text
    assert path.read_text() == NEW
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["", "../evil", "A B", "x/y", ".hidden", "a" * 80 + "!", "-a"])
def test_a_new_rule_needs_a_fit_name(look, name):
    page = look(edit=True)
    before = sorted(path for path in page.folder.rglob("*.toml"))
    for path in ("/new", "/new/save"):
        answer = new(page, path, name)
        assert answer.status_code == 422
        assert "needs a name" in answer.text
    assert sorted(path for path in page.folder.rglob("*.toml")) == before


def test_a_new_rule_is_not_saved_broken_or_where_it_is_not_allowed(open_page):
    page = open_page(edit=True)
    assert new(page, "/new/save", "fine", "phrase = ").status_code == 422
    assert new(open_page(), "/new/save", "fine").status_code == 403
    assert not (page.folder / "rules" / "fine.toml").exists()
