"""The feeds: every format says what the recording says, at every moment, and gets wrong only what it should."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.data import Row, load, of_feed
from monitor.demo.dates import written
from monitor.demo.feeds import SHOWN, entries, render
from monitor.demo.outlets import BROKEN, OUTLETS, Outlet, by_path
from monitor.lang.markup import plain_text

ROWS = load()
END = datetime(2025, 5, 11, tzinfo=UTC)
OUTLET = {outlet.name: outlet for outlet in OUTLETS}
WHOLE = [outlet for outlet in OUTLETS if outlet.name != BROKEN]
BROKEN_OUTLET = OUTLET[BROKEN]
MOMENTS = st.integers(0, 90 * 24 * 60).map(lambda minutes: END - timedelta(minutes=minutes))


def name(value: object) -> str | None:
    return value.name if isinstance(value, Outlet) else None


def parsed(body: bytes, content_type: str) -> Any:
    # feedparser itself warns of its own internals; what it reads is what counts here
    found = feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type})
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("outlet", [o for o in OUTLETS if not o.format.startswith("json")], ids=name)
def test_an_xml_feed_parses_to_its_entries(outlet: Outlet) -> None:
    document = render(outlet, ROWS, END, shown=100)
    found = parsed(document.body, document.content_type)
    expected = [row for row, _ in entries(outlet, ROWS, END, shown=100)]
    version = {"rss20": "rss20", "rss092": "rss092", "rdf": "rss10", "atom10": "atom10", "atom03": "atom03"}
    assert found.version == version[outlet.format]
    assert found.feed.title == outlet.title
    assert [plain_text(entry.title) for entry in found.entries] == [row.title for row in expected]
    assert [plain_text(entry.get("summary", "")) for entry in found.entries] == [row.summary for row in expected]
    assert [entry.link for entry in found.entries] == [row.url for row in expected]


@pytest.mark.parametrize("outlet", [o for o in OUTLETS if o.format.startswith("json")], ids=name)
def test_a_json_feed_has_its_version_and_its_entries(outlet: Outlet) -> None:
    document = render(outlet, ROWS, END, shown=100)
    found = json.loads(document.body)
    expected = [row for row, _ in entries(outlet, ROWS, END, shown=100)]
    assert found["version"] == "https://jsonfeed.org/version/" + {"json10": "1", "json11": "1.1"}[outlet.format]
    assert [(i["title"], i["content_text"], i["url"]) for i in found["items"]] == [
        (row.title, row.summary, row.url) for row in expected
    ]


@pytest.mark.parametrize("outlet", [OUTLET["agency/polaris"], OUTLET["agency/zarya"], OUTLET["agency/huanxun"],
                                    OUTLET["papers/rheinische-umschau"], OUTLET["papers/vecherniy-vestnik"],
                                    OUTLET["papers/harbour-courier"]], ids=name)  # fmt: skip
def test_honest_dates_are_read_as_the_recorded_moment_whatever_the_zone(outlet: Outlet) -> None:
    document = render(outlet, ROWS, END, shown=100)
    found = parsed(document.body, document.content_type)
    for entry, (row, _) in zip(found.entries, entries(outlet, ROWS, END, shown=100), strict=True):
        if row.date == "":
            read = entry.get("published_parsed") or entry.get("updated_parsed")
            assert datetime(*read[:6], tzinfo=UTC) == row.published_at


def test_every_format_is_spoken() -> None:
    assert {o.format for o in WHOLE} == {"rss20", "rss092", "rdf", "atom10", "atom03", "json10", "json11"}
    assert len(WHOLE) == 12
    assert len(by_path()) == len(OUTLETS)


@pytest.mark.parametrize(
    ("date", "mail", "expected"),
    [
        ("", True, "Wed, 12 Feb 2025 18:30:00 +0100"),
        ("", False, "2025-02-12T18:30:00+01:00"),
        ("none", True, None),
        ("epoch", True, "Thu, 01 Jan 1970 00:00:00 +0000"),
        ("future", False, "2026-02-12T18:30:00+01:00"),
        ("naive", True, "Wed, 12 Feb 2025 18:30:00"),
        ("naive", False, "2025-02-12T18:30:00"),
        ("us", False, "02/12/2025 06:30 PM"),
        ("words", False, "12 · 02, утро"),
        ("wrong-zone", False, "2025-02-12T17:30:00-05:00"),
    ],
)
def test_a_date_is_written_as_its_outlet_would(date: str, mail: bool, expected: str | None) -> None:
    row = Row("a", datetime(2025, 2, 12, 17, 30, tzinfo=UTC), datetime(2025, 2, 12, 17, 40, tzinfo=UTC),
              "T", "", "", "S", "de", "f", 0, None, date=date)  # fmt: skip
    assert written(row, OUTLET["broadcast/nordfunk"].zone, mail=mail) == expected


@given(at=MOMENTS, outlet=st.sampled_from(WHOLE))
def test_a_feed_shows_its_newest_rows_and_nothing_of_the_future(at: datetime, outlet: Outlet) -> None:
    shown = [row for row, _ in entries(outlet, ROWS, at)]
    known = [row for row in of_feed(ROWS, outlet.name) if row.arrival_at <= at]
    revised = {row.revises for row in known}
    assert len(shown) == min(SHOWN, sum(not row.revises for row in known))
    assert all(row.arrival_at <= at and row.id not in revised for row in shown)
    assert not known or shown[0] in (known[-1], known[-1 - bool(known[-1].revises)])


@given(at=MOMENTS, outlet=st.sampled_from(OUTLETS))
def test_the_same_moment_gives_the_same_bytes_and_the_tag_follows_the_bytes(at: datetime, outlet: Outlet) -> None:
    one, other = render(outlet, ROWS, at), render(outlet, ROWS, at)
    later = render(outlet, ROWS, at + timedelta(hours=7))
    assert one == other
    assert (one.etag == later.etag) == (one.body == later.body) or not one.etag


def test_a_revision_takes_the_place_of_what_it_revises_under_the_same_identity() -> None:
    outlet = OUTLET["papers/harbour-courier"]
    (revision,) = [row for row in ROWS if row.revises]
    before = dict(entries(outlet, ROWS, revision.arrival_at - timedelta(minutes=1)))
    after = dict(entries(outlet, ROWS, revision.arrival_at))
    (old,) = [row for row in before if row.id == revision.revises]
    assert old not in after
    assert before[old] == after[revision]


def test_the_rotating_guid_changes_with_the_feed_and_the_others_stay() -> None:
    outlet = OUTLET["aggregators/newsharvest"]
    (row,) = [row for row in ROWS if row.rotating]
    seen = [dict(entries(outlet, ROWS, row.arrival_at + timedelta(days=days))) for days in (0, 7)]
    assert seen[0][row] != seen[1][row]
    assert all(seen[0][kept] == seen[1][kept] for kept in seen[0].keys() & seen[1].keys() if kept != row)


def test_the_aggregator_names_whose_text_it_copies() -> None:
    document = render(OUTLET["aggregators/newsharvest"], ROWS, END)
    found = parsed(document.body, document.content_type)
    assert {entry.source.title for entry in found.entries} >= {"Polaris", "Channel Nine"}
    assert all(entry.title.endswith(f" - {entry.source.title}") for entry in found.entries)


def test_one_feed_is_written_in_the_old_cyrillic_code_page() -> None:
    document = render(OUTLET["papers/vecherniy-vestnik"], ROWS, END)
    assert "windows-1251" in document.content_type
    assert "Вечерний вестник".encode("cp1251") in document.body


@pytest.mark.parametrize(
    ("day", "status", "start"),
    [
        (datetime(2025, 2, 12, tzinfo=UTC), 200, b"<?xml"),
        (datetime(2025, 2, 25, tzinfo=UTC), 200, b"<!DOCTYPE html>"),
        (datetime(2025, 3, 10, tzinfo=UTC), 500, b"Internal"),
        (datetime(2025, 3, 18, tzinfo=UTC), 200, b"<?xml"),
    ],
)
def test_the_broken_feed_breaks_in_three_ways_and_recovers(day: datetime, status: int, start: bytes) -> None:
    document = render(BROKEN_OUTLET, ROWS, day)
    assert document.status == status
    assert document.body.startswith(start)
    healthy = day.month == 3 and day.day > 17
    assert bool(document.etag) == healthy
    assert document.body.rstrip().endswith(b"</rss>") == healthy
