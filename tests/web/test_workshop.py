"""A rule is tried beside the one in force, and saved only where that is allowed."""

from __future__ import annotations

import html
import re

import pytest

from monitor.errors import UsageError
from monitor.web import trial
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


def test_a_file_that_changed_meanwhile_is_not_overwritten(open_page):
    page = open_page(edit=True)
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


def test_a_broken_rule_is_not_saved(open_page):
    page = open_page(edit=True)
    assert post(page, f"{RULE}/save", "phrase = ", text_of(page)).status_code == 422
    assert text_of(page) != "phrase = "


def test_a_word_on_an_item_proposes_words_with_numbers(page):
    with page.db() as db:
        item = db.row("SELECT item FROM matches WHERE NOT possible LIMIT 1")[0]
    before = text_of(page)
    for said, key in (("wrong", "none"), ("relevant", "any"), ("repeat", "")):
        shown = page.get(f"{RULE}?item={item}&say={said}")
        assert f"is {said}" in shown
        assert not key or f"<code>{key}</code>" in shown
    assert text_of(page) == before
    assert "Nothing is changed" not in page.get(f"{RULE}?item=9999999&say=wrong")
    assert "Nothing is changed" not in page.get(f"{RULE}?item={item}&say=nonsense")
