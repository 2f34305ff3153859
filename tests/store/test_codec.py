"""Values come back from JSON as they went, and moments' texts sort as time does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line, Route, TimerKind
from monitor.model.codec import from_data, from_json, many_from_json, moment, moment_text, to_data, to_json
from monitor.model.development import Change, Decision, Development, Fact, Reason, Signal, Verdict
from monitor.model.match import Evidence, Hit, Learned, Means

texts = st.text(max_size=20)
names = st.lists(texts, max_size=3).map(tuple)
numbers = st.floats(allow_nan=False, allow_infinity=False)
# Two days from the ends of the calendar, where a zone's offset would leave it.
moments = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
facts = st.builds(Fact, texts, texts, texts, texts, texts)
changes = st.builds(Change, facts, texts)
hits = st.builds(Hit, texts, texts, texts, st.integers(0), st.integers(0), texts, st.sampled_from(Means), numbers)
parts = st.lists(st.tuples(texts, numbers), max_size=3).map(tuple)


def tuples(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=3).map(tuple)


evidence = st.builds(
    Evidence, texts, tuples(hits), tuples(st.builds(Learned, texts, numbers, texts)), names, parts, texts
)
developments = st.builds(
    Development,
    texts,
    st.integers(1),
    st.sampled_from(Reason),
    texts,
    names,
    names,
    moments,
    moments,
    texts,
    tuples(changes),
    tuples(facts),
)
decisions = st.builds(
    Decision,
    texts,
    texts,
    moments,
    st.sampled_from(Verdict),
    texts,
    st.none() | developments,
    tuples(st.sampled_from(Signal)),
    names,
    numbers=parts,
)
lines = st.builds(
    Line, texts, st.integers(0), texts, texts, names, names, tuples(changes), tuples(facts), st.booleans(), texts
)
alerts = st.builds(Alert, texts, texts, texts, st.sampled_from(AlertKind), moments, tuples(lines), texts, texts)
entries = st.builds(
    LedgerEntry,
    texts,
    texts,
    st.integers(0),
    texts,
    st.sampled_from(LedgerState),
    moments,
    texts,
    lines,
    texts,
    st.none() | moments,
    st.none() | st.sampled_from(TimerKind),
)


@given(st.one_of(evidence, developments, decisions, alerts, entries))
def test_every_value_comes_back_as_it_went(value: object) -> None:
    assert from_json(type(value), to_json(value)) == value


@given(tuples(facts))
def test_a_row_of_values_comes_back_as_it_went(value: tuple[Fact, ...]) -> None:
    assert many_from_json(Fact, to_json(value)) == value


@given(moments, moments)
def test_texts_of_moments_sort_as_time_does_and_have_one_width(one: datetime, other: datetime) -> None:
    first, second = moment_text(one), moment_text(other)
    assert (first < second) == (one < other)
    assert len(first) == len("2025-03-18T12:00:00.000000Z")
    assert moment(first) == one


def test_a_moment_is_written_for_people_and_other_tools() -> None:
    at = datetime(2025, 3, 18, 15, 0, tzinfo=timezone(timedelta(hours=3)))
    assert moment_text(at) == "2025-03-18T12:00:00.000000Z"
    assert moment("2025-03-18T15:00:00+03:00") == at
    assert moment("2025-03-18T15:00:00+03:00").tzinfo is UTC


def test_a_moment_without_a_zone_is_refused_both_ways() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        moment_text(datetime(2025, 3, 18))  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(ValueError, match="without a time zone"):
        moment("2025-03-18T12:00:00")


def test_defaults_are_left_out_and_text_stays_readable() -> None:
    assert to_json(Fact("place", "where", "москва", "Москва")) == (
        '{"kind":"place","what":"where","value":"москва","text":"Москва"}'
    )


def test_what_a_later_version_adds_is_passed_over_and_what_is_missing_has_its_default() -> None:
    text = json.dumps({"fact": {"kind": "k", "what": "w", "value": "v", "text": "t", "later": 1}, "later": [2]})
    assert from_json(Change, text) == Change(Fact("k", "w", "v", "t"))


def test_lone_surrogates_survive_as_escapes() -> None:
    fact = Fact("k", "w", "v", "broken \ud83d text")
    assert to_json(fact).isascii()
    assert from_json(Fact, to_json(fact)) == fact


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Fact, {"kind": "k"}),
        (Fact, {"kind": 1, "what": "w", "value": "v", "text": "t"}),
        (Fact, []),
        (Fact, None),
        (Change, {"fact": None}),
        (Hit, to_data(Hit("t", "w", "title", 0, 1, "any", Means.EXACT, 1.0)) | {"means": "guessed"}),
        (Evidence, {"parts": [["a", 1.0, 2.0]]}),
        (Evidence, {"parts": [["a"]]}),
        (Alert, {"id": "a", "route": "r", "storyline": "s", "kind": "development", "at": "yesterday", "lines": []}),
    ],
)
def test_what_does_not_fit_is_a_value_error(kind: type, data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind of misfit
        from_data(kind, data)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_has_no_form_for_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(Learned("word", value))


def test_values_without_a_json_form_are_refused() -> None:
    with pytest.raises(ValueError, match="no JSON form"):
        to_json(object())
    with pytest.raises(ValueError, match="no JSON form"):
        from_data(Route, {"name": "desk", "quiet_hours": {"start": "22:00", "end": "06:00"}})


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_moment_outside_the_calendar_is_refused_as_a_value(at: datetime) -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        moment_text(at)
