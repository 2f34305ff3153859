"""Clean: feed text and links made fit for messages. What comes out of here is text; escaping is the template's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from monitor.lang.safe import one_line

_SAFE = "%/:=&?~#+!$,;'@()*[]"  # RFC 3986's reserved and unreserved characters stay as they are
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_LINK = 2000
_SHORTEST_SECRET = 8  # characters; what is shorter would take harmless words with it
_BETWEEN = re.compile(r"[/:@?&=#;, ]+")


def text(value: str, limit: int = 300) -> str:
    """One printable line of at most ``limit`` characters, without controls, bidi marks and lone surrogates."""
    return one_line(value, limit)


def header(value: str, limit: int = 150) -> str:
    """One line for a mail header: nothing in it can be taken for an encoded word (CVE-2024-6923)."""
    line = one_line(value, 4 * limit)
    while "=?" in line or "?=" in line:
        line = line.replace("=?", "= ?").replace("?=", "? =")
    return one_line(line, limit)


def link(url: str) -> str:
    """``url`` in ASCII where it is an http or https address without credentials, else ""."""
    if len(url) > _LONGEST_LINK or any(c.isspace() or not c.isprintable() for c in url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    place = f"[{host}]" if ":" in host else host
    return quote(parts._replace(scheme=parts.scheme.lower(), netloc=f"{place}{port}").geturl(), safe=_SAFE)


def label(name: str) -> str:
    """``name`` as a part of a Message-ID or List-Id (RFC 5322 dot-atom, RFC 2919): distinct names stay distinct."""
    folded = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    if folded == name and _LABEL.fullmatch(name):
        return name
    mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{folded}-{mark}".strip("-")


def secrets_in(address: str) -> tuple[str, ...]:
    """The parts of a channel's ``address`` that may be secret: all but its scheme and the name of its host."""
    rest = address.partition("://")[2]
    host = next(iter(_BETWEEN.split(rest.split("/")[0].rpartition("@")[2])))
    named = host.lower() if "." in host or host == "localhost" else ""
    parts = [part for part in _BETWEEN.split(rest) if part.lower() != named]
    return tuple(dict.fromkeys((*parts, *map(unquote, parts))))


def masked(said: str, secrets: Iterable[str]) -> str:
    """``said`` without the ``secrets``, in whatever case: who is sent one may repeat it in an answer."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            said = re.sub(re.escape(secret), "***", said, flags=re.IGNORECASE)
    return said
