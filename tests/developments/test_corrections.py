"""What is edited, marked as corrected, retracted or taken out again is told as a correction, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.developments.corrections import corrections
from monitor.model.development import Decision, Reason, Verdict
from monitor.model.item import Revision
from tests.developments.test_chronicle import START, Story

KILLS = "Earthquake kills 36 in northern Chile"
FEWER = "Earthquake kills 31 in northern Chile"


@pytest.mark.parametrize(
    ("title", "lang", "mark"),
    [
        ("CORRECTION: Earthquake kills 31 in Chile", "en", "corrected"),
        ("CORRECTED-UPDATE 2-Earthquake kills 31 in Chile", "en", "corrected"),
        ("Earthquake kills 31 in Chile (corrected)", "en", "corrected"),
        ("[Clarification] Earthquake kills 31", "en", "corrected"),
        ("Korrektur: Erdbeben tötet 31 Menschen", "de", "corrected"),
        ("Rectificatif - Séisme : 31 morts", "fr", "corrected"),
        ("更正：智利地震致31人死亡", "zh", "corrected"),
        ("Исправление: при землетрясении погиб 31 человек", "ru", "corrected"),
        ("RETRACTED: Earthquake kills 36 in Chile", "en", "withdrawn"),
        ("Earthquake kills 36 in Chile | Withdrawn", "en", "withdrawn"),
        ("Zurückgezogen: Erdbeben in Chile", "de", "withdrawn"),
        ("Correction officers strike in Chile", "en", ""),
        ("Stock market correction: what it means", "en", ""),
        ("Troops withdrawn from Chile's north", "en", ""),
        ("Bill withdrawn: senators give way", "en", ""),
        ("Study has been retracted, journal says", "en", ""),
        ("Corrections department of Chile: 31 escape", "en", ""),
        ("", "en", ""),
    ],
)
def test_a_label_marks_a_title_and_a_word_of_the_news_does_not(title: str, lang: str, mark: str) -> None:
    assert corrections().mark(title, lang) == mark


def test_a_sentence_about_the_report_counts_only_where_it_took_a_titles_place() -> None:
    gone = "This article has been removed"
    assert corrections().mark(gone, "en", replaced=True) == "withdrawn"
    assert corrections().mark(gone, "en") == ""


def edited(story: Story, title: str, *, number: int = 1, matches: bool = True, after: float = 60) -> Decision | None:
    """The title of the item ``number`` is another one now; the decision is taken into memory."""
    item, match, decision = story.log[number - 1]
    now = replace(item, title=title)
    revision = Revision(item.id, START + timedelta(minutes=after), title, "", item.title)
    made = story.chronicle.revise(now, revision, match if matches else None)
    if made is not None:
        story.chronicle.adopt(now, match, made)
    story.chronicle.renew(now)
    story.log[number - 1] = (now, match, decision)
    return made


def taken_out(story: Story, number: int = 1) -> Decision | None:
    item, match, _ = story.log[number - 1]
    return story.chronicle.revise(item, Revision(item.id, START + timedelta(hours=2), "", "", item.title), match)


def test_the_same_correction_by_a_second_outlet_joins_the_first() -> None:
    story = Story()
    story.say(KILLS)
    story.say(f"{KILLS}, officials say")
    first = edited(story, FEWER)
    second = edited(story, FEWER, number=2, after=90)
    assert first is not None
    assert second is not None
    assert (first.verdict, second.verdict) == (Verdict.NEW, Verdict.JOINED)
    assert second.development is not None
    assert (second.development.number, second.development.items) == (2, ("1", "2"))
    assert second.development.origins == ("Paper 1", "Paper 2")


def test_a_title_that_goes_back_and_forth_tells_each_figure_once() -> None:
    story = Story()
    story.say(KILLS)
    verdicts = [edited(story, title, after=60 + n).verdict for n, title in enumerate([FEWER, KILLS, FEWER, KILLS])]  # type: ignore[union-attr]
    assert verdicts == [Verdict.NEW, Verdict.NEW, Verdict.JOINED, Verdict.JOINED]


def test_an_old_report_brought_up_to_date_is_no_correction() -> None:
    story = Story()
    story.say(KILLS)
    story.say("Toll of Chile earthquake rises to 44 dead, governor says", after=600)
    assert story.chronicle.developments[2].reason is Reason.FIGURE
    assert edited(story, "Earthquake kills 44 in northern Chile") is None


def test_an_edit_that_says_it_is_a_correction_is_told_though_no_fact_we_know_changed() -> None:
    story = Story()
    story.say("Minister to meet miners in Santiago, office says")
    made = edited(story, "CORRECTED: Minister to meet nurses in Santiago, office says")
    assert made is not None
    assert made.development is not None
    assert (made.development.reason, made.development.delta, made.nearest) == (Reason.CORRECTED, (), 1)
    again = edited(story, "CORRECTED: Minister to meet nurses in Santiago on Monday, office says", after=80)
    assert again is None or again.verdict is Verdict.JOINED


@pytest.mark.parametrize("matches", [True, False])
def test_a_retracted_report_is_told_under_the_headline_that_was_told(matches: bool) -> None:
    story = Story()
    story.say(KILLS)
    made = edited(story, "This article has been removed", matches=matches)
    assert made is not None
    assert made.development is not None
    assert (made.development.headline, made.development.facts, made.because) == (KILLS, (), "withdrawn by Paper 1 (#1)")
    assert [c.fact.value for c in made.development.delta] == ["withdrawn"]


def test_a_live_page_that_became_another_story_takes_nothing_back() -> None:
    story = Story()
    story.say(KILLS)
    assert edited(story, "Markets close higher in New York", matches=False) is None


def test_what_was_never_told_needs_no_correction() -> None:
    story = Story()
    story.say(KILLS)
    held = story.say("Opinion: Chile must build better", after=300)
    assert held.verdict is Verdict.HELD
    assert edited(story, "RETRACTED: Chile must build better", number=2) is None
    assert taken_out(story, 2) is None


def test_an_entry_taken_out_is_told_where_nobody_else_tells_it() -> None:
    alone, seconded = Story(), Story()
    for story in (alone, seconded):
        story.say(KILLS)
    seconded.say(KILLS)
    made = taken_out(alone)
    assert made is not None
    assert made.because == "no longer listed by Paper 1 (#1)"
    assert taken_out(seconded) is None


def test_a_new_report_marked_as_a_correction_corrects_what_its_own_publisher_told() -> None:
    for source, reason in (("Wire", Reason.CORRECTED), ("Other", None)):
        story = Story()
        story.say(KILLS, source="Wire")
        made = story.say("CORRECTION: Earthquake in northern Chile kills 31, not 36", source=source, after=120)
        found = made.development.reason if made.development and made.verdict is Verdict.NEW else None
        assert found is reason
        if reason:
            assert made.nearest == 1
            assert "31 dead, was 36" in made.because
            again = story.say("CORRECTION: Earthquake in northern Chile kills 31, not 36", source=source, after=5)
            assert again.verdict is Verdict.JOINED


def test_a_correction_of_a_correction_is_one() -> None:
    story = Story()
    story.say(KILLS)
    edited(story, FEWER)
    made = edited(story, "Earthquake kills 33 in northern Chile", after=90)
    assert made is not None
    assert (made.verdict, made.nearest) == (Verdict.NEW, 2)


def test_memory_rebuilt_from_what_was_decided_decides_the_same() -> None:
    story, rebuilt = Story(), Story()
    story.say(KILLS)
    story.say(f"{KILLS}, officials say")
    made = edited(story, FEWER)
    assert made is not None
    rebuilt.chronicle.restore(story.chronicle.developments.values())
    for item, match, decision in story.log:
        rebuilt.chronicle.adopt(item, match, decision)
    rebuilt.at, rebuilt.log = story.at, list(story.log)
    assert edited(rebuilt, FEWER, number=2, after=90) == edited(story, FEWER, number=2, after=90)
