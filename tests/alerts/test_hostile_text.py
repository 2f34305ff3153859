"""Messages as no attacker would like them: text stays text, links are honest, headers are single."""

from __future__ import annotations

import email.policy
import html.parser
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.channels.mail import build
from monitor.alerts.clean import header, label, link
from monitor.model.alert import AlertKind
from monitor.model.delivery import Message, SmtpChannel
from tests.alerts.composing import AT, HEADERS, composed, hostile
from tests.alerts.hostile import HOSTILE, LINKS
from tests.alerts.schema import faults


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", list(AlertKind))
def test_hostile_text_stays_text(text: str, kind: AlertKind) -> None:
    told, view = hostile(text)
    _stays_text(composed(replace(told, kind=kind), view))


def test_feed_text_is_no_template() -> None:
    message = composed(*hostile("{{ 7 * 7 }} {% if x %}"))
    for words in (message.subject, message.text, message.html, message.console):
        assert "{{ 7 * 7 }} {% if x %}" in words


@given(st.text(max_size=400))
def test_any_text_stays_text(text: str) -> None:
    _stays_text(composed(*hostile(text)))


@pytest.mark.shared
def test_the_naughty_strings_of_the_world_stay_text(shared: Path) -> None:
    strings = json.loads((shared / "corpora/blns/raw/blns.json").read_text("utf-8"))
    assert len(strings) > 400
    for text in strings:
        told, view = hostile(text)
        message = composed(told, view)
        _stays_text(message)
        channel = SmtpChannel("mail", "mail.example", "watch@desk.example", ("editor@desk.example",))
        mail = email.message_from_bytes(build(message, channel, AT), policy=email.policy.default)
        assert list(mail) == HEADERS
        assert not mail.defects


@cache
def _usual() -> _Tags:
    usual = _Tags()
    usual.feed(composed(*hostile("x")).html)
    return usual


def _stays_text(message: Message) -> None:
    usual, shown = _usual(), _Tags()
    shown.feed(message.html)
    assert set(shown.tags) <= {*usual.tags, "li", "ul", "span"}
    assert shown.attributes <= usual.attributes
    assert shown.links <= {"https://wire.example/1"}
    assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", message.subject)
    assert "=?" not in message.subject
    assert len(message.subject) <= 150
    for words in (message.text, message.console, message.html):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", words)
    body = json.dumps(message.payload, ensure_ascii=False)
    assert len(body.encode()) < 20_000
    assert list(faults(message.payload)) == []


@pytest.mark.parametrize("url", LINKS)
def test_only_honest_web_addresses_become_links(url: str) -> None:
    assert link(url) == ""
    told, view = hostile("x")
    items = {"i1": replace(view.items["i1"], url=url)}
    assert "href" not in composed(told, replace(view, items=items)).html


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://wire.example/a?b=c&d=%20#e", "https://wire.example/a?b=c&d=%20#e"),
        ("HTTPS://Wire.Example:8443/A", "https://wire.example:8443/A"),
        ("https://wire.example/привет", "https://wire.example/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82"),
        ("https://пример.example/", "https://xn--e1afmkfd.example/"),
        ('https://wire.example/"><b>', "https://wire.example/%22%3E%3Cb%3E"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x"),
    ],
)
def test_links_are_shown_in_plain_ascii(url: str, shown: str) -> None:
    assert link(url) == shown


@given(st.text(max_size=200))
def test_labels_fit_headers_and_stay_distinct(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", label(name))
    assert len(label(name)) <= 70
    assert label(name) == name or label(name) != label(label(name) + " ")


@given(st.text(alphabet="=? a", max_size=60))
def test_no_header_value_looks_like_an_encoded_word(value: str) -> None:
    assert "=?" not in header(value)
    assert "?=" not in header(value)
