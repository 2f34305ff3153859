"""The display: readable and plain without a terminal, coloured and cut on one, and never fooled by feed text."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from monitor.demo.closing import closing
from monitor.demo.events import (
    AlertMade,
    Closing,
    Developed,
    Event,
    FeedTrouble,
    ItemCame,
    ItemHeld,
    ItemMatched,
    Quality,
    SendingEnded,
)
from monitor.demo.show import Printer, key, lines

AT = datetime(2025, 2, 12, 17, 13, tzinfo=UTC)
SLUG = "trump-moscow-visit"
RUN = Closing(
    seconds=61.4, since=datetime(2025, 2, 11, tzinfo=UTC), until=datetime(2025, 5, 11, tzinfo=UTC), feeds=13,
    items=363, matches=140, developments=24, alerts=28, held=(("comment", 14), ("a repeat", 70)),
    sent=(("mail", 28), ("hook", 27)), undelivered=1, failing_polls=1,
    quality=Quality(0.9, 0.8, 0.847, 24, 23, 1, 0, ("D11-putin-sends-signals",)),
    paths=(
        ("database", Path("demo-run/storywatch.db")), ("configuration", Path("demo-run/storywatch.toml")),
    ),
)  # fmt: skip


def plain(event: Event) -> str:
    out = io.StringIO()
    Printer(out).event(event)
    return out.getvalue()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (ItemCame(AT, "Polaris", "Rail fares rise"), ["12 Feb 17:13 │    item  Polaris        Rail fares rise"]),
        (
            ItemMatched(AT, SLUG, 0.934, ("Trump", "Moskau"), "Nordfunk", "Trump in Moskau?"),
            [
                "12 Feb 17:13 │    0.93  Nordfunk       Trump in Moskau?",
                "             │                         trump-moscow-visit, met by Trump, Moskau",
            ],
        ),
        (
            ItemMatched(AT, SLUG, 0.4, (), "寰讯社", "特朗普", possible=True),
            [
                "12 Feb 17:13 │    0.40  寰讯社         特朗普",
                "             │                         perhaps trump-moscow-visit",
            ],
        ),
        (
            ItemHeld(AT, SLUG, "repeat of #2 (0.81)"),
            ["12 Feb 17:13 │    held                 repeat of #2 (0.81)"],
        ),
        (
            Developed(AT, SLUG, 2, "STAGE", "Visit planned", ("stage: planned", "date: 9 May")),
            [
                "12 Feb 17:13 │  new #2  STAGE          Visit planned",
                "             │                         + stage: planned; + date: 9 May",
            ],
        ),
        (
            AlertMade(AT, SLUG, "DENIED", "Trump denies", ("stage: cancelled",), "told at once", ("mail", "hook")),
            [
                "12 Feb 17:13 │ ▶ ALERT  DENIED         Trump denies",
                "             │          what is new    stage: cancelled",
                "             │          because        told at once",
                "             │          goes to        mail, hook",
            ],
        ),
        (
            AlertMade(AT, SLUG, "QUIET", "No news", (), "", ()),
            ["12 Feb 17:13 │ ▶ ALERT  QUIET          No news", "             │          goes to        nobody"],
        ),
        (SendingEnded(AT, "mail", True, "250 OK"), ["12 Feb 17:13 │    sent  mail           250 OK"]),
        (SendingEnded(AT, "hook", False, "503"), ["12 Feb 17:13 │  failed  hook           503"]),
        (FeedTrouble(AT, "broken/lantern", "torn"), ["12 Feb 17:13 │  feed !  lantern        torn"]),
        (FeedTrouble(AT, "lantern", "reads again", True), ["12 Feb 17:13 │ feed ok  lantern        reads again"]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_an_event_is_shown_in_aligned_plain_lines_without_a_terminal(event: Event, expected: list[str]) -> None:
    assert plain(event).splitlines() == expected


def test_a_title_longer_than_the_window_stays_whole_in_a_pipe_and_is_cut_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    event = ItemCame(AT, "Polaris", "word " * 30)
    out = io.StringIO()
    Printer(out, colour=True).event(event)
    assert "…" in out.getvalue()
    assert "…" not in plain(event)


def test_an_alert_stands_out_on_a_terminal_and_an_item_is_dim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    printer = Printer(out, colour=True)
    printer.event(AlertMade(AT, SLUG, "NEWS", "Trump", ("x",), "", ("mail",)))
    printer.event(ItemCame(AT, "Polaris", "Rail fares"))
    alert, *_, item = out.getvalue().splitlines()
    assert "\x1b[1;7;33m▶ ALERT" in alert
    assert "\x1b[2m" in item
    assert "\x1b[1" not in item


@given(text=st.text(), other=st.text())
def test_feed_text_never_reaches_the_terminal_as_control(text: str, other: str) -> None:
    events: list[Event] = [
        ItemCame(AT, text, other),
        ItemMatched(AT, text, 1.0, (other, text), text, other),
        ItemHeld(AT, text, other),
        Developed(AT, text, 1, other, text, (other,)),
        AlertMade(AT, text, other, text, (other, text), other, (text,)),
        SendingEnded(AT, text, True, other),
        FeedTrouble(AT, text, other),
    ]
    for event in events:
        shown = list(lines(event))
        written = plain(event)
        assert written.count("\n") == len(shown)
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E
                       for char in written.replace("\n", ""))  # fmt: skip


@given(tag=st.text(alphabet="aя寰の é", max_size=40), title=st.text(alphabet="ab寰", min_size=1, max_size=5))
def test_columns_stay_aligned_whatever_the_script(tag: str, title: str) -> None:
    (line,) = lines(ItemCame(AT, tag, title))
    before = "".join(text for text, _ in line[:-1])
    assert cell_len(before) == 12 + 3 + 7 + 2 + 14


def test_markup_of_the_library_in_a_title_is_just_text() -> None:
    assert "[bold red]x[/] :smile:" in plain(ItemCame(AT, "S", "[bold red]x[/] :smile:"))


def test_the_key_explains_every_mark_to_a_newcomer() -> None:
    out = io.StringIO()
    Printer(out).write(key())
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["item", "0.93", "held", "new", "▶"]


def test_the_summary_says_what_came_in_what_was_told_and_where_to_look() -> None:
    out = io.StringIO()
    Printer(out).write(closing(RUN))
    text = out.getvalue()
    assert "lived through 89 days in 61 seconds" in text
    assert "          alerts  28  (one for every 5.0 matching items)" in text
    assert "           feeds  13  (1 failed poll)" in text
    assert "    sent by mail  28" in text
    assert "   not delivered  1" in text
    assert text.index("70  a repeat") < text.index("14  comment")
    assert "precision 0.90, recall 0.80, F1 0.85" in text
    assert "23 of 24 developments told, 1 repeat, 0 false" in text
    assert "not told  D11-putin-sends-signals" in text
    assert str(Path("demo-run/storywatch.db")) in text
    assert f"page  storywatch serve --config {Path('demo-run/storywatch.toml')}" in text


def test_a_summary_of_nothing_says_so_without_empty_parts() -> None:
    at = datetime(2025, 2, 11, tzinfo=UTC)
    out = io.StringIO()
    Printer(out).write(closing(Closing(0.2, at, at, 0, 0, 0, 0, 0)))
    text = out.getvalue()
    assert "alerts  0\n" in text
    assert not any(part in text for part in ("Held back", "Measured", "Look at", "not delivered"))


def test_only_the_commonest_reasons_are_listed_and_the_rest_are_counted() -> None:
    at = datetime(2025, 2, 11, tzinfo=UTC)
    out = io.StringIO()
    held = tuple((f"reason {n}", n) for n in range(1, 12))
    Printer(out).write(closing(Closing(1, at, at, 1, 1, 1, 1, 1, held=held)))
    text = out.getvalue()
    assert "11  reason 11" in text
    assert "reason 3\n" not in text
    assert "6  other reasons" in text
