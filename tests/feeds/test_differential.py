"""The fast reader and feedparser read every document alike, or the fast one leaves it alone.

Compared are all that a document tells: title, language, link, hints and format of the feed; guid, link,
title, summary, content, author, language, source and both dates of each entry. TOLERATED names what may differ.
"""
# ruff: noqa: E501 - documents read best as they are written

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from monitor.feeds.parse_fast import read_fast
from monitor.feeds.parse_xml import read_xml
from monitor.model.poll import Parsed

URL = "https://x.example/feeds/all"
# Field: why it may differ, and when. Nothing that identifies, dates or tells an item is among them.
TOLERATED = {"author": "of several persons' parts feedparser mixes one's name with another's address"}
EVERY = 2  # of some five thousand documents

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Wire &amp;amp; more</title><link>https://x.example/</link><atom:link href="/self" rel="self"/>
<description>All</description><language>en-GB</language><ttl>30</ttl><image><title>I</title><url>u</url><link>l</link></image>
<skipHours><hour>3</hour></skipHours>
<item><title>First</title><link>https://x.example/1?a=1&amp;b=2</link><guid isPermaLink="false">g1</guid>
<description>&lt;p&gt;One&lt;/p&gt;</description><dc:creator>Ann</dc:creator><pubDate>Tue, 18 Mar 2025 10:00:00 +0100</pubDate>
<category>x</category><slash:comments>3</slash:comments><media:content url="i"><media:title>M</media:title></media:content></item>
<item><title><![CDATA[Second “quoted”]]></title><link>/2</link><guid>https://x.example/2</guid><source url="s">Other</source>
<content:encoded><![CDATA[<b>Long</b>]]></content:encoded><description>Short</description><pubDate>2025-03-18T10:00:00Z</pubDate></item>
<item><media:group><media:title>Film</media:title><media:description>About</media:description></media:group><title>Third</title>
<guid>3</guid><itunes:summary>Heard</itunes:summary><itunes:author>Bob</itunes:author><feedburner:origLink>https://y.example/3</feedburner:origLink>
<enclosure url="a" type="b" length="1"/></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://x.example/base/"><title type="text">A &amp; B</title>
<link href="/home"/><id>urn:feed</id><updated>2025-03-18T11:00:00Z</updated>
<entry><id>urn:1</id><title type="html">Gr&#246;&#223;er &amp;lt; 5</title><link rel="alternate" href="a"/><link rel="self" href="b"/>
<published>2025-03-18T10:00:00+01:00</published><updated>2025-03-18T11:00:00Z</updated>
<author><name>Ann</name><email>a@x.example</email><uri>u</uri></author><summary>Kurz</summary><content type="html">&lt;b&gt;Lang&lt;/b&gt;</content>
<source><title>Quelle</title><id>q</id><author><name>Q</name></author></source></entry>
<entry xml:lang="fr"><id>urn:2</id><title>Deux</title><content>texte &lt;simple&gt;</content><category term="x"/></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="c"><title>R</title><link>https://x.example/</link><sy:updatePeriod>hourly</sy:updatePeriod><dc:language>it</dc:language>
<items><rdf:Seq><rdf:li resource="a"/></rdf:Seq></items></channel>
<item rdf:about="https://x.example/a"><title>Uno</title><link>https://x.example/a</link><dc:date>2025-03-18T09:00:00+00:00</dc:date>
<description>Primo</description><dc:creator>Eva</dc:creator></item></rdf:RDF>"""
SEEDS = (RSS, ATOM, RDF)
PIECES = (
    "<title>x</title>", "<title/>", "<media:title>x</media:title>", "<dc:title>d</dc:title>", "<link>/l</link>", "<link/>",
    '<link href="/h"/>', '<link href="/h" type="text/html"/>', '<link href="/h" type="application/pdf"/>', '<atom:link href="/h"/>',
    "<guid>n</guid>", '<guid isPermaLink="true">/p</guid>', "<id>urn:n</id>", "<description>d</description>", "<description/>",
    "<summary>s</summary>", '<summary type="html">&lt;i>s&lt;/i></summary>', "<content>c</content>", '<content type="xhtml"><div>c</div></content>',
    "<content:encoded>e</content:encoded>", "<media:description>m</media:description>", "<itunes:summary>i</itunes:summary>",
    "<pubDate>Wed, 19 Mar 2025 01:02:03 GMT</pubDate>", "<pubDate>yesterday</pubDate>", "<pubDate/>", "<updated>2025-03-19</updated>",
    "<dc:date>2025-03-19T01:02:03.5-05:00</dc:date>", "<author>a@b.example (A)</author>", "<author><name>N</name></author>", "<dc:creator>C</dc:creator>",
    "<source>S</source>", "<source><title>T</title></source>", "<item>", "</item>", "<entry>", "</entry>", "<image>", "</image>", "<image><url>u</url></image>",
    "<channel>", "</channel>", "<x:y xmlns:x='http://z.example/'>", "</x:y>", "<b>b</b>", "<!-- c -->", "<?p i?>", "&amp;", "&eacute;", "&#233;", "é", "Ã©", "\x92",
    " xml:lang='pt'", " xml:base='http://b.example/'", " type='html'", " rel='self'", " isPermaLink='false'", " href='/z'", "<language>nl</language>",
    "<media:group>", "</media:group>", "<textInput><name>n</name></textInput>", "<subtitle>u</subtitle>", "<contributor><name>K</name></contributor>",
    "<ttl>5</ttl>", "<feedburner:origLink>/o</feedburner:origLink>", "<dc:language>sv</dc:language>", "<unknown a='b'>t</unknown>", "<unknown>t</unknown>",
)  # fmt: skip


def compare(body: bytes, name: str = "") -> bool:
    """Whether the fast reader took the document; what it took must be what feedparser reads."""
    fast = read_fast(body, "", URL, anonymous=True)
    if fast is None:
        return False
    slow = read_xml(body, "", URL)
    assert isinstance(slow, Parsed), (name, slow, body[:2_000])
    assert len(fast.entries) == len(slow.entries), (name, body[:2_000])
    several = body.count(b"<name") > len(fast.entries)
    for one, other in zip(fast.entries, slow.entries, strict=True):
        for field in one.__slots__:
            if not (several and field in TOLERATED):
                assert getattr(one, field) == getattr(other, field), (name, field, body[:4_000])
    assert replace(fast, entries=()) == replace(slow, entries=()), (name, body[:2_000])
    return True


def spoilt(random: Random) -> str:
    document = random.choice(SEEDS)
    for _ in range(random.randint(1, 3)):
        places = [i for i, c in enumerate(document) if c in "<>"]
        at = random.choice(places)
        at += document[at] == ">" and random.random() < 0.8
        document = document[:at] + random.choice(PIECES) + document[at:]
    return document


def test_documents_changed_at_random_are_read_alike() -> None:
    random = Random(20260101)
    taken = sum(compare(spoilt(random).encode()) for _ in range(900))
    assert taken > 150


@pytest.mark.parametrize("document", SEEDS, ids=["rss", "atom", "rdf"])
def test_what_nearly_everyone_writes_is_read_fast(document: str) -> None:
    assert compare(document.encode())
    assert compare(document.replace("utf-8", "windows-1252").encode("cp1252"))
    assert compare("\ufeff".encode() + document.encode())


def test_an_entry_that_nothing_identifies_is_left_to_feedparser() -> None:
    document = b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>"
    assert read_fast(document, "", URL) is None
    assert read_fast(document, "", URL, anonymous=True) is not None


@pytest.mark.parametrize(
    "document",
    [
        b"", b"<html/>", b"{}", b"<rss version='2.0'><channel/></rss>", RSS.encode()[:-9],
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS.partition("?>")[2].encode(),
        RSS.replace("First", "<b>First</b>").encode(), RSS.replace("First", "&nbsp;").encode(),
        RSS.replace("10:00:00 +0100", "ten o'clock").encode(), b"<a " + b"b='' " * 90 + b"/>",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_left_to_feedparser(document: bytes) -> None:
    assert read_fast(document, "", URL) is None


def documents(corpora: Path) -> Iterator[Path]:
    for manifest in sorted(corpora.glob("*/MANIFEST.json")):
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        found = [manifest.parent / f["path"] for f in files if f["kind"] in ("feed", "xml") and f["size"] < 3_000_000]
        yield from (path for path in found[::EVERY] if path.is_file())


@pytest.mark.shared
def test_the_corpora_are_read_alike(shared: Path) -> None:
    counts: Counter[bool] = Counter()
    for path in documents(shared / "corpora"):
        counts[compare(path.read_bytes(), path.as_posix())] += 1
    assert counts[True] > 900, counts
