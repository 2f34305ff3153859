"""Identity: what feeds do to their guids, links and titles, and what must come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.identity import identify
from monitor.feeds.normalise import normalise
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, Entry, Identified, Known, Parsed

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
FEED = Feed("world/wire", "https://wire.example/rss", publisher="Wire", lang="en")
TITLES = (
    "Kremlin invites Trump to parade",
    "Louvre thieves still at large",
    "Flood hits Valencia again",
    "Pilots union calls strike",
    "Central bank keeps rates",
)


def entry(n: int, **changes: object) -> Entry:
    made = Entry(
        f"guid-{n}", f"https://wire.example/{n}", TITLES[n], f"Text {n}", published_at=NOW - timedelta(hours=n + 1)
    )
    return replace(made, **changes)


class Memory:
    """The store's part, in a dict: keys of items, and which keys are marked as shared."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.shared: set[str] = set()
        self.count = 0

    def poll(self, *entries: Entry) -> list[Identified]:
        candidates = normalise(Parsed("Wire", "en", "", entries), FEED, NOW)
        found = identify(candidates, {k: v for k, v in self.known.items() if k not in self.shared})
        for identified in found:
            self.shared |= identified.shared
            self._keep(identified)
        return list(found)

    def _keep(self, identified: Identified) -> None:
        candidate = identified.candidate
        self.count += not identified.item
        item = identified.item or str(self.count)
        for key in candidate.keys:
            if key not in self.shared:
                self.known[key] = Known(item, candidate.title, candidate.summary)

    def new(self, *entries: Entry) -> list[str]:
        return [f.candidate.title for f in self.poll(*entries) if not f.item]


@pytest.fixture
def memory() -> Memory:
    return Memory()


def all_of(**changes: object) -> list[Entry]:
    return [entry(n, **changes) for n in range(5)]


def test_the_same_document_again_brings_nothing_new(memory: Memory) -> None:
    assert memory.new(*all_of()) == list(TITLES)
    assert memory.new(*all_of()) == []
    assert not any(f.revised for f in memory.poll(*all_of()))


def test_a_rotating_guid_brings_nothing_new(memory: Memory) -> None:
    memory.poll(*all_of())
    for turn in range(3):
        assert memory.new(*[entry(n, guid=f"turn-{turn}-{n}") for n in range(5)]) == []


def test_guid_and_link_rotating_bring_nothing_new_while_title_and_date_stay(memory: Memory) -> None:
    memory.poll(*all_of())
    assert memory.new(*[entry(n, guid=f"x{n}", link=f"https://wire.example/s{n}") for n in range(5)]) == []


def test_everything_published_again_under_new_dates_and_guids_brings_nothing_new(memory: Memory) -> None:
    memory.poll(*all_of())
    assert memory.new(*[entry(n, guid=f"x{n}", published_at=NOW) for n in range(5)]) == []


def test_a_site_that_moves_to_https_and_loses_its_www_brings_nothing_new(memory: Memory) -> None:
    def at(base: str) -> list[Entry]:
        return [entry(n, guid=f"{base}/{n}", link=f"{base}/{n}", published_at=None) for n in range(5)]

    memory.poll(*at("http://www.wire.example"))
    assert memory.new(*at("https://wire.example")) == []


def test_one_guid_on_all_entries_loses_none_of_them(memory: Memory) -> None:
    assert memory.new(*all_of(guid="same")[:3]) == list(TITLES[:3])
    assert memory.new(*all_of(guid="same")[1:]) == list(TITLES[3:])
    assert memory.new(*all_of(guid="same")) == []


def test_one_guid_and_one_link_on_all_entries_lose_none_of_them(memory: Memory) -> None:
    def same(n: int) -> Entry:
        return entry(n, guid="same", link="https://wire.example/live/page")

    assert memory.new(same(0), same(1)) == list(TITLES[:2])
    assert memory.new(same(1), same(2), same(3)) == list(TITLES[2:4])
    assert memory.new(*[same(n) for n in range(5)]) == [TITLES[4]]


def test_the_front_page_as_every_link_loses_none(memory: Memory) -> None:
    def home(n: int) -> Entry:
        return entry(n, guid="", link="https://wire.example/")

    assert memory.new(home(0), home(1)) == list(TITLES[:2])
    assert memory.new(home(1), home(2)) == [TITLES[2]]


def test_one_guid_for_one_entry_at_a_time_is_found_out(memory: Memory) -> None:
    assert memory.new(entry(0, guid="latest")) == [TITLES[0]]
    assert memory.new(entry(1, guid="latest")) == [TITLES[1]]
    assert memory.new(entry(1, guid="latest")) == []
    assert memory.new(entry(0, guid="latest")) == []
    assert "g:latest" in memory.shared


