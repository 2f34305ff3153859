"""What a feed's entries lead to is the same whether known ones are read once more or left out."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import again
from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed, Validators
from monitor.model.poll import Fetched, Polled
from monitor.pipeline.intake import Intake
from monitor.store import feeds as feed_rows
from monitor.store.database import Database

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
FEED = Feed("wire", "https://wire.example/rss", publisher="Wire")


@dataclass(frozen=True)
class Post:
    """An entry as its site has it."""

    number: int
    title: str
    guid: str = ""
    text: str = "Said <b>so</b>"
    comments: int = 0
    source: str = ""
    day: int = 0

    def xml(self) -> str:
        date = format_datetime(NOW - timedelta(hours=self.number, days=self.day))
        source = f"<source url='https://s.example/'>{self.source}</source>" if self.source else ""
        return (
            f"<item>\n<title>{self.title}</title><link>https://wire.example/{self.number}</link>"
            f"<guid isPermaLink='false'>{self.guid or self.number}</guid>{source}<pubDate>{date}</pubDate>"
            f"<slash:comments>{self.comments}</slash:comments><description><![CDATA[{self.text}]]></description></item>"
        )


def document(posts: list[Post], head: str = "<ttl>20</ttl>") -> bytes:
    return (
        "<?xml version='1.0'?><rss version='2.0' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel>"
        f"<title>Wire</title>{head}<lastBuildDate>{format_datetime(NOW)}</lastBuildDate>\n"
        + "\n".join(post.xml() for post in posts)
        + "\n</channel></rss>"
    ).encode()


class Reader:
    """One feed read into one store; ``knowing``: entries that it knows are left out."""

    def __init__(self, path: Path, *, knowing: bool) -> None:
        self.db = Database.open(path, writer=True)
        self.knowing = knowing
        self.left_out = 0
        self.intake = Intake(self.db, [FEED], (300, 3600), timedelta(days=90), random.Random(1))

    def take(self, body: bytes, at: datetime, feed: Feed = FEED) -> list[str]:
        return asyncio.run(self._take(body, at, feed))

    async def _take(self, body: bytes, at: datetime, feed: Feed) -> list[str]:
        with self.db.transaction():
            (state,) = feed_rows.due(self.db, at + timedelta(days=9), 1)
            marks = state.marks if self.knowing else b""
            reading = await Parser().read(body, "application/rss+xml", FEED.url, feed, at, marks=marks)
            assert isinstance(reading, Reading)
            self.left_out += len(again.known(reading.again)) if reading.again else 0
            outcome = Fetched(200, FEED.url, b"", "", Validators())
            polled = Polled("wire", at, outcome, reading.candidates, "Wire", "x", again=reading.again)
            events, after = self.intake.take(polled, behind=False)
            assert after is not None
            feed_rows.save(self.db, [after])
        return [f"{type(event).__name__} {event.item.id}" for event in events]

    def holds(self) -> list[list[tuple[Any, ...]]]:
        """The items with their revisions and keys; a date that moves makes a key of its own, which may be left out."""
        return [
            self.db.rows(query)
            for query in (
                "SELECT id, title, summary, url, source, lang, published_at, arrival_at, history FROM items",
                "SELECT item, at, title, summary, old_title FROM revisions",
                "SELECT key, item, shared FROM item_keys WHERE key NOT LIKE 't:%' ORDER BY key",
            )
        ]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("again") / "template.db"
    with Database.open(path, writer=True) as db, db.transaction():
        feed_rows.sync(db, [FEED], NOW)
    return path


@pytest.fixture
def both(template: Path, tmp_path: Path) -> Iterator[tuple[Reader, Reader]]:
    yield from readers(template, tmp_path)


def readers(template: Path, folder: Path) -> Iterator[tuple[Reader, Reader]]:
    made = []
    for name in ("knowing", "whole"):
        shutil.copy(template, folder / f"{name}.db")
        made.append(Reader(folder / f"{name}.db", knowing=name == "knowing"))
    yield made[0], made[1]
    for reader in made:
        reader.db.close()


def posts(*numbers: int) -> list[Post]:
    return [Post(n, f"Headline number {n} of the day") for n in numbers]


LISTED = tuple(posts(*range(8)))


def test_only_what_is_new_is_read(both: tuple[Reader, Reader]) -> None:
    knowing, whole = both
    for number, listed in enumerate(((3, 2, 1), (4, 3, 2, 1), (5, 4, 3, 2), (6, 5, 4, 3))):
        at = NOW + timedelta(hours=number)
        assert knowing.take(document(posts(*listed)), at) == whole.take(document(posts(*listed)), at)
    assert (knowing.left_out, whole.left_out) == (9, 0)
    assert knowing.holds() == whole.holds()


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        (lambda p: p, 2),  # one is always read
        (lambda p: [replace(one, comments=9, day=1) for one in p], 2),
        (lambda p: [*p[:1], replace(p[1], title="Another headline"), *p[2:]], 0),
        (lambda p: [*p[:1], replace(p[1], text="Said more"), *p[2:]], 0),
        (lambda p: [p[0], p[2]], 0),  # one was taken out
        (lambda p: [Post(9, "News", guid="2"), *p], 0),  # an identifier that a known entry has
        (lambda p: [Post(9, "News", source="Paper"), *p], 3),
    ],
    ids=["nothing", "counts and dates", "title", "text", "taken out", "shared identifier", "another source"],
)
def test_what_changed_between_two_documents_is_seen(both: tuple[Reader, Reader], change: Any, left_out: int) -> None:
    knowing, whole = both
    first = posts(3, 2, 1)
    for reader in both:
        reader.take(document(first), NOW)
    later = NOW + timedelta(hours=1)
    assert knowing.take(document(change(first)), later) == whole.take(document(change(first)), later)
    assert knowing.holds() == whole.holds()
    assert knowing.left_out == left_out


@pytest.mark.parametrize(
    ("head", "feed", "hours"),
    [("<language>de</language>", FEED, 1), ("<ttl>20</ttl>", replace(FEED, publisher="Press"), 1),
     ("<ttl>20</ttl>", replace(FEED, lang="fr"), 1), ("<ttl>20</ttl>", FEED, 24)],
    ids=["the feed's language", "publisher", "configured language", "a day"],
)  # fmt: skip
def test_when_what_surrounds_the_entries_changes_all_are_read(
    both: tuple[Reader, Reader], head: str, feed: Feed, hours: int
) -> None:
    knowing, _ = both
    knowing.take(document(posts(3, 2, 1)), NOW)
    knowing.take(document(posts(4, 3, 2, 1), head), NOW + timedelta(hours=hours), feed)
    assert knowing.left_out == 0


def test_what_a_feed_lists_is_noted_though_it_is_not_read(both: tuple[Reader, Reader]) -> None:
    knowing, _ = both
    for number in range(40):
        knowing.take(document(posts(*range(number, -1, -1))), NOW + timedelta(minutes=number))
    first = knowing.db.row("SELECT min(document) FROM item_keys WHERE item = 1 AND key LIKE 'g:%'")
    assert first is not None
    assert first[0] >= 30


HOW = {
    "add": ("", "", "", "0", "same"),
    "title": ("Fresh words here", "Headline number 1 of the day"),
    "text": ("Said again", ""),
    "source": ("Paper", ""),
    **dict.fromkeys(("drop", "comments", "repeat", "swap", "guids"), ("",)),
}
CHANGES = st.sampled_from(sorted(HOW)).flatmap(
    lambda what: st.tuples(st.just(what), st.integers(0, 8), st.sampled_from(HOW[what]))
)


def changed(listed: list[Post], what: str, place: int, how: str, number: int) -> list[Post]:
    at = min(place, len(listed) - 1)
    ways = {
        "add": lambda: [*listed[:at], Post(number, f"Headline number {number} of the day", guid=how), *listed[at:]],
        "drop": lambda: listed[:at] + listed[at + 1 :] if len(listed) > 3 else listed,
        "repeat": lambda: [*listed, listed[at]],
        "swap": lambda: [*listed[at:], *listed[:at]],
        "guids": lambda: [replace(post, guid=f"r{number}-{post.number}") for post in listed],
        "comments": lambda: [replace(post, comments=number) for post in listed],
    }
    edited = lambda: [*listed[:at], replace(listed[at], **{what: how}), *listed[at + 1 :]]  # noqa: E731
    return ways.get(what, edited)()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(CHANGES, max_size=2), min_size=1, max_size=6))
def test_whatever_changes_both_ways_lead_to_the_same(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, int, str]]]
) -> None:
    listed, number = list(LISTED), 100
    for knowing, whole in readers(template, tmp_path_factory.mktemp("pair")):
        for step, changes in enumerate([[], *steps]):
            for what, place, how in changes:
                number += 1
                listed = changed(listed, what, place, how, number)
            at = NOW + timedelta(minutes=20 * step)
            assert knowing.take(document(listed), at) == whole.take(document(listed), at)
            assert knowing.holds() == whole.holds()


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item>a</item><item>b</item></item></channel></rss>",
        b"<rss><channel><item>a</item></channel></rss>",
        b'{"items": []}',
        b"<feed>" + b"<entry></entry>" * 600 + b"</feed>",
    ],
    ids=["a stray end", "one entry", "JSON", "very many"],
)
def test_what_has_no_plain_row_of_entries_is_not_taken_apart(body: bytes) -> None:
    assert again.pieces(body) is None


@given(st.binary(max_size=200), st.integers(2, 9))
def test_marks_that_say_anything_break_nothing(marks: bytes, count: int) -> None:
    found = again.pieces(document(posts(*range(count + 1))))
    assert found is not None
    cut = again.cut(found, marks[:8].ljust(8, b"\0"), marks, NOW)
    assert cut is None or 0 < cut.kept <= count + 1
