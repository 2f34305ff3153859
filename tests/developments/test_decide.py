from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.developments.compare import Index
from monitor.developments.decide import HOUR, TUNINGS, Moment, rule
from monitor.developments.reading import Reader, Reading
from monitor.model.development import Verdict
from monitor.model.item import Item
from monitor.model.storyline import Sensitivity

AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
READER = Reader()
CHRONICLE = """ferry runs aground, museum shows glass, river floods meadow, choir wins prize, bakery burns down,
train line closes, school gets roof, harvest comes late, theatre sells seats, clinic moves house, bridge gets lamps,
orchard sells pears, tram stands still, lake freezes over, night market opens, tower leans more"""


def reading(number: int, title: str, hours: float, lang: str, summary: str = "") -> Reading:
    at = AT + timedelta(hours=hours)
    return READER.read(Item(str(number), title, at, source=f"Paper {number}", lang=lang, summary=summary))


def test_what_only_a_summary_in_another_language_told_is_news_once_three_sources_say_it() -> None:
    index = Index(standing=frozenset({"aarhus"}))
    for number, event in enumerate(CHRONICLE.split(","), 10):
        index.add(reading(number, f"Aarhus {event}", 0, "en"), development=number)
    talks = (
        "Ministers from Aarhus agree on cheaper steel and longer shifts after a night of talks about the old harbour"
    )
    index.add(reading(2, talks, 1, "en", "Prices had risen for a year. The mayor was invited."), development=2)
    rulings = []
    titles = ["Sandholm und Weiland nach Aarhus eingeladen", "Weiland und Sandholm sind nach Aarhus eingeladen"]
    for hours, title in enumerate([*titles, "Nach Aarhus sind Sandholm und Weiland eingeladen"], 15):
        told = reading(hours + 85, title, hours, "de")
        rulings.append(rule(told, index, TUNINGS[Sensitivity.NORMAL], Moment(rested_s=60 * HOUR)))
        index.add(told, development=0)
    assert [ruling.verdict for ruling in rulings] == [Verdict.HELD, Verdict.HELD, Verdict.NEW]
    assert rulings[0].because == "#2 said as much in another language"
    assert {entry.reading.item for entry in rulings[2].taken} == {"100", "101"}
