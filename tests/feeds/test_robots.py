"""What a robots.txt lets us read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.robots import MOST_BYTES, NOTHING, Robots, read

SITE = "https://wire.example"


def said(text: str) -> Robots:
    return read(text.encode())


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /", "/a", False),
        ("Disallow:", "/a", True),
        ("", "/a", True),
        ("Disallow: /news", "/news/1", False),
        ("Disallow: /news", "/newsletter", False),
        ("Disallow: /news", "/new", True),
        ("Disallow: /News", "/news", True),
        ("Disallow: /news/\nAllow: /news/free", "/news/free/1", True),
        ("Allow: /news/free\nDisallow: /news/", "/news/paid", False),
        ("Disallow: /page\nAllow: /page", "/page", True),
        ("Allow: /p\nDisallow: /*.html", "/page.html", False),
        ("Disallow: /*.pdf$", "/a/b.pdf", False),
        ("Disallow: /*.pdf$", "/a/b.pdf?page=1", True),
        ("Disallow: /*.pdf$", "/a.pdf/b.pdf", False),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*a*ab$", "/ab", True),
        ("Disallow: /*a*ab$", "/aab", False),
        ("Disallow: *?id=", "/x?id=4", False),
        ("Disallow: /*", "/", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /", "", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /café", "/caf%c3%a9/1", False),
        ("Disallow: /%7Ejoe", "/~joe", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /%2A", "/*", False),
        ("Disallow: /%24x", "/$x", False),
        ("disallow : /a  # not this", "/a", False),
        ("Disallow: a", "/a", True),
        ("Crawl-delay: 3\nDisallow: /a", "/a", False),
    ],
)
def test_the_longest_pattern_that_meets_an_address_decides(rules: str, path: str, allowed: bool) -> None:
    assert said(f"User-agent: *\n{rules}\n").allows(SITE + path) == allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: Storywatch\nDisallow: /", False),
        ("User-agent: STORYWATCH/2.0\nDisallow: /", False),
        ("User-agent: story\nDisallow: /", True),
        ("User-agent: storywatcher\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: storywatch\nAllow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: storywatch\n", True),
        ("User-agent: other\nUser-agent: storywatch\nDisallow: /", False),
        ("User-agent: storywatch\nSitemap: https://x.example/s\nUser-agent: other\nDisallow: /", False),
        ("User-agent: storywatch\nDisallow: /b\nUser-agent: other\nDisallow: /", True),
        ("User-agent: storywatch\nDisallow: /b\n\nUser-agent: x\n\nUser-agent: storywatch\nDisallow: /a", False),
        ("Disallow: /\nUser-agent: *\nDisallow: /b", True),
        ("\ufeffUser-agent: *\rDisallow: /a\r", False),
        ("<html><body>Disallow: /</body></html>", True),
    ],
)
def test_we_follow_what_is_said_to_us_else_what_is_said_to_all(text: str, allowed: bool) -> None:
    assert said(text).allows(f"{SITE}/a") == allowed


def test_a_delay_is_read_where_it_is_one() -> None:
    assert said("User-agent: *\nCrawl-delay: 2.5").delay_s == 2.5
    assert said("User-agent: *\nCrawl-delay: soon").delay_s == 0.0
    assert said("User-agent: other\nCrawl-delay: 9").delay_s == 0.0


def test_what_cannot_be_had_allows_nothing_and_what_is_not_there_all() -> None:
    assert not NOTHING.allows(f"{SITE}/a")
    assert Robots().allows(f"{SITE}/a")


def test_no_more_is_read_than_the_cap() -> None:
    assert read(b"User-agent: *\n" + b"#" * MOST_BYTES + b"\nDisallow: /").allows(f"{SITE}/a")


def test_no_pattern_takes_long() -> None:
    text = "User-agent: *\n" + "Disallow: /" + "*a" * 100_000 + "b\n" + "Disallow: /*a*a*a*a*b$\n" * 10_000
    robots = said(text)
    started = time.process_time()
    assert robots.allows(f"{SITE}/{'a' * 4_000}")
    assert time.process_time() - started < 2.0


@given(st.binary(max_size=300), st.text(max_size=40))
def test_whatever_it_says_there_is_an_answer(body: bytes, path: str) -> None:
    address = f"{SITE}/{path}"
    assert read(b"User-agent: *\n" + body).allows(address) in (True, False)
    assert not read(b"User-agent: *\nDisallow: /").allows(address) or path == "robots.txt"
