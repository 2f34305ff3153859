"""Normalising: text, address, publisher, date and keys of an entry, whatever the feed wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import links
from monitor.feeds.links import canonical, key_of
from monitor.feeds.normalise import normalise
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, Entry, Parsed

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
FEED = Feed("world/wire", "https://wire.example/rss", publisher="Wire", lang="en")


def one(entry: Entry, feed: Feed = FEED, title: str = "Wire: World") -> Candidate:
    (candidate,) = normalise(Parsed(title, "en-GB", "https://wire.example/", (entry,)), feed, NOW)
    return candidate


def test_an_entry_becomes_plain_text_with_its_canonical_address() -> None:
    got = one(
        Entry(
            guid=" a&amp;b ",
            link="HTTPS://www.Wire.example:443/a?b=2&utm_source=rss&a=1#top",
            title="Fire &amp; <b>smoke</b>",
            summary="<p>One</p><p>Two</p><script>x()</script>",
            published_at=NOW - timedelta(hours=1),
        )
    )
    assert (got.title, got.summary) == ("Fire & smoke", "One Two")
    assert got.url == "https://www.wire.example/a?a=1&b=2"
    assert got.keys[:2] == ("g:a&b", "l:wire.example/a?a=1&b=2")
    assert (got.source, got.lang, got.published_at) == ("Wire", "en", NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("title", "source", "publisher", "expected"),
    [
        ("Talks in Riyadh - Reuters", "Reuters", "Google News", ("Talks in Riyadh", "Reuters")),
        ("Talks in Riyadh – The Guardian", "The Guardian", "", ("Talks in Riyadh", "The Guardian")),
        ("Talks at Reuters", "Reuters", "Google News", ("Talks at Reuters", "Google News")),
        ("Talks in Riyadh", "", "Wire", ("Talks in Riyadh", "Wire")),
        ("Talks in Riyadh", "", "", ("Talks in Riyadh", "Wire: World")),
        (" - Reuters", "Reuters", "", ("- Reuters", "Reuters")),
    ],
)
def test_an_aggregators_label_is_the_publisher_and_no_part_of_the_title(
    title: str, source: str, publisher: str, expected: tuple[str, str]
) -> None:
    got = one(Entry(title=title, source=source), Feed("x", "https://x.example/", publisher=publisher))
    assert (got.title, got.source) == expected


def test_different_sources_on_the_entries_are_publishers_although_one_is_configured() -> None:
    entries = tuple(Entry(guid=s, title=f"News of {s}", source=s) for s in ("Reuters", "TASS"))
    got = normalise(Parsed("G", "en", "", entries), FEED, NOW)
    assert [c.source for c in got] == ["Reuters", "TASS"]


def test_a_summary_that_says_the_title_again_says_nothing() -> None:
    html = '<a href="x">Talks in Riyadh</a>&nbsp;&nbsp;<font color="#6f6f6f">Reuters</font>'
    assert one(Entry(title="Talks in Riyadh - Reuters", source="Reuters", summary=html)).summary == ""


def test_a_blog_systems_footer_is_no_summary() -> None:
    text = "He spoke. The post <a href='x'>Talks</a> appeared first on <a href='y'>Wire</a>."
    assert one(Entry(title="Talks", summary=text)).summary == "He spoke."


def test_an_entry_without_title_is_titled_by_its_first_words_and_an_empty_one_is_left_out() -> None:
    assert one(Entry(guid="1", summary="word " * 60)).title == ("word " * 23).strip() + "…"
    assert normalise(Parsed("", "", "", (Entry(guid="1", link="https://x.example/a"),)), FEED, NOW) == ()


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (None, None, None),
        (datetime(1970, 1, 1, tzinfo=UTC), None, None),
        (NOW + timedelta(hours=3), None, None),
        (NOW + timedelta(minutes=5), None, NOW + timedelta(minutes=5)),
        (datetime(2090, 1, 1, tzinfo=UTC), NOW, NOW),
        (None, NOW - timedelta(days=1), NOW - timedelta(days=1)),
    ],
)
def test_only_dates_that_can_be_believed_are_kept(
    published: datetime | None, updated: datetime | None, expected: datetime | None
) -> None:
    assert one(Entry(title="x", published_at=published, updated_at=updated)).published_at == expected


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ("https://x.example/a?id=1&amp;b=2", "http://www.x.example/a?id=1&b=2"),
        ("tag:x.example,2025:1", " tag:x.example,2025:1\n"),
        ("https://x.example/a/", "https://x.example/a"),
        ("Q&amp;amp;A", "Q&A"),
    ],
)
def test_a_guid_is_the_same_however_it_was_escaped(one_way: str, another: str) -> None:
    assert one(Entry(title="x", guid=one_way)).keys[0] == one(Entry(title="x", guid=another)).keys[0]


def test_the_fragment_of_a_guid_tells_entries_of_a_live_page_apart() -> None:
    keys = [one(Entry(title="x", guid=f"https://x.example/live#post-{i}")).keys[0] for i in (1, 2)]
    assert keys == ["g:x.example/live#post-1", "g:x.example/live#post-2"]


@pytest.mark.parametrize(
    "url",
    ["https://x.example", "http://www.x.example/index.html", "https://x.example/feed/", "https://x.example/#a", "/a",
     "", "javascript:alert(1)", "mailto:a@x.example", "https://[::1", "https://x.example:99999/", "//x.example/a"],
)  # fmt: skip
def test_a_front_page_or_no_page_identifies_nothing(url: str) -> None:
    assert [k[0] for k in one(Entry(title="x", link=url)).keys] == ["t"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a?utm_source=a&utm_medium=b", "https://x.example/a"),
        ("https://x.example/a?fbclid=1&gclid=2&id=3&ref=rss", "https://x.example/a?id=3"),
        ("https://x.example/a?at_medium=RSS&at_campaign=KARANGA", "https://x.example/a"),
        ("https://x.example/a?ref=home", "https://x.example/a?ref=home"),
        ("https://x.example/watch?v=abc&feature=", "https://x.example/watch?feature=&v=abc"),
        ("http://user:pw@x.example:80/a", "http://x.example/a"),
        ("http://x.example:8080/a", "http://x.example:8080/a"),
        ("https://x.example/новости", "https://x.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
    ],
)
def test_an_address_has_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == expected


@given(st.text(max_size=80) | st.text(max_size=60).map(lambda t: f"https://x.example/{t}"))
def test_a_canonical_address_stays_as_it_is(url: str) -> None:
    once = canonical(url)
    assert once == "" or once.startswith(("http://", "https://"))
    assert canonical(once) == once
    assert key_of(once) == key_of(url)


texts = st.text(max_size=60)
moments = st.none() | st.datetimes(timezones=st.just(UTC))


_SEGMENTS = ("a", "b-c", "/", "//", "/.", "/..", ".x", "~", "_", "index.html", "rss", "feed/", "news", "A", "é", ":80")


@given(
    st.sampled_from(
        ("http://wire.example", "https://www.wire.example", "http://a-b.c.example", "http://xn--a.example")
    ),
    st.lists(st.sampled_from(_SEGMENTS), max_size=5).map("".join),
)
def test_a_plain_address_needs_no_second_look(site: str, path: str) -> None:
    url = f"{site}/{path}"
    assert canonical(url) == links._canonical(url)
    assert key_of(url) == key_of(f"{url}?utm_source=rss")


@given(st.builds(Entry, texts, texts, texts, texts, texts, texts, texts, texts, moments, moments))
def test_whatever_an_entry_holds_its_candidate_is_sound(entry: Entry) -> None:
    for candidate in normalise(Parsed("t", "en", "", (entry,)), FEED, NOW):
        assert candidate.title
        assert candidate.title == " ".join(candidate.title.split())
        assert all(len(k) <= 210 and k[:2] in ("g:", "l:", "t:") for k in candidate.keys)
        assert candidate.keys[-1].startswith("t:")
        assert candidate.url == "" or candidate.url.startswith("http")
        again = normalise(Parsed("t", "en", "", (entry,)), FEED, NOW + timedelta(minutes=20))
        assert again[0].keys == candidate.keys
