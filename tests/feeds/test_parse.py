"""Parsing: every format read, no page mistaken for a feed, no torn tail taken, no document stops the daemon."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Parsed

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
URL = "https://x.example/feeds/all"
FEED = Feed("x", URL, token="s3cret")
ITEM = (
    "<item><title>Talks &amp;amp; more</title><link>/a</link><guid>g-{n}</guid>"
    "<description>&lt;p&gt;Text {n}&lt;/p&gt;</description><pubDate>Tue, 18 Mar 2025 10:0{n}:00 +0100</pubDate></item>"
)
RSS = (
    "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>X</title><link>https://x.example/</link>"
    "<language>en-GB</language><ttl>30</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours>"
    "<skipDays><day>Saturday</day></skipDays>{items}</channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>X</title><entry><id>tag:1</id>"
    "<title>Gr&#246;&#223;er &lt; 5</title><link rel='self' href='/self'/><link rel='alternate' href='a'/>"
    "<published>2025-03-18T10:00:00+01:00</published><updated>2025-03-18T11:00:00Z</updated>"
    "<content type='html'>&lt;b&gt;Text&lt;/b&gt;</content></entry></feed>"
)
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>"
    "<channel><title>X</title><link>https://x.example/</link><sy:updatePeriod>hourly</sy:updatePeriod>"
    "<sy:updateFrequency>2</sy:updateFrequency></channel>"
    "<item rdf:about='https://x.example/a'><title>Talks</title><link>https://x.example/a</link>"
    "<dc:date>2025-03-18T09:00:00Z</dc:date></item></rdf:RDF>"
)
JSON = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "X", "home_page_url": "https://x.example/",'
    '"language": "en",'
    '"items": [{"id": 7, "url": "/a", "title": "1 < 2", "content_html": "<p>Text</p>", "authors": [{"name": "Ann"}],'
    '"date_published": "2025-03-18T10:00:00+01:00"}, "nonsense", {"id": "8", "content_text": "a < b"}]}'
)


def rss(count: int = 3, item: str = ITEM) -> str:
    return RSS.format(items="".join(item.format(n=n) for n in range(count)))


async def read(parser: Parser, body: str | bytes, content_type: str = "") -> Parsed:
    got = await parser.parse(body.encode() if isinstance(body, str) else body, content_type, URL)
    assert isinstance(got, Parsed), got
    return got


async def refused(parser: Parser, body: str | bytes) -> str:
    got = await parser.parse(body.encode() if isinstance(body, str) else body, "", URL)
    assert isinstance(got, FetchFailed), got
    return got.kind


async def test_rss_is_read_with_what_it_says_of_itself(parser: Parser) -> None:
    got = await read(parser, rss())
    assert (got.title, got.lang, got.link, got.format, len(got.entries)) == (
        "X",
        "en-GB",
        "https://x.example/",
        "rss20",
        3,
    )
    first = got.entries[0]
    assert (first.guid, first.link, first.title) == ("g-0", "https://x.example/a", "Talks &amp; more")
    assert (first.summary, first.published_at) == ("<p>Text 0</p>", datetime(2025, 3, 18, 9, 0, tzinfo=UTC))
    assert (got.hints.ttl_s, got.hints.skip_hours, got.hints.skip_days) == (1_800, {0, 1}, {5})


async def test_atom_is_read_with_its_own_idea_of_links_and_text(parser: Parser) -> None:
    got = await read(parser, ATOM)
    (entry,) = got.entries
    assert (got.format, got.lang, entry.guid, entry.link) == ("atom10", "de", "tag:1", "https://x.example/feeds/a")
    assert (entry.title, entry.content) == ("Größer &lt; 5", "<b>Text</b>")
    assert (entry.published_at, entry.updated_at) == (NOW.replace(hour=9), NOW.replace(hour=11))


async def test_rdf_is_read_with_the_syndication_modules_period(parser: Parser) -> None:
    got = await read(parser, RDF)
    assert (got.format, got.hints.ttl_s) == ("rss10", 1_800)
    assert (got.entries[0].link, got.entries[0].updated_at) == ("https://x.example/a", NOW.replace(hour=9))


@pytest.mark.parametrize("old", ["0.91", "0.92", "0.93"])
async def test_old_rss_is_read(parser: Parser, old: str) -> None:
    assert len((await read(parser, rss().replace("version='2.0'", f"version='{old}'"))).entries) == 3


async def test_atom_03_is_read(parser: Parser) -> None:
    old = "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>X</title><entry><title>T</title><id>1</id>"
    got = await read(parser, old + "<link rel='alternate' type='text/html' href='https://x.example/a'/></entry></feed>")
    assert (got.format, got.entries[0].link) == ("atom03", "https://x.example/a")


@pytest.mark.parametrize(("version", "format_"), [("1.1", "json11"), ("1", "json1")])
async def test_json_feed_is_read(parser: Parser, version: str, format_: str) -> None:
    got = await read(parser, "\ufeff " + JSON.replace("1.1", version))
    first, second = got.entries
    assert (got.format, first.guid, first.link, first.author) == (format_, "7", "https://x.example/a", "Ann")
    assert (first.title, first.content, first.published_at) == ("1 &lt; 2", "<p>Text</p>", NOW.replace(hour=9))
    assert (second.guid, second.content) == ("8", "a &lt; b")


@pytest.mark.parametrize(
    "body",
    ["", " \n", "<html><body>Sign in</body></html>", "<!DOCTYPE html><p>Checking your browser", "hello",
     "/etc/passwd", "/dev/zero", "http://169.254.169.254/", "{}", '{"items": []}', "<a/>", "<!-- x --><HTML>",
     "<svg/>"],
)  # fmt: skip
async def test_what_is_no_feed_is_no_feed(parser: Parser, body: str) -> None:
    assert await refused(parser, body) == "not-a-feed"


@pytest.mark.parametrize("document", [rss(6), ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
async def test_no_cut_document_passes_for_a_whole_one(parser: Parser, document: str) -> None:
    whole = await read(parser, document)
    for part in range(5, 100, 5):
        got = await parser.parse(document.encode()[: len(document) * part // 100], "", URL)
        assert isinstance(got, FetchFailed) or got == whole, part


async def test_what_never_ends_can_be_read_up_to_its_last_whole_entry(parser: Parser) -> None:
    cut = rss(3)[: rss(3).index("<guid>g-2")]
    got = await parser.parse(cut.encode(), "", URL, salvage=True)
    assert isinstance(got, Parsed)
    assert got.entries == (await read(parser, rss(2))).entries


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("junk behind the end", rss().encode() + b"<script>x</script><p>junk & more"),
        ("warnings before the start", b"<br />\n<b>Warning</b>: mysql in /x.php\n" + rss().encode()),
        ("space before the start", b"\n\n  " + rss().encode()),
        ("control characters", rss().replace("Text 1", "Te\x0bxt&#x1f; 1").encode()),
        ("a charset that is not so", rss().replace("utf-8", "iso-8859-1").encode()),
        ("UTF-16", rss().replace("utf-8", "utf-16").encode("utf-16")),
        ("UTF-16 without mark", rss().replace("utf-8", "utf-16").encode("utf-16-le")),
        ("a byte order mark", b"\xef\xbb\xbf" + rss().encode()),
        ("an unknown encoding", rss().replace("utf-8", "x-klingon").encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_comes_and_goes_changes_nothing(parser: Parser, name: str, document: bytes) -> None:
    assert name
    assert (await read(parser, document)).entries == (await read(parser, rss())).entries


@pytest.mark.parametrize(
    ("text", "encoding", "content_type"),
    [
        ("Überfall in Köln – zwei Täter", "utf-8", "text/xml; charset=iso-8859-1"),
        ("Überfall in Köln – zwei Täter", "windows-1252", ""),
        ("Кремль подтвердил визит", "windows-1251", ""),
        ("Кремль подтвердил визит", "koi8-r", "text/xml"),
        ("克里姆林宫证实", "gb2312", ""),
        ("クレムリンが確認", "shift_jis", ""),
        ("クレムリンが確認", "iso-2022-jp", ""),
        ("크렘린궁 확인", "euc-kr", "application/rss+xml; charset=euc-kr"),
    ],
)
async def test_titles_keep_their_letters(parser: Parser, text: str, encoding: str, content_type: str) -> None:
    document = rss(1, ITEM.replace("Talks &amp;amp; more", text)).replace("utf-8", encoding)
    assert (await read(parser, document.encode(encoding), content_type)).entries[0].title == text


async def test_a_broken_byte_spoils_its_own_place_only(parser: Parser) -> None:
    document = rss(3, ITEM.replace("Talks &amp;amp; more", "Größe in Köln, Zürich und anderswo äöü {n}")).encode()
    broken = document.replace(b"Text 1", b"Te\xff 1")
    got, whole = await read(parser, broken), await read(parser, document)
    assert [e.title for e in got.entries] == [e.title for e in whole.entries]
    assert [e.guid for e in got.entries] == [e.guid for e in whole.entries]


@pytest.mark.parametrize(
    "document", [rss(2), "<!DOCTYPE rss>" + rss(2)[rss(2).index("<rss") :]], ids=["near", "worker"]
)
async def test_the_candidates_come_and_the_secrets_stay_here(parser: Parser, document: str) -> None:
    got = await parser.read(document.encode(), "text/xml", URL, FEED, NOW)
    assert isinstance(got, Reading)
    assert got.parsed.entries == ()
    assert [c.title for c in got.candidates] == ["Talks & more"] * 2


def test_the_daemons_own_process_loads_no_parser() -> None:
    code = "import sys, monitor.feeds.poll, monitor.feeds.parse, monitor.feeds.cadence, monitor.feeds.identity\n"
    code += "sys.exit(' '.join({'feedparser', 'w3lib', 'pebble', 'nh3'} & set(sys.modules)) or None)"
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_documents_spoilt_at_random_end_in_candidates_or_a_named_failure(parser: Parser) -> None:
    random = Random(20250318)
    seeds = [rss(6).encode(), ATOM.encode(), RDF.encode(), JSON.encode()]
    pieces = [
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"\x00",
        b"\xff\xfe",
        b"<!--",
        b"&#0;",
        b'"',
        b"{",
        b"\xe2\x80",
        b"</item>",
    ]
    for _ in range(400):
        document = bytearray(random.choice(seeds))
        for _ in range(random.randint(1, 8)):
            at, length = random.randrange(len(document)), random.randint(0, 30)
            document[at : at + length] = random.choice([*pieces, document[-length:], b""])
        got = await parser.read(bytes(document), "text/xml; charset=x", URL, FEED, NOW)
        assert isinstance(got, Reading) or got.kind in ("torn", "not-a-feed"), (got, bytes(document))


BOMBS = {
    "author": f"<author>a@{'a.' * 100_000}!</author>",
    "attributes": f"<description {' '.join(f'a{i}=' + chr(34) * 2 for i in range(100_000))}/>",
}


@pytest.mark.parametrize("name", ["author", "attributes"])
async def test_a_bomb_kills_its_worker_in_time_and_the_loop_keeps_beating(name: str) -> None:
    parser = Parser(timeout_s=0.7)
    gaps: list[float] = []
    beating = asyncio.create_task(heartbeat(gaps))
    try:
        assert isinstance(await parser.parse(rss(1).encode(), "", URL), Parsed)
        started = time.monotonic()
        assert await refused(parser, RSS.format(items=f"<item>{BOMBS[name]}</item>")) == "parser-killed"
        assert time.monotonic() - started < 90, "its time is over after less than a second of work"
        assert isinstance(await parser.parse(rss(1).encode(), "", URL), Parsed)
    finally:
        beating.cancel()
        parser.close()
    assert max(gaps) < 1.0


LONG, MANY = "a" * 50_000, "&a;" * 20_000


async def heartbeat(gaps: list[float]) -> None:
    """How long the loop was busy between two beats: time of its own, which other processes do not take from it."""
    last = time.thread_time()
    while True:
        await asyncio.sleep(0.02)
        now = time.thread_time()
        gaps.append(now - last)
        last = now


@pytest.mark.parametrize(
    "document",
    [
        f"<!DOCTYPE rss [<!ENTITY a '{LONG}'>]>" + rss(1, f"<item><title>{MANY}</title></item>"),
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + rss(1, "<item><title>&x;</title></item>"),
        rss(1, "<item><title>" + "<a>" * 30_000 + "</title></item>"),
        '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 50_000,
    ],
    ids=["entities", "outside", "deep", "deep json"],
)  # fmt: skip
async def test_attacks_on_memory_and_files_end_in_an_answer(parser: Parser, document: str) -> None:
    got = await parser.parse(document.encode(), "", URL)
    assert isinstance(got, FetchFailed) or all(len(e.title) < 200_000 for e in got.entries)
    assert platform.node() not in str(got)


async def test_memory_beyond_the_limit_ends_the_document_not_the_daemon() -> None:
    parser = Parser(timeout_s=5.0, memory_mb=200)
    try:
        big = rss(1, "<item><title>x</title><description>" + "word " * 6_000_000 + "</description></item>")
        assert await refused(parser, big) == "parser-killed"
        assert isinstance(await parser.parse(rss(1).encode(), "", URL), Parsed)
    finally:
        parser.close()


async def test_a_worker_killed_from_outside_is_replaced() -> None:
    parser = Parser(timeout_s=60.0)
    try:
        await read(parser, rss())
        for worker in multiprocessing.active_children():
            if worker.name == "pebble_pool_worker" and worker.pid in _workers_of(parser):
                os.kill(worker.pid or 0, signal.SIGKILL)
        outcomes = [await parser.parse(rss().encode(), "", URL) for _ in range(3)]
        assert isinstance(outcomes[-1], Parsed)
    finally:
        parser.close()


def _workers_of(parser: Parser) -> set[int]:
    return set(parser.quick._pool._pool_manager.worker_manager.workers)


async def test_cancelling_a_poll_frees_the_worker() -> None:
    parser = Parser(timeout_s=30.0)
    try:
        await read(parser, rss())
        bomb = RSS.format(items=f"<item>{BOMBS['author']}</item>").encode()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(parser.parse(bomb, "", URL), 0.3)
        assert isinstance(await asyncio.wait_for(parser.parse(rss().encode(), "", URL), 90), Parsed)
    finally:
        parser.close()


DAEMON = """
import asyncio, sys
from monitor.feeds.parse import Parser
async def main():
    parser = Parser(timeout_s=3600)
    await parser.parse(b"<rss version='2.0'><channel/></rss>", "", "")
    print(*parser.quick._pool._pool_manager.worker_manager.workers, flush=True)
    await parser.parse(b"<rss><channel><item><author>a@" + b"a." * 100000 + b"!</author>", "", "")
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_die_with_a_daemon_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON)
    daemon = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    worker = int(daemon.stdout.readline())
    daemon.stdout.close()
    before, until = _worked(worker), time.monotonic() + 90
    while _worked(worker) < before + 20:  # a fifth of a second: it has begun with what takes it an hour
        assert time.monotonic() < until, "the worker does not work"
        time.sleep(0.01)
    daemon.kill()
    daemon.wait()
    until = time.monotonic() + 90
    while _worked(worker) >= 0:
        assert time.monotonic() < until, "the worker outlived its daemon"
        time.sleep(0.01)


def _worked(pid: int) -> int:
    """For how many ticks the process had the processor; -1 where it has ended."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return -1
    return -1 if state == "Z" else int(fields[10]) + int(fields[11])
