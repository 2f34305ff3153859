"""Messages as a person reads them, and as no attacker would like them."""

from __future__ import annotations

import email.policy
import html.parser
import json
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.channels.mail import build
from monitor.alerts.clean import header, label, link
from monitor.alerts.compose import View, compose, delta_text
from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.delivery import Message, SmtpChannel
from monitor.model.development import Change, Fact, Reason
from monitor.model.item import Item
from tests.alerts.hostile import HOSTILE, LINKS
from tests.alerts.schema import faults
from tests.alerts.telling import dead, development

AT = datetime(2025, 3, 18, 12, 4, tzinfo=UTC)
TITLES = {"visit": "Trump Moscow visit"}
CHANNEL = SmtpChannel("mail", "mail.example", "watch@desk.example", ("editor@desk.example",))
HEADERS = [
    "Subject", "From", "To", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Importance",
    "Auto-Submitted",
    "MIME-Version", "Content-Type",
]  # fmt: skip
FIGURE = Line(
    "visit", 4, "FIGURE", "Toll rises to 44, says governor", ("i1", "i2"), ("TASS", "Reuters"),
    delta=(Change(dead("44"), "36"), Change(Fact("stage", "stage", "confirmed", "confirmed"))),
    because="new: 0.09 < 0.16",
)  # fmt: skip
ITEMS = {
    "i1": Item("i1", "Toll rises to 44, says governor", AT, url="https://wire.example/1", source="TASS", lang="en"),
    "i2": Item("i2", "Число погибших выросло до 44", AT, url="https://news.example/2", source="Reuters", lang="ru"),
}
KNOWN = (development(1, reason=Reason.OPENED, headline="A strike hits the town"), development(3, headline="36 dead"))
VIEW = View(ITEMS, TITLES, {"visit": KNOWN}, "Europe/Moscow")


def alert(*lines: Line, kind: AlertKind = AlertKind.DEVELOPMENT, **more: str) -> Alert:
    storyline = "" if kind in (AlertKind.DIGEST, AlertKind.NOTICE) else "visit"
    return Alert("49448e1fe566", "desk", storyline, kind, AT, lines, **more)


def composed(told: Alert, view: View = VIEW, later: timedelta = timedelta(), **more: Path) -> Message:
    return compose(told, view, "key-1", sent_at=AT + later, **more)


def test_a_mail_says_what_is_new_why_who_what_was_known_when_and_why_you() -> None:
    message = composed(alert(FIGURE))
    assert message.subject == "Trump Moscow visit: Toll rises to 44, says governor [FIGURE]"
    assert message.text == (
        "Trump Moscow visit\n"
        "==================\n"
        "Tue 18 Mar 2025, 15:04 (Europe/Moscow)\n"
        "\n"
        "[FIGURE] Toll rises to 44, says governor\n"
        "  * New: 36 -> 44 dead\n"
        "    > At least 44 people died.\n"
        "  * New: stage: confirmed\n"
        "\n"
        "  Why now: a figure changed - new: 0.09 < 0.16\n"
        "  Reported by: TASS, Reuters\n"
        "  How sure: 2 independent sources\n"
        "  - TASS\n"
        "    https://wire.example/1\n"
        "  - Reuters: Число погибших выросло до 44\n"
        "    https://news.example/2\n"
        "\n"
        "What was known before\n"
        "  Tue 18 Mar 2025, 15:00  [NEWS] 36 dead\n"
        "  Tue 18 Mar 2025, 15:00  [OPENED] A strike hits the town\n"
        "\n"
        "-- \n"
        "Why you got this: The rule visit (Trump Moscow visit) sends this to the\n"
        "route desk.\n"
        "See more: storywatch explain alert 49448e1fe566\n"
    )
    assert message.console == (
        "Tue 18 Mar 2025, 15:04  FIGURE  Trump Moscow visit: Toll rises to 44, says governor\n"
        "    new   36 -> 44 dead\n"
        "    new   stage: confirmed\n"
        "    why   a figure changed - new: 0.09 < 0.16\n"
        "    from  TASS, Reuters (2 independent sources)\n"
        "    link  https://wire.example/1\n"
        "    more  storywatch explain alert 49448e1fe566"
    )
    assert (message.key, message.thread, message.list_id) == ("key-1", "thread.storyline.visit", "storyline.visit")


