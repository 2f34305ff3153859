"""The recording: its lines are whole, its labels agree with one another, and it has what the demo promises."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.demo.data import Row, by_title, load, of_feed
from monitor.demo.measure import first_arrivals
from monitor.demo.outlets import BROKEN, OUTLETS

ROWS = load()
BY_ID = {row.id: row for row in ROWS}
OUTLET = {outlet.name: outlet for outlet in OUTLETS}


def test_there_are_some_three_hundred_items_and_half_of_them_are_not_about_the_storyline() -> None:
    count = Counter(row.relevance for row in ROWS)
    assert 300 <= len(ROWS) <= 400
    assert count[0] >= 150
    assert count[1] >= 30
    assert count[2] >= 100


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ROWS)


def test_rows_come_in_the_order_of_arrival_and_so_do_the_lines() -> None:
    arrivals = [row.arrival_at for row in ROWS]
    assert arrivals == sorted(arrivals)
    first, last = arrivals[0], arrivals[-1]
    assert (first.isoformat()[:10], last.isoformat()[:10]) == ("2025-02-11", "2025-05-10")


def test_nothing_is_published_after_it_arrived_and_nothing_arrives_a_day_late() -> None:
    delays = [row.arrival_at - row.published_at for row in ROWS if row.published_at]
    assert all(timedelta(0) <= delay < timedelta(hours=1) for delay in delays)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_in_a_feed_of_its_language_and_links_to_an_example_host(row: Row) -> None:
    outlet = OUTLET[row.feed]
    assert row.lang == outlet.lang
    assert (urlsplit(row.url).hostname or "").endswith(".example")
    assert row.title == " ".join(row.title.split()) != ""
    assert "<" not in row.title + row.summary


@pytest.mark.parametrize("row", [row for row in ROWS if row.development], ids=lambda row: row.id)
def test_only_what_belongs_reports_a_development(row: Row) -> None:
    assert row.relevance == 2


def test_every_development_is_told_by_several_rows_and_has_one_first() -> None:
    told = Counter(row.development for row in ROWS if row.development)
    assert 14 <= len(told) <= 24
    assert all(2 <= count <= 8 for count in told.values())
    for development, first in first_arrivals(ROWS).items():
        assert sum(row.development == development and row.arrival_at == first for row in ROWS) == 1
    order = sorted(first_arrivals(ROWS).items(), key=lambda pair: pair[1])
    assert [name for name, _ in order] == sorted(told)


def test_developments_are_told_in_other_languages_too_and_not_first_by_one_outlet_only() -> None:
    languages = {d: {row.lang for row in ROWS if row.development == d} for d in first_arrivals(ROWS)}
    assert sum(len(spoken) >= 3 for spoken in languages.values()) >= 12
    firsts = {BY_ID[min(r.id for r in ROWS if r.development == d and r.arrival_at == at)].lang
              for d, at in first_arrivals(ROWS).items()}  # fmt: skip
    assert firsts >= {"en", "ru", "de"}


def test_comment_and_live_pages_belong_but_report_nothing() -> None:
    assert sum(row.relevance == 2 and row.development is None for row in ROWS) >= 10


def test_five_languages_and_thirteen_feeds_take_part() -> None:
    assert {row.lang for row in ROWS} == {"en", "ru", "de", "es", "zh"}
    assert {row.feed for row in ROWS} == set(OUTLET)
    assert all(len(of_feed(ROWS, name)) >= 8 for name in OUTLET)


def test_the_odd_things_are_there() -> None:
    assert {row.date for row in ROWS} == {"", "none", "epoch", "future", "naive", "us", "words", "wrong-zone"}
    assert sum(row.rotating for row in ROWS) == 1
    assert sum(bool(row.revises) for row in ROWS) == 1
    assert sum(row.html for row in ROWS) >= 20
    assert any(row.published_at is None and row.relevance == 2 for row in ROWS)


def test_a_row_without_a_usable_date_has_no_publication_and_the_others_have_one() -> None:
    for row in ROWS:
        undated = row.date in ("none", "epoch", "words") or OUTLET[row.feed].format == "rss092"
        assert (row.published_at is None) == undated, row.id


def test_a_revision_and_a_sighting_keep_link_and_labels_of_what_they_stand_for() -> None:
    revisions = [(row, BY_ID[row.revises]) for row in ROWS if row.revises]
    sightings = [(row, BY_ID[row.sights]) for row in ROWS if row.sights]
    assert all(new.feed == old.feed and new.title != old.title for new, old in revisions)
    assert len(sightings) >= 3
    assert all(copy.feed != old.feed for copy, old in sightings)
    for new, old in revisions + sightings:
        assert (new.url, new.relevance, new.development) == (old.url, old.relevance, old.development)
        assert new.arrival_at > old.arrival_at


def test_in_one_feed_all_entries_share_the_home_page_as_link_and_in_no_other() -> None:
    shared = {row.feed for row in ROWS if row.url == OUTLET[row.feed].home}
    assert shared == {"papers/northgate-ledger"}
    assert {row.url for row in of_feed(ROWS, "papers/northgate-ledger")} == {"https://ledger.example/"}


def test_links_are_otherwise_one_for_each_row() -> None:
    links = Counter(r.url for r in ROWS if not (r.revises or r.sights) and r.feed != "papers/northgate-ledger")
    assert set(links.values()) == {1}


def test_the_broken_feed_tells_nothing_before_it_recovers() -> None:
    assert of_feed(ROWS, BROKEN)[0].arrival_at.isoformat() >= "2025-03-17T13:00:00+00:00"


def test_a_stored_item_is_found_again_by_feed_and_title() -> None:
    assert len(by_title(ROWS)) == len(ROWS)
    assert by_title(ROWS)["agency/zarya", "Песков: Путин пригласил Трампа посетить Москву"] == "zarya-02"


def test_a_given_file_is_read_instead(tmp_path: Path) -> None:
    line = {
        "id": "a", "published": None, "arrival": "2025-02-12T10:00:00Z", "title": "T", "summary": "", "url": "",
        "source": "S", "lang": "en", "feed": "f", "relevance": 0, "development": None, "as": {"guid": "rotating"},
    }  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(line) + "\n\n", encoding="utf-8")
    (row,) = load(file)
    assert (row.id, row.rotating, row.html, row.arrival_at.utcoffset()) == ("a", True, False, timedelta(0))
