"""Messages as a person reads them."""

from __future__ import annotations

import email.policy
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.alerts.channels.mail import build
from monitor.alerts.compose import View, delta_text
from monitor.model.alert import AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.development import Change, Fact
from tests.alerts.composing import AT, CHANNEL, FIGURE, VIEW, alert, composed
from tests.alerts.schema import faults
from tests.alerts.telling import dead


def test_a_mail_says_what_is_new_why_who_what_was_known_when_and_why_you() -> None:
    message = composed(alert(FIGURE))
    assert message.subject == "Trump Moscow visit: Toll rises to 44, says governor [FIGURE]"
    assert message.text == (
        "Trump Moscow visit\n"
        "==================\n"
        "Tue 18 Mar 2025, 15:04 (Europe/Moscow)\n"
        "\n"
        "[FIGURE] Toll rises to 44, says governor\n"
        "  * NEW 36 -> 44 dead\n"
        "    > At least 44 people died.\n"
        "  * NEW stage: confirmed\n"
        "\n"
        "  Why now: a figure changed - 0.09 < 0.16\n"
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
        "    why   a figure changed - 0.09 < 0.16\n"
        "    from  TASS, Reuters (2 independent sources)\n"
        "    link  https://wire.example/1\n"
        "    more  storywatch explain alert 49448e1fe566"
    )
    assert (message.key, message.thread, message.list_id) == ("key-1", "thread.storyline.visit", "storyline.visit")


def test_one_report_is_named_once_and_a_rule_without_a_title_too() -> None:
    line = replace(
        FIGURE, items=("i1",), origins=("TASS",), because="new: alike 0.04, under 0.20 (nearest #3, 2 h ago)"
    )
    text = composed(alert(line), replace(VIEW, storylines={})).text
    assert "  Reported by: TASS\n  How sure: still one source\n    https://wire.example/1\n" in text
    assert "unlike all that was told: likeness 0.04, a\n  repeat begins at 0.20\n" in text
    assert "The rule visit sends this to the route desk." in text


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
    assert "* NEW withdrawn by TASS\n" in message.text
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
