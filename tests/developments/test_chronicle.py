from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.developments.chronicle import Chronicle
from monitor.model.development import Decision, Development, Reason, Signal, Verdict
from monitor.model.item import Item, Revision, Sighting
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Sensitivity, Storyline

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
ROBBED = "Museum robbed of crown jewels, police say"


class Story:
    """A chronicle that is handed titles, and remembers what it was handed."""

    def __init__(self, **options: object) -> None:
        self.chronicle = Chronicle(Storyline(slug="story"), **options)  # type: ignore[arg-type]
        self.at = START
        self.log: list[tuple[Item, Match, Decision]] = []

    def say(
        self, title: str, *, source: str = "", after: float = 30, possible: bool = False, **more: object
    ) -> Decision:
        self.at += timedelta(minutes=after)
        number = len(self.log) + 1
        kept = {"lang": "en", "source": source or f"Paper {number}", **more}
        item = Item(str(number), title, self.at, **kept)  # type: ignore[arg-type]
        match = Match(item.id, "story", 0.42 if possible else 1.0, Evidence(), possible=possible)
        return self.hear(item, match)

    def hear(self, item: Item, match: Match) -> Decision:
        decision = self.chronicle.decide(item, match)
        self.chronicle.adopt(item, match, decision)
        self.log.append((item, match, decision))
        return decision


def test_the_first_item_opens_the_storyline_and_leads_its_development() -> None:
    decision = Story().say(ROBBED)
    assert decision.verdict is Verdict.NEW
    made = decision.development
    assert made is not None
    assert (made.number, made.reason, made.items, made.headline) == (1, Reason.OPENED, ("1",), ROBBED)


def test_deciding_changes_nothing() -> None:
    story = Story()
    story.say(ROBBED)
    item = Item("9", "Two men arrested near Lyon, prosecutor says", START + timedelta(hours=20), source="A", lang="en")
    match = Match("9", "story", 1.0, Evidence())
    assert story.chronicle.decide(item, match) == story.chronicle.decide(item, match)
    assert list(story.chronicle.developments) == [1]


def test_a_possible_match_is_held_however_new_it_is() -> None:
    decision = Story().say(ROBBED, possible=True)
    assert decision.verdict is Verdict.HELD
    assert decision.because == "possible match only (0.42): stored, never told alone"


def test_history_teaches_but_is_never_told() -> None:
    story = Story()
    assert story.say(ROBBED, history=True).verdict is Verdict.HISTORY
    assert story.say(ROBBED, history=True).verdict is Verdict.HISTORY
    repeat = story.say("Police say museum robbed of crown jewels")
    assert repeat.verdict is Verdict.JOINED
    assert repeat.nearest == 1


def test_the_second_independent_source_corroborates_once() -> None:
    story = Story()
    story.say(ROBBED, source="The Daily")
    assert story.say(ROBBED, source="The Daily").signals == ()
    assert story.say(ROBBED, source="The Weekly").signals == (Signal.CORROBORATED,)
    assert story.say(ROBBED, source="The Monthly").signals == ()
    assert story.chronicle.developments[1].origins == ("The Daily", "The Weekly", "The Monthly")


def test_a_wire_copy_in_another_paper_corroborates_nothing() -> None:
    story = Story()
    story.say(ROBBED, source="Reuters")
    copy = story.say(ROBBED, source="The Daily", summary="PARIS (Reuters) - Thieves broke in at dawn.")
    assert copy.verdict is Verdict.JOINED
    assert copy.signals == ()


def test_a_sighting_elsewhere_adds_an_origin_and_is_told_once() -> None:
    story = Story()
    story.say(ROBBED, source="The Daily")
    seen = Sighting("1", "other/feed", "The Weekly", START + timedelta(hours=1))
    decision = story.chronicle.sight(seen)
    assert decision is not None
    assert decision.verdict is Verdict.JOINED
    assert decision.signals == (Signal.CORROBORATED,)
    story.chronicle.adopt_sighting(decision)
    assert story.chronicle.sight(seen) is None
    assert story.chronicle.sight(replace(seen, item="7")) is None


def test_an_aggregators_copy_of_a_title_is_no_further_origin() -> None:
    story = Story()
    story.say(ROBBED, source="Вечерний вестник")
    copy = story.say(f"{ROBBED} - Вечерний вестник", source="Clippings Of The World")
    assert copy.because == "same words as #1"
    seen = Sighting("1", "other/feed", "Google News", START + timedelta(hours=1))
    assert story.chronicle.sight(seen) is None
    assert story.chronicle.developments[1].origins == ("Вечерний вестник",)
    assert len(story.chronicle.developments[1].items) == 2