def test_html_says_the_same_with_the_new_value_marked() -> None:
    shown = composed(alert(FIGURE)).html
    assert "36 &rarr; <b>44 dead</b>" in shown
    text = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    for words in (
        "Why now: a figure changed",
        "Reported by: TASS, Reuters",
        "What was known before",
        "Tue 18 Mar 2025",
    ):
        assert words in text
    assert set(re.findall(r'href="([^"]+)"', shown)) == {"https://wire.example/1", "https://news.example/2"}
    assert "<script" not in shown
    assert "src=" not in shown


@pytest.mark.parametrize(
    ("line", "subject", "words"),
    [
        (replace(FIGURE, origins=("TASS",)), "[FIGURE]", "How sure: still one source\n"),
        (replace(FIGURE, origins=("TASS",), single_source=True), "[FIGURE, still one source]", "after the wait\n"),
        (replace(FIGURE, origins=()), "[FIGURE]", "Why now"),
    ],
)
def test_a_message_says_how_sure_it_is(line: Line, subject: str, words: str) -> None:
    message = composed(alert(line))
    assert message.subject.endswith(subject)
    assert words in message.text


def test_a_mail_has_a_small_chart_of_the_storylines_days_and_needs_nothing_from_outside() -> None:
    days = {date(2025, 3, 5) + timedelta(days=n): count for n, count in enumerate([0, 1, 4, 0, 0, 8])}
    message = composed(alert(FIGURE), replace(VIEW, days=days))
    assert "\nReports a day, 5 Mar to 10 Mar; most in a day: 8\n  ·▁▄··█\n" in message.text
    assert re.findall(r'<td width="12" height="(\d+)" bgcolor', message.html) == ["1", "4", "13", "1", "1", "25"]
    assert 'title="10 Mar: 8"' in message.html
    assert not re.search(r"<(img|link|script|iframe|svg|style)\b|url\(|src=", message.html)


@pytest.mark.parametrize("days", [{}, {date(2025, 3, 5): 3}, {date(2025, 3, 5): 0, date(2025, 3, 6): 0}])
def test_a_chart_of_nothing_is_no_chart(days: dict[date, int]) -> None:
    message = composed(alert(FIGURE), replace(VIEW, days=days))
    assert "Reports a day" not in message.text + message.html


def told_of(line: Line, state: LedgerState = LedgerState.TOLD) -> LedgerEntry:
    return LedgerEntry("desk", "visit", line.development, line.reason, state, AT, "told at once", line, "a1" * 6)


def test_a_correction_says_what_it_takes_back_and_answers_the_mail_that_told_it() -> None:
    before = replace(FIGURE, headline="Toll rises to 48")
    line = replace(FIGURE, development=5, reason="CORRECTED", delta=(Change(dead("44"), "48"),), corrects=4)
    view = replace(VIEW, corrected={("visit", 4): told_of(before)})
    message = replace(composed(alert(line), view), answers="key-0")
    assert message.subject.endswith("[CORRECTED]")
    said = "Corrects: Toll rises to 48 (told Tue 18 Mar 2025, 15:04)"
    assert said in message.text
    assert said in re.sub(r"<[^>]+>", "", message.html)
    assert "    was   Toll rises to 48 (told" in message.console
    mail = email.message_from_bytes(build(message, CHANNEL, AT), policy=email.policy.default)
    assert mail["In-Reply-To"] == "<key-0@desk.example>"
    assert mail["References"] == "<thread.storyline.visit@desk.example> <key-0@desk.example>"
    assert mail["Message-ID"] == "<key-1@desk.example>"
    (shown,) = message.payload["data"]["lines"]  # type: ignore[index]
    assert shown["corrects"] == {
        "development": 4, "alert": "a1" * 6, "headline": "Toll rises to 48", "told": "2025-03-18T12:04:00Z",
    }  # fmt: skip
    assert list(faults(message.payload)) == []


