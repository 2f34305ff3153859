from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.developments.compare import LIMIT, Index
from monitor.developments.reading import Reader, Reading
from monitor.developments.rhythm import Rhythm
from monitor.model.item import Item

AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
READER = Reader()
WORDS = ["harbour", "ferry", "strike", "union", "mayor", "bridge", "vote", "court", "quota", "fish", "night", "Bergen"]
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


def reading(number: int, title: str, hours: float = 0.0, lang: str = "en") -> Reading:
    return READER.read(Item(str(number), title, AT + timedelta(hours=hours), source=f"S{number}", lang=lang))


@given(st.lists(titles, min_size=1, max_size=12), titles)
def test_alikeness_is_a_part_and_fades(known: list[str], title: str) -> None:
    index = Index()
    for number, other in enumerate(known):
        index.add(reading(number, other), development=number + 1)
    now, held = index.alike(reading(99, title, 1))
    later, _ = index.alike(reading(99, title, 30))
    assert held == []
    assert all(0.0 <= a.faded <= a.plain <= 1.0 + 1e-9 for a in now)
    assert max((a.faded for a in later), default=0.0) <= max((a.faded for a in now), default=0.0)


@given(
    st.lists(st.tuples(titles, st.sampled_from(["en", "de"])), min_size=1, max_size=12),
    st.tuples(titles, st.sampled_from(["en", "de", "fr"])),
)
def test_alikeness_across_languages_is_a_part_of_one_too(known: list[tuple[str, str]], last: tuple[str, str]) -> None:
    index = Index()
    for number, (other, lang) in enumerate(known):
        index.add(reading(number, other, lang=lang), development=number % 2)
    told, held = index.alike(reading(99, last[0], 1, last[1]))
    assert all(0.0 <= a.faded <= a.plain <= 1.0 + 1e-9 for a in told + held)


@given(titles)
def test_the_same_words_are_wholly_alike(title: str) -> None:
    index = Index()
    index.add(reading(1, title), development=1)
    told, _ = index.alike(reading(2, title))
    assert not reading(2, title).terms or abs(told[0].plain - 1.0) < 1e-9


def test_what_is_older_than_a_week_is_forgotten() -> None:
    index = Index()
    index.add(reading(1, "ferry strike in Bergen"), development=1)
    index.add(reading(2, "mayor opens bridge", 24 * 8), development=2)
    assert len(index) == 1
    assert index.entry("1") is None
    assert index.known(reading(1, "ferry strike in Bergen").terms) == 0


def test_memory_is_bounded_in_number() -> None:
    index = Index()
    for number in range(LIMIT + 50):
        index.add(reading(number, f"word{number % 700} strike", number / 3600), development=1)
    assert len(index) <= LIMIT + 1


def test_a_word_never_met_in_the_other_language_hardly_counts_against_it() -> None:
    index = Index()
    index.add(reading(1, "Museum thieves arrested in Marseille"), development=1)
    same, _ = index.alike(reading(2, "Museum thieves arrested in Marseille after chase through harbour", 1))
    other, _ = index.alike(reading(3, "Museidiebe gripna i Marseille efter biljakt genom hamnen", 1, "sv"))
    assert other[0].plain > 0.3
    assert same[0].plain > other[0].plain


def test_a_surge_is_measured_by_the_storylines_own_hours() -> None:
    calm, busy = Rhythm(), Rhythm()
    for hour in range(72):
        busy_sources = [f"S{n}" for n in range(6)]
        for source in busy_sources:
            busy.add(hour * 3600.0, source)
        if hour % 24 == 0:
            calm.add(hour * 3600.0, "S1")
    at = 73 * 3600.0
    for source in ("A", "B", "C", "D"):
        calm.add(at, source)
        busy.add(at, source)
    assert calm.surges(at + 60, "E")
    assert not busy.surges(at + 60, "E")