def test_origins_once_kept_folded_are_written_as_the_publisher_does() -> None:
    story = Story()
    made = story.say(ROBBED, source="Вечерний вестник").development
    assert made is not None
    story.chronicle.restore([replace(made, origins=("вечернии вестник",), items=("1", "0"))])
    joined = story.say(ROBBED, source="Вечерний вестник")
    assert joined.signals == ()
    assert story.chronicle.developments[1].origins == ("Вечерний вестник",)


def test_an_edited_title_that_changes_a_figure_is_a_correction() -> None:
    story = Story()
    story.say("Earthquake kills 36 in northern Chile")
    item, match, _ = story.log[0]
    edited = replace(item, title="Earthquake kills 31 in northern Chile")
    revision = Revision(item.id, START + timedelta(hours=2), edited.title, "", item.title)
    decision = story.chronicle.revise(edited, revision, match)
    assert decision is not None
    assert decision.development is not None
    assert decision.development.reason is Reason.CORRECTED
    assert decision.because == "corrected: 31 dead, was 36 (#1)"
    assert decision.development.number == 2


def test_an_edited_title_that_changes_no_fact_is_nothing() -> None:
    story = Story()
    story.say("Earthquake kills 36 in northern Chile")
    item, match, _ = story.log[0]
    edited = replace(item, title="Quake in northern Chile kills 36 people")
    revision = Revision(item.id, START + timedelta(hours=2), edited.title, "", item.title)
    assert story.chronicle.revise(edited, revision, match) is None


def test_an_edited_title_is_remembered_as_memory_rebuilt_from_the_store_would() -> None:
    story, rebuilt = Story(), Story()
    story.say(ROBBED)
    story.say("Union calls ferry strike for Monday", after=300)
    for item, match, decision in story.log:
        now = replace(item, title="Ministers sign harbour treaty in Bergen") if item.id == "2" else item
        story.chronicle.renew(now)
        rebuilt.chronicle.adopt(now, match, decision)
    rebuilt.at, rebuilt.log = story.at, list(story.log)
    for title in ("Treaty on harbour signed in Bergen, ministers say", "Ferry strike called for Monday", ROBBED):
        assert story.say(title) == rebuilt.say(title)
    assert story.log[2][2].nearest == 2


def test_a_rush_of_sources_raises_surged_once() -> None:
    story = Story()
    for day in range(3):
        story.say(f"Museum opens wing number {day} to visitors", after=1440)
    story.say(ROBBED, after=1440)
    rush = [story.say(f"Crown jewels stolen from museum, officials say again {n}", after=5) for n in range(8)]
    assert sum(Signal.SURGED in d.signals for d in rush) == 1


def test_a_development_after_days_of_silence_revives() -> None:
    story = Story()
    story.say(ROBBED)
    back = story.say("Stolen tiara found in Antwerp, police say", after=5 * 1440)
    assert back.verdict is Verdict.NEW
    assert Signal.REVIVED in back.signals


@pytest.mark.parametrize(
    ("after", "healthy", "quiet"),
    [(timedelta(days=8), 9, True), (timedelta(days=6), 10, False), (timedelta(days=8), 4, False)],
)
def test_quiet_needs_silence_and_healthy_feeds(after: timedelta, healthy: int, quiet: bool) -> None:
    story = Story(quiet_after=timedelta(days=7))
    story.say(ROBBED)
    text = story.chronicle.quiet(story.at + after, healthy, 10)
    assert (text is not None) is quiet
    assert text is None or text == "nothing has developed for 8 days; 9 of 10 feeds are healthy"


def test_a_held_item_goes_along_with_the_development_that_tells_it() -> None:
    story = Story()
    story.say(ROBBED)
    held = story.say("Masked gang of Lyon and a strange night", after=600)
    assert held.verdict is Verdict.HELD
    told = story.say("Masked gang of Lyon arrested, prosecutor confirms", after=240)
    assert told.verdict is Verdict.NEW
    assert told.taken == ("2",)
    assert told.development is not None
    assert told.development.items == ("3", "2")


