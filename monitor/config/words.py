"""Words: kinds of text that name something: languages, time zones, addresses, feeds, routes ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from monitor.config.kinds import Wrong, nearest, text_kind
from monitor.model.development import Reason, Signal
from monitor.model.storyline import Sensitivity

# ISO 639-1.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split())
SECURITY = frozenset({"starttls", "tls", "none"})
_MAIL_ALLOWED = 'an e-mail address, as in "desk@mail.example" or "The desk <desk@mail.example>"'
TOLD = frozenset([*Reason, *Signal])
PHRASE = "{phrase}"  # what a search address holds in place of a rule's phrase
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FEED_NAME = re.compile(r"[^\W_][\w.+&-]*(?: [\w.+&-]+)*(?:/[\w.+&-]+(?: [\w.+&-]+)*)*")
_MAIL = re.compile(r"(?:[^<>@\s,;:\"\\][^<>@,;:\"\\]* )?<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;\"]+@[^\s<>@,;\"]+")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2: token


def plain(text: str) -> str:
    """Return ``text`` with its white space folded; raise Wrong when it is empty or holds control characters."""
    if _CONTROL.search(text):
        raise Wrong("text without control characters")
    folded = " ".join(text.split())
    if not folded:
        raise Wrong("text that is not empty", "leave the key out instead")
    return folded


def _language(text: str) -> str:
    if text not in LANGUAGES:
        short = re.split(r"[-_]", text.strip().lower())[0]
        known = {"ua": "uk", "cn": "zh", "jp": "ja", "gr": "el", "cz": "cs", "dk": "da", "se": "sv", "kr": "ko"}
        meant = short if short in LANGUAGES and short != text else known.get(short, "")
        raise Wrong('a two-letter language code (ISO 639-1), as in "en"', f'did you mean "{meant}"?' if meant else "")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        zones = available_timezones()
        close = nearest(text, zones) or nearest(f"Europe/{text}", zones)
        raise Wrong('the name of a time zone, as in "Europe/London" or "UTC"', close) from None
    return text


_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,4})?/[A-Za-z0-9./~%?=&,_-]*").fullmatch


def web_address(text: str) -> str:
    """Return an http or https address; raise Wrong. Credentials do not belong into it."""
    if _PLAIN_ADDRESS(text):
        return text  # ten thousand are read at a start
    allowed = 'a web address, as in "https://wire.example/rss"'
    if _CONTROL.search(text) or re.search(r"\s", text):
        raise Wrong(allowed, "white space in an address is written %20")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Wrong(allowed) from None
    if parts.scheme not in ("http", "https") or not host:
        raise Wrong(allowed, "it begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise Wrong("an address without user and password", 'use user = "..." and password_file = "..."')
    return text


def _search(text: str) -> str:
    if PHRASE not in text:
        raise Wrong(f"a web address with {PHRASE} where each rule's phrase is to stand")
    web_address(text.replace(PHRASE, "phrase"))
    return text


def _cron(text: str) -> str:
    from cronsim import CronSim, CronSimError

    allowed = 'five cron fields: minute, hour, day, month, weekday, as in "0 7 * * *" (every day at 7)'
    if len(text.split()) != 5:
        raise Wrong(allowed)
    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):  # not cron, or a day that never comes
        raise Wrong(allowed) from None
    return " ".join(text.split())


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise Wrong('a network, as in "127.0.0.0/8" or "fd00::/8"') from None


def listener(text: str) -> str:
    """Return where to listen: loopback, or a unix socket; raise Wrong: only this machine may reach a listener."""
    if text == "" or re.fullmatch(r"unix:/[^\x00]+", text):
        return text
    allowed = 'a loopback address and port or a unix socket, as in "127.0.0.1:8710" or "unix:/run/storywatch/page"'
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise Wrong(allowed)
    try:
        local = host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Wrong(allowed, "for others, put a web server with TLS and a login in front of it")
    return text


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise Wrong(f"one of {', '.join(sorted(known))}", nearest(text, known))
        return text

    return read


def _sensitivity(text: str) -> Sensitivity:
    return Sensitivity(_one_of([*Sensitivity])(text))


def _matching(pattern: re.Pattern[str], allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise Wrong(allowed)
        return text

    return read


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise Wrong("the name of an HTTP header")
    if text.lower() in ("authorization", "proxy-authorization"):
        raise Wrong("a header that is no secret", "put the secret into a file and name it with token_file")
    return text


def _feed_name(text: str) -> str:
    if not _FEED_NAME.fullmatch(text) or len(text) > 120:
        raise Wrong('a name of letters, digits, spaces and . - + &, in folders if you like, as in "world/wire"')
    if text.startswith("search/"):
        raise Wrong("another folder: search/ is kept for the feeds that `searches` builds")
    return text


def _glob(text: str) -> str:
    if not 0 < len(text) <= 200:
        raise Wrong('a feed\'s name or a pattern of names, as in "world/*"')
    return text


def without_repeats(values: list[str]) -> list[str]:
    """Refuse a list that names the same thing twice."""
    for number, value in enumerate(values):
        if value in values[:number]:
            raise Wrong(f"each only once; {value} stands there twice")
    return values


_WORD = "text in quotes"
Text = Annotated[str, text_kind(plain, _WORD)]
Language = Annotated[
    str, text_kind(_language, 'a language code, as in "en"', pattern="^[a-z]{2}$", examples=["en", "ru"])
]
TimeZone = Annotated[str, text_kind(_timezone, "the name of a time zone", examples=["Europe/London", "UTC"])]
Address = Annotated[
    str, text_kind(web_address, "a web address", pattern="^https?://", examples=["https://wire.example/rss"])
]
Search = Annotated[str, text_kind(_search, "a web address", pattern=r"^https?://.*\{phrase\}")]
Cron = Annotated[str, text_kind(_cron, "five cron fields in quotes", examples=["0 7 * * *"])]
Network = Annotated[str, text_kind(_network, "a network in quotes", examples=["127.0.0.0/8"])]
Listen = Annotated[str, text_kind(listener, "an address and port in quotes", examples=["127.0.0.1:8710"])]
Told = Annotated[str, text_kind(_one_of(TOLD), "a reason or a signal", enum=sorted(TOLD))]
Security = Annotated[str, text_kind(_one_of(SECURITY), _WORD, enum=sorted(SECURITY))]
Sensitive = Annotated[Sensitivity, text_kind(_sensitivity, _WORD, enum=[*Sensitivity])]
Name = Annotated[
    str, text_kind(_matching(_NAME, 'a name of letters, digits, "-" and "_"'), _WORD, pattern=f"^{_NAME.pattern}$")
]
FeedName = Annotated[str, text_kind(_feed_name, "a name in quotes", examples=["world/wire"])]
Glob = Annotated[str, text_kind(_glob, "a pattern of feed names in quotes", examples=["world/*"])]
Mail = Annotated[str, text_kind(_matching(_MAIL, _MAIL_ALLOWED), _MAIL_ALLOWED, examples=["desk@mail.example"])]
Header = Annotated[str, text_kind(_header, "the name of an HTTP header")]
