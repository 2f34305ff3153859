"""Robots: what a site's robots.txt lets us read (RFC 9309). Pure.

A pattern is a prefix of path and query in which ``*`` stands for anything and a ``$`` at its end for the end. The
longest pattern that meets an address decides, an allowing one before a refusing one of the same length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

AGENT = "storywatch"  # the product token (section 2.2.1) under which a robots.txt speaks to us
MOST_BYTES = 512_000  # of a robots.txt that are read (section 2.5: 500 KiB at least)
_LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*(.*)")
_TOKEN = re.compile(r"[A-Za-z_-]+|\*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 section 2.3
_LEFT_ALONE = "/?:@!&'()+,;=%[]#"  # what quoting leaves as it is; * and $ stand for something in a pattern


@dataclass(frozen=True, slots=True)
class Robots:
    """What holds for us on one site: (allowed, pattern) in the file's order. ``delay_s`` is Crawl-delay, 0 without.

    No robots.txt is ``Robots()``: all is allowed.
    """

    rules: tuple[tuple[bool, str], ...] = ()
    delay_s: float = 0.0

    def allows(self, url: str) -> bool:
        """Whether ``url``, an address of the site, may be read."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if path == "/robots.txt":
            return True
        plain = _normal(path, "")
        met = [(len(pattern), allowed) for allowed, pattern in self.rules if _meets(pattern, plain)]
        return max(met, default=(0, True))[1]


NOTHING = Robots(((False, "/"),))  # what a robots.txt that cannot be had allows (section 2.3.1.4)


def read(body: bytes, agent: str = AGENT) -> Robots:
    """Return what a robots.txt says to ``agent`` (lower case): by its own groups, else by those of ``*``."""
    own, general = _Said(), _Said()
    names: list[str] = []  # whom the group speaks to that is being read
    open_ = True  # whether its list of names may go on
    for key, value in _lines(body):
        if key == "user-agent":
            names = [*names, *_token(value)] if open_ else _token(value)
            own.met |= agent in names
            open_ = True
            continue
        open_ = open_ and key not in ("allow", "disallow")
        for name, said in ((agent, own), ("*", general)):
            if name in names:
                said.take(key, value)
    return (own if own.met else general).robots()


class _Said:
    """What was said to one name so far."""

    def __init__(self) -> None:
        self.met = False
        self._rules: list[tuple[bool, str]] = []
        self._delay_s = 0.0

    def take(self, key: str, value: str) -> None:
        if key in ("allow", "disallow") and value.startswith(("/", "*")):
            end = "$" if value.endswith("$") else ""
            self._rules.append((key == "allow", _normal(value.removesuffix("$"), "*") + end))
        elif key == "crawl-delay" and re.fullmatch(r"\d{1,4}(\.\d{1,3})?", value):
            self._delay_s = float(value)

    def robots(self) -> Robots:
        return Robots(tuple(self._rules), self._delay_s)


def _lines(body: bytes) -> list[tuple[str, str]]:
    text = body[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    found = (_LINE.match(line.partition("#")[0]) for line in text.splitlines())
    return [(line[1].lower(), line[2].strip()) for line in found if line]


def _token(value: str) -> list[str]:
    found = _TOKEN.match(value)
    return [found[0].lower()] if found else []


def _normal(path: str, special: str) -> str:
    """Return ``path`` in the one spelling in which two are compared (section 2.2.2); ``special`` is left alone."""

    def escape(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(escape, quote(path, safe=_LEFT_ALONE + special, errors="replace"))


def _meets(pattern: str, path: str) -> bool:
    """Whether ``pattern`` meets ``path``. Each of its parts is found where it comes first, so that none takes long."""
    ends = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = parts.pop() if parts and ends else ""
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if not ends:
        return True
    return len(path) - len(last) >= at and path.endswith(last) if "*" in pattern else at == len(path)