def test_what_is_corrected_before_it_was_told_is_named_without_a_moment() -> None:
    line = replace(FIGURE, development=5, reason="CORRECTED", corrects=4)
    waiting = replace(told_of(FIGURE, LedgerState.DIGEST), alert="")
    message = composed(alert(line), replace(VIEW, corrected={("visit", 4): waiting}))
    assert "Corrects: Toll rises to 44, says governor\n" in message.text
    assert list(faults(message.payload)) == []
    assert list(faults(composed(alert(line), View({}, {}, {})).payload)) == [], "what is gone is no error"


def test_a_report_taken_back_is_told_as_one() -> None:
    gone = Change(Fact("report", "report", "withdrawn", "withdrawn", "", "TASS"))
    message = composed(alert(replace(FIGURE, reason="CORRECTED", delta=(gone,))))
    assert "* New: withdrawn by TASS\n" in message.text
    assert "<b>withdrawn by TASS</b>" in message.html


def test_several_lines_are_counted_in_the_subject_and_a_catch_up_is_named() -> None:
    message = composed(alert(FIGURE, replace(FIGURE, development=5, reason="DENIED"), title="Catch-up", text="Late."))
    assert message.subject == (
        "Trump Moscow visit (catch-up): 2 developments: Toll rises to 44, says governor [FIGURE, DENIED]"
    )
    assert "\nLate.\n" in message.text
    assert message.text.count("[FIGURE] ") == message.text.count("[DENIED] ") == 1


def test_a_digest_groups_its_lines_by_storyline() -> None:
    other = replace(FIGURE, storyline="strike", reason="NEWS", headline="Pilots walk out", delta=())
    message = composed(alert(FIGURE, other, FIGURE, kind=AlertKind.DIGEST, text="3 more were left out."))
    assert message.subject == "Storywatch: Digest: 3 developments in 2 storylines"
    places = [message.text.index(t) for t in ("Trump Moscow visit\n-", "[FIGURE]", "strike\n-", "Pilots walk out")]
    assert places == sorted(places)
    assert message.text.count("[FIGURE]") == 2
    assert "3 more were left out." in message.text
    assert (message.thread, message.list_id) == ("thread.digest.desk", "digest.desk")


def test_a_notice_keeps_its_paragraphs() -> None:
    told = alert(
        kind=AlertKind.NOTICE, title="A delivery is dead", text="mail: 550 no such user\nSee: storywatch alerts"
    )
    message = composed(told)
    assert message.subject == "Storywatch: A delivery is dead"
    for words in ("mail: 550 no such user", "See: storywatch alerts"):
        assert words in message.text
        assert words in message.html
        assert words in message.console
        assert words in message.payload["data"]["text"].split("\n")  # type: ignore[index]
    assert "explain" not in message.text + message.html


@pytest.mark.parametrize(
    ("later", "said"), [(timedelta(minutes=5), False), (timedelta(hours=3), True), (timedelta(days=600), False)]
)
def test_a_message_that_comes_late_says_so(later: timedelta, said: bool) -> None:
    message = composed(alert(FIGURE), later=later)
    assert ("could be sent only 3 h later" in message.text) is said
    assert ("could be sent only" in message.html) is said


