"""Links: the canonical form of an address, so that two spellings of one page are one page. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_MOST = 4_096  # characters of an address
# Parameters that say where a reader came from, not what is read.
_TRACKING = re.compile(
    r"(?:utm_\w+|hsa_\w+|pk_\w+|mtm_\w+|at_(?:medium|campaign|link_\w+|format|ptr_name|bbc_team)|mc_[ce]id|_hs(?:enc|mi)"
    r"|(?:fb|g|d|y|ms|tt|li_fat_|wbra|gbra|tw)cl(?:id|kid)|li_fat_id|[gw]braid|igsh(?:id)?|_g[al]|cmp(?:id)?|ocid|smid|smtyp"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|wt[._](?:mc|zmc)(?:[._]\w+)?|xtor|ftag|ncid|s_cid|sr_share|ito|icid"
    r"|soc_(?:src|trk)|guccounter|__twitter_impression|ref_src|rss_?id|feed_?id)",
    re.IGNORECASE,
)
_FROM_FEED = re.compile(
    r"(?:ref|source|src|from|partner|traffic_source|via)=(?:rss|feed|atom)s?(?:\W.*)?", re.IGNORECASE
)
_HOME = re.compile(r"/?(?:index\.(?:html?|php|aspx?|jsp)|home|default\.aspx?|rss|feeds?|news|atom)?/?", re.IGNORECASE)
_ESCAPE = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
# An address that is its own canonical form, as most are: nothing in it can be written in two ways.
_LABEL = r"[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)"
_PLAIN = re.compile(rf"https?://((?:{_LABEL}\.){{1,8}}[a-z]{{2,24}})((?:/(?!\.)[\w.~-]{{0,200}}){{1,20}})", re.ASCII)


def is_plain(url: str) -> bool:
    """Whether ``url`` is an absolute address that nothing can be resolved in or written in another way."""
    return _PLAIN.fullmatch(url) is not None


def canonical(url: str) -> str:
    """Return the one spelling of an http or https address, "" for anything else.

    Host in lower case, without default port, credentials and fragment; parameters sorted, those
    that only track taken out; escapes in one form (w3lib).
    """
    return url if _PLAIN.fullmatch(url) else _canonical(url)


@lru_cache(maxsize=4_096)
def _canonical(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in _PORTS or not parts.hostname or len(url) > _MOST:
            return ""
        plain = parts._replace(netloc=_host(parts), query=_without_tracking(parts.query), fragment="")
        return str(canonicalize_url(urlunsplit(plain), keep_blank_values=True, keep_fragments=False))
    except ValueError:  # also UnicodeError: a host or an escape that no browser would take
        return ""


def unescaped(text: str) -> str:
    """Return ``text`` without XML escapes: writers escape twice, and lenient readers leave what strict ones undo.

    Only with their semicolon: "&copy=1" is a parameter, not a sign.
    """
    for _ in range(3 if "&" in text else 0):
        text, before = _ESCAPE.sub(lambda m: unescape(m[0]), text), text
        if text == before:
            break
    return text


def key_of(url: str) -> str:
    """Return what identifies ``url`` within one feed: without scheme and "www.", which sites change at will.

    "" for what is no page's address: a site's front page names no item.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return "" if _HOME.fullmatch(plain[2]) else plain[1].removeprefix("www.") + plain[2].rstrip("/")
    page = canonical(url)
    parts = urlsplit(page)
    if not page or (not parts.query and _HOME.fullmatch(parts.path)):
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    port = parts.port
    shown = f"[{host}]" if ":" in host else host
    return shown if port in (None, _PORTS[parts.scheme.lower()]) else f"{shown}:{port}"


def _without_tracking(query: str) -> str:
    kept = (p for p in query.split("&") if not _TRACKING.fullmatch(p.partition("=")[0]))
    return "&".join(p for p in kept if not _FROM_FEED.fullmatch(p))
