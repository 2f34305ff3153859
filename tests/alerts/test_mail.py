"""Mails taken apart again by a reader's own parser: what was meant is there, and nothing else."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.channels.mail import build, domain_of
from monitor.alerts.clean import header
from monitor.model.delivery import Message, SmtpChannel
from tests.alerts.hostile import HOSTILE

AT = datetime(2025, 3, 18, 12, 4, 5, tzinfo=UTC)
CHANNEL = SmtpChannel("mail", "mail.example", "Storywatch <watch@desk.example>", ("editor@desk.example",))
MESSAGE = Message(
    "5f2c0d9ab1", "Trump Moscow visit: Kremlin invites Trump [NEWS]", "Plain – text\n", "<p>Marked – up</p>", "", {},
    thread="thread.storyline.visit", list_id="storyline.visit", title="Trump Moscow visit",
)  # fmt: skip
HEADERS = [
    "Subject", "From", "To", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Importance",
    "Auto-Submitted",
    "MIME-Version", "Content-Type",
]  # fmt: skip


def parsed(message: Message = MESSAGE, channel: SmtpChannel = CHANNEL) -> EmailMessage:
    mail = email.message_from_bytes(build(message, channel, AT), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_has_exactly_the_intended_headers() -> None:
    mail = parsed()
    assert mail.keys() == HEADERS
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"] == "Storywatch <watch@desk.example>"
    assert mail["Message-ID"] == "<5f2c0d9ab1@desk.example>"
    assert mail["References"] == mail["In-Reply-To"] == "<thread.storyline.visit@desk.example>"
    assert mail["List-Id"] == '"Trump Moscow visit" <storyline.visit.desk.example>'
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(str(mail["Date"])) == AT


def test_a_mail_has_text_before_html_and_both_say_what_was_composed() -> None:
    mail = parsed()
    parts = [(p.get_content_type(), p.get_content().replace("\r\n", "\n")) for p in mail.iter_parts()]
    assert parts == [("text/plain", "Plain – text\n"), ("text/html", "<p>Marked – up</p>\n")]


def test_every_line_is_short_ascii_and_ends_as_mail_does() -> None:
    content = build(replace(MESSAGE, subject="Ж" * 150, text="Ж" * 5000, html="<p>" + "x" * 5000), CHANNEL, AT)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 78


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_every_field_adds_no_header_and_no_body(text: str) -> None:
    message = replace(MESSAGE, subject=text, title=text, key=text, thread=f"thread.{text}", list_id=text or "x")
    _as_intended(message, replace(CHANNEL, unsubscribe="off@desk.example"))


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=200), st.text(alphabet="=?utf-8qb_0dax\r\n: ЖàB", max_size=80))
def test_no_text_adds_a_header_or_a_body(text: str, shaped: str) -> None:
    for words in (text, shaped, text + shaped, shaped + text):
        _as_intended(replace(MESSAGE, subject=words, title=words, key=words), CHANNEL)


def _as_intended(message: Message, channel: SmtpChannel) -> None:
    mail = parsed(message, channel)
    assert [k for k in list(mail) if k != "List-Unsubscribe"] == HEADERS
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not mail.defects
    assert str(mail["Subject"]) == header(message.subject)
    assert str(mail["Message-ID"]).endswith("@desk.example>")
    assert str(mail["To"]) == "editor@desk.example"


@pytest.mark.parametrize(
    "subject",
    [
        "Kremlin invites Trump [NEWS]",
        "Кремль: приглашение Трампу передано [NEWS]",
        "克里姆林宫邀请 [NEWS]",
        "🇺🇸🤝🇷🇺 – «x»",
    ],
)
def test_a_subject_in_any_script_comes_out_as_it_went_in(subject: str) -> None:
    assert parsed(replace(MESSAGE, subject=subject))["Subject"] == subject


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="аж中é😀a-.:,", min_size=1, max_size=14), min_size=1, max_size=30))
def test_no_space_of_a_folded_subject_or_name_is_lost(words: list[str]) -> None:
    """Python's own folding loses those between two encoded words."""
    said = " ".join(words)[:150].strip()
    name = " ".join("".join(c for c in word if c.isalpha()) for word in words)[:100]
    content = build(replace(MESSAGE, subject=said), replace(CHANNEL, sender=f'"{name}" <w@desk.example>'), AT)
    assert str(parsed(replace(MESSAGE, subject=said))["Subject"]) == said
    sender = email.message_from_bytes(content, policy=policy.compat32)["From"]  # the newer one gains spaces in names
    assert str(make_header(decode_header(sender))).split()[:-1] == name.split()


def test_a_senders_name_is_kept_from_becoming_more_than_a_name() -> None:
    mail = parsed(channel=replace(CHANNEL, sender="=?utf-8?q?x=0d=0aBcc:_evil?= Новости <watch@desk.example>"))
    assert list(mail) == HEADERS
    assert mail["From"].addresses[0].addr_spec == "watch@desk.example"


def test_the_message_id_depends_on_the_key_alone() -> None:
    again = email.message_from_bytes(build(MESSAGE, CHANNEL, datetime(2026, 1, 1, tzinfo=UTC)), policy=policy.default)
    assert again["Message-ID"] == parsed()["Message-ID"]
    assert parsed(replace(MESSAGE, key="other"))["Message-ID"] != parsed()["Message-ID"]


def test_long_names_do_not_tear_identifiers() -> None:
    channel = replace(CHANNEL, sender="watch@" + ".".join(["a-rather-long-label"] * 6) + ".example")
    mail = parsed(replace(MESSAGE, key="k" * 300, thread="thread." + "s" * 200, list_id="t" * 200), channel)
    for name in ("Message-ID", "References", "In-Reply-To"):
        assert str(mail[name]).startswith("<"), name
        assert str(mail[name]).endswith(f"@{domain_of(channel)}>"), name
        assert " " not in str(mail[name]), name


@pytest.mark.parametrize("unsubscribe", ["off@desk.example", "mailto:off@desk.example", "Off <off@desk.example>"])
def test_all_recipients_are_named_and_a_way_out_where_there_is_one(unsubscribe: str) -> None:
    channel = replace(CHANNEL, to=("Editor <editor@desk.example>", "b@desk.example"), unsubscribe=unsubscribe)
    mail = parsed(channel=channel)
    assert mail["To"] == "Editor <editor@desk.example>, b@desk.example"
    assert mail["List-Unsubscribe"] == "<mailto:off@desk.example?subject=unsubscribe>"


def test_a_message_without_thread_or_list_has_no_such_headers() -> None:
    keys = parsed(replace(MESSAGE, thread="", list_id="")).keys()
    assert not {"References", "In-Reply-To", "List-Id"} & set(keys)


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("a@desk.example", "desk.example"),
        ("A <a@новости.example>", "xn--b1amnebsh.example"),
        ("nobody", "storywatch.invalid"),
        ("a@" + "x" * 70 + ".example", "storywatch.invalid"),
    ],
)
def test_the_domain_is_the_senders(sender: str, domain: str) -> None:
    assert domain_of(replace(CHANNEL, sender=sender)) == domain