def test_items_that_are_gone_and_storylines_without_title_are_no_error() -> None:
    message = composed(alert(FIGURE), View({}, {}, {}))
    assert message.subject == "visit: Toll rises to 44, says governor [FIGURE]"
    assert "first development of this storyline" in message.text


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Change(dead("44"), "36"), "36 -> 44 dead"),
        (Change(dead("44")), "44 dead"),
        (Change(Fact("stage", "stage", "cancelled", ""), "planned"), "stage: planned -> cancelled"),
        (Change(Fact("stage", "stage", "denied", "", by="Kremlin"), "planned"), "stage: planned -> denied (Kremlin)"),
        (Change(Fact("date", "visit", "2025-05-09", "9 May"), ""), "visit: 2025-05-09"),
        (Change(Fact("name", "", "Ushakov", "Ushakov")), "name: Ushakov"),
    ],
)
def test_a_change_is_said_in_words(part: Change, words: str) -> None:
    assert delta_text([part]) == words
    assert delta_text([part, part]) == f"{words}; {words}"


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


def _hostile(text: str) -> tuple[Alert, View]:
    fact = Fact(text, text, text, text, text, text)
    line = Line("visit", 4, "NEWS", text, ("i1",), (text,), (Change(fact, text),), (fact,), because=text)
    item = Item("i1", text, AT, summary=text, url="https://wire.example/1", source=text, lang=text)
    known = (development(1, headline=text),)
    return alert(line, title=text, text=text), View({"i1": item}, {"visit": text}, {"visit": known}, "UTC")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", list(AlertKind))
def test_hostile_text_stays_text(text: str, kind: AlertKind) -> None:
    told, view = _hostile(text)
    _stays_text(composed(replace(told, kind=kind), view))


def test_feed_text_is_no_template() -> None:
    message = composed(*_hostile("{{ 7 * 7 }} {% if x %}"))
    for words in (message.subject, message.text, message.html, message.console):
        assert "{{ 7 * 7 }} {% if x %}" in words


@given(st.text(max_size=400))
def test_any_text_stays_text(text: str) -> None:
    _stays_text(composed(*_hostile(text)))


@pytest.mark.shared
def test_the_naughty_strings_of_the_world_stay_text(shared: Path) -> None:
    strings = json.loads((shared / "corpora/blns/raw/blns.json").read_text("utf-8"))
    assert len(strings) > 400
    for text in strings:
        told, view = _hostile(text)
        message = composed(told, view)
        _stays_text(message)
        channel = SmtpChannel("mail", "mail.example", "watch@desk.example", ("editor@desk.example",))
        mail = email.message_from_bytes(build(message, channel, AT), policy=email.policy.default)
        assert list(mail) == HEADERS
        assert not mail.defects


@cache
def _usual() -> _Tags:
    usual = _Tags()
    usual.feed(composed(*_hostile("x")).html)
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
    told, view = _hostile("x")
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


