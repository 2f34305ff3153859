"""Redirects: followed by us, so that each hop is judged and secrets stay where they belong."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

MAX_REDIRECTS = 5
REDIRECT = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
# What may be told to another origin than the one a person configured; all else may hold a secret.
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "if-modified-since", "if-none-match"}
)
_MAX_URL = 4_096


def checked_url(url: str) -> httpx.URL:
    """Return ``url`` read; raises httpx.InvalidURL unless it is an http or https address with a host."""
    if len(url) > _MAX_URL:
        raise httpx.InvalidURL("too long")
    read = httpx.URL(url.strip())
    if read.scheme not in ("http", "https") or not read.host or not 0 < (read.port or 80) < 65_536:
        raise httpx.InvalidURL("neither http nor https")
    return read


def same_origin(old: httpx.URL, new: httpx.URL) -> bool:
    """Whether ``new`` may see what was meant for ``old``: same host and port, or that host's https."""
    if old.host != new.host:
        return False
    if (old.scheme, old.port) == (new.scheme, new.port):
        return True
    return (old.scheme, old.port, new.scheme, new.port) == ("http", None, "https", None)


def _bare(url: httpx.URL) -> httpx.URL:
    """Return ``url`` without what is not asked for: credentials and fragment."""
    return url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url


class Trail:
    """The way of one GET through its redirects."""

    def __init__(self, start: httpx.URL, headers: Mapping[str, str]) -> None:
        """Begin at ``start`` with the caller's ``headers``."""
        self.url = _bare(start)
        self.headers = dict(headers)
        self._seen = {str(self.url)}
        self._permanent = True
        self._moved = ""

    @property
    def permanent_url(self) -> str:
        """Where permanent redirects, unbroken from the start, led; "" without one."""
        return self._moved

    def step(self, status: int, location: str) -> str:
        """Go to ``location``; return why that is refused, or ""."""
        try:
            target = _bare(checked_url(str(self.url.join(location))))
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return "redirected to something that is no http or https address"
        if str(target) in self._seen:
            return "redirected in a circle"
        if not same_origin(self.url, target):
            self.headers = {k: v for k, v in self.headers.items() if k.lower() in _HARMLESS}
        # A step back from https to http is followed, but not remembered.
        downgraded = self.url.scheme == "https" and target.scheme == "http"
        self._permanent = self._permanent and status in _PERMANENT and not downgraded
        self._moved = str(target) if self._permanent else self._moved
        self._seen.add(str(target))
        self.url = target
        return ""
