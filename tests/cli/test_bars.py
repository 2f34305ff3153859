"""Charts in the terminal: every item and development is counted once, nothing is too wide, pipes get none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import bars, show
from monitor.cli.show import Span

START = datetime(2025, 3, 10, 8, 30, tzinfo=UTC)
HOURS = st.dictionaries(st.integers(0, 24 * 200), st.integers(1, 400), max_size=40)


def texts(hours: dict[int, int]) -> dict[str, int]:
    return {f"{START + timedelta(hours=n):%Y-%m-%dT%H}": count for n, count in hours.items()}


@given(hours=HOURS, opened=st.lists(st.integers(0, 24 * 200), max_size=30), most=st.integers(20, 150))
def test_everything_is_counted_once_in_so_many_columns(hours, opened, most):
    until = START + timedelta(hours=max([*hours, *opened, 0]))
    moments = [START + timedelta(hours=n) for n in opened]
    found = bars.steps(texts(hours), moments, START, until, most)
    assert sum(found.counts) == sum(hours.values())
    assert sum(found.marks) == len(opened)
    assert len(found.counts) <= most + 1
    for levels in (bars.BLOCKS, bars.ASCII):
        lines = [show.plain(line) for line in bars.chart(found, levels)]
        assert len(lines) == 6
        assert max(map(len, lines)) <= max(most + 1, 8) + 6
        assert levels != bars.ASCII or all(line.isascii() for line in lines)


def test_bars_are_as_tall_as_their_counts_and_marks_stand_above_them():
    hours = {"2025-03-10T09": 8, "2025-03-10T10": 4, "2025-03-10T12": 1}
    moments = [START + timedelta(hours=1), START + timedelta(hours=1, minutes=5), START + timedelta(hours=4)]
    found = bars.steps(hours, moments, START, START + timedelta(hours=5), 60)
    assert [show.plain(line).rstrip() for line in bars.chart(found, bars.BLOCKS)] == [
        "   2  ●", "8  █", "   █", "   ██", "   ██ ▄", "  10 Mar",
    ]  # fmt: skip


def test_a_row_shows_each_day_and_those_on_which_something_developed():
    days = {"2025-03-10": 8, "2025-03-11": 1}
    line = bars.spark(days, [START], datetime(2025, 3, 12, tzinfo=UTC).date(), 4, bars.BLOCKS)
    assert line == [Span("▁", "dim"), Span("█", "warn"), Span("▁", "name"), Span("▁", "dim")]


@pytest.mark.parametrize(
    ("encoding", "levels"),
    [("utf-8", bars.BLOCKS), ("ascii", bars.ASCII), (None, bars.ASCII), ("nonsense", bars.ASCII)],
)
def test_an_output_gets_what_it_can_show(encoding, levels):
    assert bars.glyphs(encoding) == levels


@pytest.mark.parametrize("words", [("timeline", "moscow"), ("status",)])
def test_a_terminal_gets_a_chart_and_a_pipe_the_lines_alone(desk, words, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    drawn, piped = desk.run("--color", *words).out, desk.run(*words).out
    assert set(drawn) & set(bars.BLOCKS.strip() + "●")
    assert not set(piped) & set(bars.BLOCKS.strip() + "●")
