"""A condition is not said to have happened: neither a stage nor a concept is read out of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.developments.conditions import Conditions
from monitor.developments.reading import reader
from monitor.lang.lexicon import load
from monitor.model.item import Item

_AT = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "title", "kept"),
    [
        ("en", "Minister would travel if the war ends", "Minister would travel "),
        ("en", "If the strike ends, flights resume", ", flights resume"),
        ("en", "Strike ends, flights resume", "Strike ends, flights resume"),
        ("de", "Kanzler reist, wenn der Krieg beendet ist", "Kanzler reist, "),
        ("es", "La ministra viajará si acaba la guerra", "La ministra viajará "),
        ("ru", "Министр поедет, если война закончится", "Министр поедет, "),
        ("zh", "如果罢工结束，航班将恢复", "，航班将恢复"),
        ("fr", "", ""),
    ],
)
def test_the_conditional_clause_is_left_out(lang: str, title: str, kept: str) -> None:
    assert Conditions(load("cues")).without(title, lang) == kept


@pytest.mark.parametrize(
    ("title", "lang", "stage"),
    [
        ("Talks between the two capitals concluded", "en", "over"),
        ("Minister would travel if talks are concluded", "en", ""),
        ("Streik beendet", "de", "over"),
        ("Ministerin kommt nur, falls der Streik beendet ist", "de", ""),
    ],
)
def test_a_stage_on_condition_is_no_stage(title: str, lang: str, stage: str) -> None:
    reading = reader().read(Item(id="1", title=title, lang=lang, arrival_at=_AT))
    assert reading.stage == stage
    assert ("§end" in reading.concepts) is bool(stage)