def test_entries_given_several_times_are_one(memory: Memory) -> None:
    assert memory.new(entry(0), entry(0), entry(1), entry(0), entry(0)) == list(TITLES[:2])


def test_one_article_in_two_sections_with_two_guids_is_one_and_known_by_both(memory: Memory) -> None:
    assert memory.new(entry(0), entry(0, guid="other")) == [TITLES[0]]
    assert memory.new(entry(0, guid="other", link="", published_at=None)) == []


@pytest.mark.parametrize("missing", ["guid", "link", "published_at"])
def test_entries_without_one_of_their_marks_are_known_again(memory: Memory, missing: str) -> None:
    gone = {missing: None if missing == "published_at" else ""}
    assert memory.new(*all_of(**gone)) == list(TITLES)
    assert memory.new(*all_of(**gone)) == []


def test_entries_with_nothing_but_titles_are_known_again(memory: Memory) -> None:
    assert memory.new(*all_of(guid="", link="", published_at=None)) == list(TITLES)
    assert memory.new(*all_of(guid="", link="", published_at=None)) == []


def test_a_column_that_keeps_its_title_is_new_each_day(memory: Memory) -> None:
    def column(n: int, **changes: object) -> Entry:
        return entry(n, title="Morning briefing", **changes)

    assert memory.new(column(0)) == ["Morning briefing"]
    assert memory.new(column(1)) == ["Morning briefing"]
    assert memory.new(column(2, published_at=None)) == ["Morning briefing"]
    assert memory.new(column(3, published_at=None)) == ["Morning briefing"]
    assert memory.new(column(3, published_at=None)) == []


def test_an_edited_title_is_a_revision(memory: Memory) -> None:
    memory.poll(*all_of())
    (found,) = memory.poll(entry(0, title="Kremlin confirms it invites Trump"))
    assert (found.item, found.revised, found.shared) == ("1", True, frozenset())


def test_a_title_rewritten_in_full_is_a_revision_while_guid_and_link_agree(memory: Memory) -> None:
    memory.poll(*all_of())
    (found,) = memory.poll(entry(0, title="Moscow guest list leaks"))
    assert (found.item, found.revised) == ("1", True)
    (alone,) = memory.poll(entry(1, title="Museum robbers escape", link=""))
    assert (alone.item, alone.revised) == ("2", True)


def test_a_link_used_again_for_other_news_is_found_out(memory: Memory) -> None:
    memory.poll(entry(0, link="https://wire.example/breaking/now"))
    (found,) = memory.poll(entry(1, link="https://wire.example/breaking/now"))
    assert (found.item, found.shared) == ("", {"l:wire.example/breaking/now"})


def test_where_keys_name_different_items_the_title_decides(memory: Memory) -> None:
    memory.poll(*all_of())
    (found,) = memory.poll(entry(0, guid="guid-1"))
    assert (found.item, found.shared) == ("1", {"g:guid-1"})


def test_loose_and_strict_readings_of_one_guid_are_one(memory: Memory) -> None:
    memory.poll(entry(0, guid="https://wire.example/?p=1&amp;q=2", link=""))
    assert memory.new(entry(0, guid="https://wire.example/?p=1&q=2", link="", published_at=None)) == []


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(0, 1_000))
def test_in_any_order_and_number_each_entry_is_new_once(numbers: list[int], seed: int) -> None:
    memory, random = Memory(), Random(seed)
    told: list[str] = []
    while numbers:
        cut = random.randint(1, len(numbers))
        told += memory.new(*[entry(n) for n in numbers[:cut]])
        numbers = numbers[cut:]
    assert len(told) == len(set(told))


mutations = st.sampled_from(["guid", "link", "date", "none"])


@given(st.lists(mutations, max_size=6))
def test_no_single_mark_that_changes_makes_an_entry_new(changes: list[str]) -> None:
    memory = Memory()
    memory.poll(*all_of())
    for turn, change in enumerate(changes):
        by = {
            "guid": [entry(n, guid=f"{turn}-{n}") for n in range(5)],
            "link": [entry(n, link=f"https://wire.example/{turn}/{n}") for n in range(5)],
            "date": all_of(published_at=NOW - timedelta(minutes=turn + 1)),
            "none": all_of(),
        }
        assert memory.new(*by[change]) == []


def test_candidates_without_any_usable_key_are_still_there() -> None:
    bare = Candidate((), "A title", "", "", "", "", "", None)
    assert [f.item for f in identify([bare], {})] == [""]
