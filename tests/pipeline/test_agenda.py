from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import Timer, TimerKind
from monitor.pipeline.agenda import Agenda

MINUTE = timedelta(minutes=1)


def timer(now: datetime, minutes: int, storyline: str = "a", development: int = 0) -> Timer:
    return Timer(TimerKind.WAIT, now + minutes * MINUTE, "desk", storyline, development)


def drain(agenda: Agenda, until: datetime) -> list[Timer]:
    ran = []
    while (due := agenda.next(until)) is not None:
        agenda.change((), (due,))
        ran.append(due)
    return ran


def test_only_what_is_due_runs_in_the_order_of_its_times(now: datetime) -> None:
    agenda = Agenda([timer(now, 30, "c"), timer(now, 10, "a"), timer(now, 20, "b")])
    assert [t.storyline for t in drain(agenda, now + 20 * MINUTE)] == ["a", "b"]
    assert agenda.next_due_at() == now + 30 * MINUTE


def test_a_timer_set_again_moves(now: datetime) -> None:
    agenda = Agenda([timer(now, 10)])
    agenda.change([timer(now, 40)])
    assert agenda.next(now + 20 * MINUTE) is None
    assert drain(agenda, now + 40 * MINUTE) == [timer(now, 40)]


def test_a_cancelled_timer_never_runs(now: datetime) -> None:
    agenda = Agenda([timer(now, 10)])
    agenda.change((), [timer(now, 99)])  # the key counts, not the time
    assert drain(agenda, now + 99 * MINUTE) == []
    assert agenda.next_due_at() is None


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abc"), st.integers(0, 3)), max_size=30))
def test_it_runs_like_a_sorted_list_of_the_last_setting_of_each_key(settings: list[tuple[int, str, int]]) -> None:
    start = datetime.fromisoformat("2025-03-18T12:00:00+00:00")
    agenda = Agenda()
    last: dict[tuple[str, int], Timer] = {}
    for minutes, storyline, development in settings:
        agenda.change([timer(start, minutes, storyline, development)])
        last[storyline, development] = timer(start, minutes, storyline, development)
    expected = sorted(last.values(), key=lambda t: (t.due_at, t.storyline, t.development))
    assert drain(agenda, start + 60 * MINUTE) == expected
