"""Two developments that turn out to be one, and one that turns out to be two; and that memory agrees with the store."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.developments.chronicle import Chronicle
from monitor.model.development import Decision, Development, Reason, Regrouped, Regrouping, Signal, Verdict
from monitor.model.item import Item, Revision
from monitor.model.match import Match
from tests.developments.test_chronicle import Story, stream

HOUR = 60
COMET = "Comet Halvard seen over Oslo, astronomers say"
STREAK = "Bright streak lights sky above Norwegian capital, Reuters reports"
BOTH = "Comet Halvard seen over Oslo: bright streak lights sky above Norwegian capital, astronomers say"
FERRY = "Ferry sinks off Luzon, rescuers say"
CAPTAIN = (
    "Ferry sinks off Luzon: captain arrested, rescuers say",
    "Ferry sinks off Luzon: captain arrested",
    "Captain arrested after ferry sinks off Luzon",
)


def two_developments(second: str = STREAK, *, lang: str = "en", after: float = 5 * HOUR) -> Story:
    story = Story()
    story.say(COMET)
    assert story.say(second, after=after, lang=lang).verdict is Verdict.NEW
    return story


def edited(story: Story, place: int, title: str, *, after: float = 30) -> Decision | None:
    """The item at ``place`` gets another title, and the chronicle remembers it."""
    item, match, _ = story.log[place]
    story.at += timedelta(minutes=after)
    now = replace(item, title=title)
    decision = story.chronicle.revise(now, Revision(item.id, story.at, title, "", item.title), match)
    if decision is not None:
        story.chronicle.adopt(now, match, decision)
        story.log.append((now, match, decision))
    story.chronicle.renew(now)
    story.log = [(now if i.id == item.id else i, m, d) for i, m, d in story.log]
    return decision


def test_a_report_as_like_the_one_as_the_other_makes_two_developments_one() -> None:
    story = two_developments()
    decision = story.say(BOTH, after=HOUR)
    assert decision.verdict is Verdict.JOINED
    assert decision.because.startswith("repeat of #2: alike 0.72, 60 min ago; #2 merged into #1: alike 0.79 and 0.72 ")
    one, two = story.chronicle.developments.values()
    assert (one.items, one.origins) == (("1", "3", "2"), ("Paper 1", "Paper 3", "Paper 2"))
    assert two.items == ("2",), "what was told stays as it was told"
    (why,) = two.regrouped
    assert (why.kind, why.number, why.at, why.item) == (Regrouped.MERGED, 1, story.at, "3")
    assert decision.signals == (Signal.CORROBORATED,)
    assert story.say(STREAK, after=HOUR).because == "same words as #1", "what tells the later one tells the earlier one"


def test_a_report_in_another_language_bridges_two_developments() -> None:
    story = Story()
    story.say("Kometen Halvard syntes över Oslo, uppger astronomer", lang="sv")
    story.say(STREAK, after=5 * HOUR)
    decision = story.say("Bright streak above Norwegian capital Oslo: Halvard", after=HOUR)
    assert story.chronicle.developments[2].merged_into == 1
    assert decision.development is not None
    assert decision.development.number == 1


APART = {
    "another figure": ("Bright streak above Norwegian capital injures 40, Reuters reports", "en", 5 * HOUR),
    "another stage": ("Norwegian capital parade called off over bright streak, Reuters reports", "en", 5 * HOUR),
    "another concept": ("Bright streak: Norwegian capital mayor resigns, Reuters reports", "en", 5 * HOUR),
    "a day between them": (STREAK, "en", 24 * HOUR),
}


@pytest.mark.parametrize("second", APART.values(), ids=APART)
def test_facts_and_time_keep_two_developments_apart(second: tuple[str, str, float]) -> None:
    title, lang, after = second
    story = two_developments(title, lang=lang, after=after)
    story.say(f"{COMET}: {title}", after=HOUR)
    assert not any(d.regrouped for d in story.chronicle.developments.values())


def test_a_comment_and_a_possible_match_merge_nothing() -> None:
    story = two_developments()
    assert story.say(f"Opinion: {BOTH}", after=HOUR).verdict is Verdict.HELD
    assert story.say(BOTH, after=HOUR, possible=True).verdict is Verdict.HELD
    assert not story.chronicle.developments[2].regrouped


def test_an_edited_title_that_says_what_another_one_says_merges_its_development() -> None:
    story = two_developments()
    decision = edited(story, 1, "Comet Halvard seen over Oslo, Reuters reports")
    assert decision is not None
    assert decision.verdict is Verdict.JOINED
    assert decision.because.startswith("#2 merged into #1: alike 0.76 since it was edited: Comet Halvard")
    assert story.chronicle.developments[2].merged_into == 1


def test_three_sources_that_tell_what_their_development_does_not_have_open_their_own() -> None:
    story = Story()
    story.say(FERRY)
    first, second, third = (story.say(title, after=HOUR) for title in CAPTAIN)
    assert first.verdict is second.verdict is Verdict.JOINED
    assert third.verdict is Verdict.NEW
    assert third.because == "split from #1: 3 sources tell what #1 does not have: arrest"
    assert third.taken == ("3", "2")
    one, two = story.chronicle.developments.values()
    assert (one.items, one.origins) == (("1",), ("Paper 1",))
    assert (two.items, two.reason, two.split_from) == (("4", "3", "2"), Reason.NEWS, 1)
    assert two.regrouped == (Regrouping(Regrouped.SPLIT, 1, story.at, two.regrouped[0].because, "4"),)
    assert story.say("Captain of Luzon ferry arrested, police say", after=HOUR).nearest == 2


def test_one_source_alone_splits_nothing() -> None:
    story = Story()
    story.say(FERRY)
    for title in CAPTAIN:
        assert story.say(title, after=HOUR, source="The Daily").verdict is Verdict.JOINED


def test_a_detail_that_another_development_told_splits_nothing() -> None:
    story = Story()
    story.say(FERRY)
    told = story.say("Luzon: captain arrested in Manila hotel raid, prosecutor says", after=9 * HOUR)
    assert told.verdict is Verdict.NEW
    assert not any(story.say(title, after=HOUR).other for title in CAPTAIN)


def test_an_item_whose_edited_title_tells_something_else_opens_its_own() -> None:
    story = Story()
    story.say(FERRY)
    story.say("Ferry sinks off Luzon", after=HOUR)
    decision = edited(story, 1, "President declares state of emergency, palace says", after=6 * HOUR)
    assert decision is not None
    assert decision.verdict is Verdict.NEW
    assert decision.because.startswith("split from #1: its title was edited; new: ")
    one, two = story.chronicle.developments.values()
    assert (one.items, two.items, two.split_from, two.opened_at) == (("1",), ("2",), 1, story.at)


def test_an_edit_that_still_tells_its_development_changes_nothing() -> None:
    story = Story()
    story.say(FERRY)
    story.say("Ferry sinks off Luzon", after=HOUR)
    assert edited(story, 1, "Ferry sinks off Luzon, coast guard says") is None
    assert edited(story, 0, "Ferry sinks off Luzon island, rescuers say") is None


def merged_and_split() -> Story:
    story = two_developments()
    story.say(BOTH, after=HOUR)
    story.say(FERRY, after=20 * HOUR)
    for title in CAPTAIN:
        story.say(title, after=HOUR)
    story.say("Ferry sinks off Luzon", after=HOUR)
    edited(story, len(story.log) - 1, "President declares state of emergency, palace says", after=8 * HOUR)
    kinds = [(d.merged_into, d.split_from) for d in story.chronicle.developments.values()]
    assert kinds == [(0, 0), (1, 0), (0, 0), (0, 3), (0, 4)]
    return story


def as_stored(log: Sequence[tuple[Item, Match, Decision]]) -> dict[int, Development]:
    """The newest value of each development, as the store keeps it."""
    kept: dict[int, Development] = {}
    for _, _, decision in log:
        for made in (decision.other, decision.development):
            if made is not None:
                kept[made.number] = made
    return kept


def rebuilt_from(story: Story, *, asleep: bool = True) -> Chronicle:
    """A memory built from what the store would hold, item by item, each decision with its development as it is now."""
    kept = as_stored(story.log)
    rebuilt = Chronicle(story.chronicle.storyline)
    rebuilt.restore(kept.values())
    decided: dict[str, list[tuple[Item, Match, Decision]]] = {}
    for item, match, decision in story.log:
        decided.setdefault(item.id, []).append((item, match, decision))
    for rows in decided.values():
        for item, match, decision in rows:
            now = kept[decision.development.number] if decision.development else None
            take = rebuilt.recall if asleep else rebuilt.adopt
            take(item, match, replace(decision, development=now, other=None))
    return rebuilt


@pytest.mark.parametrize("seed", [1, 2])
def test_memory_is_the_same_after_a_start_whatever_was_edited_meanwhile(seed: int) -> None:
    rng, story = random.Random(seed), Story()
    titles = stream(rng, 200)
    for title in titles[:150]:
        story.say(title, source=rng.choice("ABCDEFG"), after=rng.choice([5, 60, 300]))
        if rng.random() < 0.3:
            edited(story, rng.randrange(max(0, len(story.log) - 20), len(story.log)), rng.choice(titles), after=3)
    again = Story()
    again.chronicle, again.at, again.log = rebuilt_from(story), story.at, list(story.log)
    for title in titles[150:]:
        source, after = rng.choice("ABCDEFG"), rng.choice([5, 60, 300])
        assert again.say(title, source=source, after=after) == story.say(title, source=source, after=after)


LATER = (
    (BOTH, "en"),
    (STREAK, "en"),
    ("Captain of Luzon ferry arrested, police say", "en"),
    ("Ferry sinks off Luzon, rescuers say", "en"),
    ("President lifts state of emergency, palace says", "en"),
    ("Kapitän der gesunkenen Fähre vor Luzon festgenommen", "de"),
)


@pytest.mark.parametrize("asleep", [False, True])
def test_a_memory_built_from_the_store_decides_as_the_one_that_was_there(asleep: bool) -> None:
    story = merged_and_split()
    rebuilt = rebuilt_from(story, asleep=asleep)
    assert dict(rebuilt.developments) == dict(story.chronicle.developments)
    again = Story()
    again.chronicle, again.at, again.log = rebuilt, story.at, list(story.log)
    for title, lang in LATER:
        assert again.say(title, after=20, lang=lang) == story.say(title, after=20, lang=lang)
    assert dict(rebuilt.developments) == dict(story.chronicle.developments)
