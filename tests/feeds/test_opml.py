"""OPML: lists from anywhere are read, ours come back as they were, and no list does harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.feeds import opml
from monitor.model.feed import Feed


def wrap(body: str) -> str:
    return f'<?xml version="1.0"?>\n<opml version="2.0"><head/><body>{body}</body></opml>'


def test_folders_become_the_path_of_the_name_and_tags() -> None:
    feeds = opml.read(
        wrap(
            '<outline text="World News">'
            '<outline text="The Wire &amp; Co" xmlUrl="https://wire.example/rss" category="/a/b,c"/></outline>'
            '<outline title="Top" XMLURL="http://top.example/" language="de"/>'
        )
    )
    assert feeds == (
        Feed("world-news/the-wire-co", "https://wire.example/rss", tags=("World News", "a/b", "c")),
        Feed("top", "http://top.example/", lang="de"),
    )


def test_a_feed_listed_twice_is_one_with_the_tags_of_both_and_names_stay_unique() -> None:
    one = '<outline text="A"><outline text="X" xmlUrl="https://x.example/1"/></outline>'
    two = '<outline text="B"><outline text="X" xmlUrl="https://x.example/1"/></outline>'
    other = '<outline text="A"><outline text="x" xmlUrl="https://x.example/2"/></outline>'
    feeds = opml.read(wrap(one + two + other))
    assert [(f.name, f.tags) for f in feeds] == [("a/x", ("A", "B")), ("a/x-2", ("A",))]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ('text="A & B"', "a-b"),
        ('text="caf&eacute;"', "cafe"),
        ('text="The "Great" Daily"', "the-great-daily"),
        ('text="&nosuch; name"', "nosuch-name"),
        ('text=""', "x-example"),
        ('text="Коммерсантъ"', "коммерсантъ"),
    ],
)
def test_what_lists_in_the_wild_get_wrong_is_understood(given: str, title: str) -> None:
    assert [f.name for f in opml.read(wrap(f'<outline {given} xmlUrl="https://x.example/"/>'))] == [title]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:x", "/feed", "http://", "http://[x/", ""])
def test_only_web_addresses_are_feeds(url: str) -> None:
    assert opml.read(wrap(f'<outline text="x" xmlUrl="{url}"/>')) == ()


def test_feed_addresses_are_http() -> None:
    found = opml.read(wrap('<outline xmlUrl="feed://x.example/a"/><outline xmlUrl="feed:https://x.example/b"/>'))
    assert [f.url for f in found] == ["http://x.example/a", "https://x.example/b"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE opml [\n<!ENTITY a "b">]><opml><body/></opml>', 3, "entities"),
        ("<opml>\n<body>\n</opml>", 3, "mismatched"),
        ("<rss/>", 0, "not an OPML"),
        ("", 1, "no element"),
        (wrap("<outline text='x'>" * 60), 2, "nested"),
    ],
)
def test_what_is_no_list_is_refused_with_the_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        opml.read(text, "mine.opml")
    (problem,) = error.value.problems
    assert (problem.file, problem.line) == ("mine.opml", line)
    assert says in problem.message


parts = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,5})?", fullmatch=True)
names = st.lists(parts, min_size=1, max_size=3).map("/".join)
tags = st.lists(st.from_regex(r"[A-Za-z<&\"' é]{0,10}[A-Za-z]", fullmatch=True).map(str.strip), max_size=2, unique=True)


@settings(max_examples=40)
@given(st.dictionaries(names, tags, max_size=8))
def test_what_is_written_is_read_again(found: dict[str, list[str]]) -> None:
    feeds = [Feed(n, f"https://x.example/{n}?a=1&b=<2>", tags=tuple(t), token="s3cret") for n, t in found.items()]
    text = opml.write(feeds)
    assert "s3cret" not in text
    again = {f.url: f for f in opml.read(text)}
    assert {u: f.name for u, f in again.items()} == {f.url: f.name for f in feeds}
    for feed in feeds:
        kept = [" ".join(t.split()) for t in feed.tags]
        assert again[feed.url].tags[-len(kept) :] == tuple(kept) or set(kept) <= set(again[feed.url].tags)


@given(st.text())
def test_no_text_does_anything_but_list_or_refuse(text: str) -> None:
    for given_text in (text, wrap(text), wrap(f'<outline text="{text}" xmlUrl="https://x.example/{text}">')):
        try:
            feeds = opml.read(given_text)
        except ConfigError:
            continue
        assert all(f.url.startswith("http") for f in feeds)


@pytest.mark.shared
def test_every_list_of_the_corpora_is_read_or_refused_and_survives_a_round(shared: Path) -> None:
    read, refused = 0, []
    for path in sorted((shared / "corpora").rglob("*.opml")):
        try:
            feeds = opml.read(path.read_text(encoding="utf-8", errors="replace"), path.name)
        except ConfigError:
            refused.append(path)
            continue
        read += 1
        again = opml.read(opml.write(feeds))
        assert {(f.url, f.name) for f in again} == {(f.url, f.name) for f in feeds}, path
    assert read >= 150
    assert not [p for p in refused if "awesome" in p.as_posix()]