def test_a_users_template_replaces_ours_and_their_words_too(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("{{ a.lines[0].headline }} / {{ say.reason('FIGURE') }}\n")
    (tmp_path / "words.toml").write_text('[en.reasons]\nFIGURE = "numbers moved"\n')
    message = composed(alert(FIGURE), templates=tmp_path)
    assert message.text == "Toll rises to 44, says governor / numbers moved\n"
    assert "Why now" in message.html


def test_changed_words_and_templates_count_at_once(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    for number, said in enumerate(("numbers moved", "figures move", "[en.reasons", "numbers again")):
        file.write_text(f'[en.reasons]\nFIGURE = "{said}"\n' if said[0] != "[" else said)
        os.utime(file, ns=(number * 10**9, number * 10**9))  # two edits within a clock's tick are two
        expected = said if said[0] != "[" else "a figure changed"
        assert f"Why now: {expected}" in composed(alert(FIGURE), templates=tmp_path).text
    file.unlink()
    assert "Why now: a figure changed" in composed(alert(FIGURE), templates=tmp_path).text


@pytest.mark.parametrize(
    "template",
    [
        "{{ nonsense }}",
        "{% if %}",
        "{{ a.lines[99].headline }}",
        "{{ 1 / 0 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ a.__init__.__globals__ }}",
        "{{ say.say.__globals__['tomllib'] }}",
        "{% include '/etc/passwd' %}",
        "{% for x in range(10 ** 9) %}{% endfor %}",
    ],
)
def test_a_users_broken_or_wicked_template_gives_way_to_ours(tmp_path: Path, template: str) -> None:
    (tmp_path / "mail.txt").write_text(template)
    message = composed(alert(FIGURE), templates=tmp_path)
    assert "[FIGURE] Toll rises to 44" in message.text
    assert "A template of yours failed" in message.text


@pytest.mark.parametrize("spoilt", ["[en", '[en]\ndays = ["Mon"]', "[en]\nreasons = 3", "[en]\ndays = 3"])
def test_a_users_broken_words_give_way_to_ours(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "words.toml").write_text(spoilt)
    message = composed(alert(FIGURE), templates=tmp_path)
    assert "[FIGURE] Toll rises to 44" in message.text
    assert "A template of yours failed" in message.text


def test_the_payload_is_the_same_on_every_attempt_and_follows_its_schema() -> None:
    first, later = composed(alert(FIGURE)), composed(alert(FIGURE), later=timedelta(hours=40))
    assert first.payload == later.payload
    assert list(faults(first.payload)) == []


def test_a_great_digest_is_cut_to_size_and_says_so() -> None:
    wordy = replace(FIGURE, headline="Wörter " * 60, because="Gründe " * 60, items=tuple(f"i{n}" for n in range(40)))
    items = {f"i{n}": replace(ITEMS["i1"], id=f"i{n}", title="Ж" * 400) for n in range(40)}
    told = alert(*[replace(wordy, development=n) for n in range(1, 51)], kind=AlertKind.DIGEST)
    body = composed(told, replace(VIEW, items=items)).payload
    assert list(faults(body)) == []
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 20_000
    data = body["data"]
    assert isinstance(data, dict)
    assert data["lines_total"] == 50
    assert data["lines"][0]["items_total"] == 40


@pytest.mark.parametrize("kind", [AlertKind.DIGEST, AlertKind.NOTICE])
def test_the_worst_that_feeds_can_send_stays_under_the_size(kind: AlertKind) -> None:
    told, view = _hostile("🕊" * 3000)
    lines = tuple(replace(told.lines[0], development=n) for n in range(1, 51))
    items = {"i1": replace(view.items["i1"], url="https://wire.example/" + "x" * 1900)}
    worst = replace(told, kind=kind, lines=lines, text="🕊" * 900 + "\n🕊" * 90)
    body = composed(worst, replace(view, items=items)).payload
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 20_000
    assert list(faults(body)) == []


@pytest.mark.parametrize(
    "spoil",
    [{"type": "storywatch.other"}, {"timestamp": "yesterday"}, {"data": {"version": 2}}, {"extra": 1}, {"data": None}],
)
def test_the_schema_check_can_fail(spoil: dict[str, object]) -> None:
    assert list(faults({**composed(alert(FIGURE)).payload, **spoil}))


def test_the_example_in_the_manual_follows_the_schema() -> None:
    manual = (Path(__file__).parents[2] / "docs/webhook.md").read_text("utf-8")
    example = re.search(r"^    \{\n(?:    .*\n)+?    \}\n", manual, re.MULTILINE)
    assert example is not None
    assert list(faults(json.loads(example.group()))) == []


def test_a_channels_own_template_goes_before_the_general_one(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("general {{ a.title }}")
    (tmp_path / "pager").mkdir()
    (tmp_path / "pager" / "mail.txt").write_text("pager {{ a.title }}")
    assert composed(alert(FIGURE), templates=tmp_path, channel="pager").text.startswith("pager ")
    assert composed(alert(FIGURE), templates=tmp_path, channel="mail").text.startswith("general ")
    assert "general" not in composed(alert(FIGURE), templates=tmp_path, channel="pager").html