def test_a_wider_sensitivity_tells_more() -> None:
    counts = []
    for sensitivity in (Sensitivity.QUIET, Sensitivity.NORMAL, Sensitivity.WIDE):
        told = 0
        for seed in (5, 6, 7):
            story = Story(sensitivity=sensitivity)
            for title in stream(random.Random(seed), 120):
                story.say(title, after=45)
            told += sum(d.verdict is Verdict.NEW for _, _, d in story.log)
        counts.append(told)
    assert counts[0] < counts[2]
    assert counts[1] < counts[2]


def test_the_headline_is_in_the_users_language_once_an_item_is() -> None:
    story = Story(language="de")
    opened = story.say("Trump and Putin to meet in Riyadh on 4 May, Kremlin says").development
    assert opened is not None
    assert opened.headline.startswith("Trump and Putin")
    joined = story.say("Kreml: Trump und Putin treffen sich am 4. Mai in Riad", lang="de")
    assert joined.verdict is Verdict.JOINED
    assert story.chronicle.developments[1].headline == "Kreml: Trump und Putin treffen sich am 4. Mai in Riad"
    story.say("Kremlin says Trump and Putin to meet in Riyadh on 4 May")
    assert story.chronicle.developments[1].headline.startswith("Kreml: ")


def test_feed_text_in_a_headline_is_one_harmless_line() -> None:
    decision = Story().say("Bank\x1b[31m robbed\u202e by\nmasked men, police say")
    assert decision.development is not None
    assert decision.development.headline == "Bank [31m robbed by masked men, police say"


def stream(rng: random.Random, length: int) -> list[str]:
    """Titles made of a small vocabulary, so that repeats, near repeats and news occur."""
    actors = ["Mayor", "Union", "Court", "Police", "Minister", "Harbour board", "Prosecutor", "Fishermen"]
    deeds = ["rejects", "announces", "confirms", "delays", "cancels", "approves", "denies", "signs"]
    things = ["harbour plan", "ferry strike", "toll of 12 dead", "toll of 20 dead", "bridge bid", "fish quota", "trial"]
    tails = ["after long night", "in Bergen", "says union", "ahead of vote", "amid protests", ""]
    return [
        f"{rng.choice(actors)} {rng.choice(deeds)} {rng.choice(things)} {rng.choice(tails)}".strip()
        for _ in range(length)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_memory_rebuilt_from_what_was_stored_decides_the_same(seed: int) -> None:
    rng = random.Random(seed)
    titles = stream(rng, 260)
    whole = Story()
    for title in titles[:200]:
        whole.say(title, source=rng.choice("ABCDEFG"), after=rng.choice([5, 60, 300]))
    rebuilt = Story()
    rebuilt.chronicle.restore(stored(whole.log))
    cut = whole.at - timedelta(days=14)
    for item, match, decision in whole.log:
        if item.arrival_at >= cut:
            rebuilt.chronicle.adopt(item, match, decision)
    rebuilt.at, rebuilt.log = whole.at, list(whole.log)
    for title in titles[200:]:
        source, after = rng.choice("ABCDEFG"), rng.choice([5, 60, 300])
        assert rebuilt.say(title, source=source, after=after) == whole.say(title, source=source, after=after)


def test_what_was_recalled_is_read_when_it_is_first_needed() -> None:
    whole = Story()
    for title in stream(random.Random(5), 40):
        whole.say(title)
    rebuilt = Story()
    rebuilt.chronicle.restore(stored(whole.log))
    for item, match, decision in whole.log:
        rebuilt.chronicle.recall(item, match, decision)
    broken, found, decided = whole.log[0]
    rebuilt.chronicle.recall(broken, found, replace(decided, taken=None))  # type: ignore[arg-type]
    rebuilt.at, rebuilt.log = whole.at, list(whole.log)
    assert dict(rebuilt.chronicle.developments) == dict(whole.chronicle.developments), "known at once"
    lead = whole.log[0][0]
    edited = replace(lead, title=f"{lead.title}, says union")
    for one in (whole, rebuilt):
        one.chronicle.renew(edited)  # while it sleeps
    for title in stream(random.Random(6), 30):
        assert rebuilt.say(title, after=20) == whole.say(title, after=20)


def stored(log: list[tuple[Item, Match, Decision]]) -> list[Development]:
    """The developments as a store holds them: the last value of each."""
    made = (m for _, _, decision in log for m in (decision.other, decision.development))
    return list({m.number: m for m in made if m is not None}.values())


def test_the_same_items_give_the_same_decisions() -> None:
    runs = []
    for _ in range(2):
        story = Story()
        runs.append([story.say(title, after=20) for title in stream(random.Random(9), 150)])
    assert runs[0] == runs[1]
