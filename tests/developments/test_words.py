"""The small readers: titles, publishers, figures, dates, phrases, and the lexicons themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.developments.cues import Cues, Text
from monitor.developments.facts import Facts
from monitor.developments.origins import Publishers
from monitor.developments.phrases import PhraseBook
from monitor.developments.reading import Reader
from monitor.developments.titles import load_titles
from monitor.lang.lexicon import load
from monitor.model.item import Item

AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
NINE = ("en", "sv", "de", "fr", "es", "it", "pt", "ru", "zh")
TITLES = load_titles(None)
FACTS = Facts.load()
PUBLISHERS = Publishers.load()


@pytest.mark.parametrize(
    ("title", "source", "lang", "text"),
    [
        ("Live: Talks begin in Geneva", "", "en", "Talks begin in Geneva"),
        ("WATCH: Talks begin in Geneva", "", "en", "Talks begin in Geneva"),
        ("Talks begin in Geneva - BBC News", "", "en", "Talks begin in Geneva"),
        ("Talks begin in Geneva | Reuters", "", "en", "Talks begin in Geneva"),
        ("Talks begin in Geneva – The Bergen Courier", "Bergen Courier", "en", "Talks begin in Geneva"),
        ("Ukraine war live updates: Talks begin in Geneva", "", "en", "Talks begin in Geneva"),
        ("Breaking | LIVE: Talks begin in Geneva", "", "en", "Talks begin in Geneva"),
        ("Just nu: Samtal inleds i Genève", "", "sv", "Samtal inleds i Genève"),
        ("Liveticker: Gespräche beginnen in Genf", "", "de", "Gespräche beginnen in Genf"),
        ("EN DIRECT - Les pourparlers s'ouvrent à Genève", "", "fr", "Les pourparlers s'ouvrent à Genève"),
        ("Última hora: Empiezan las conversaciones en Ginebra", "", "es", "Empiezan las conversaciones en Ginebra"),
        ("Diretta: Al via i colloqui a Ginevra", "", "it", "Al via i colloqui a Ginevra"),
        ("Ao vivo: Começam as conversas em Genebra", "", "pt", "Começam as conversas em Genebra"),
        ("Срочно: Переговоры начались в Женеве", "", "ru", "Переговоры начались в Женеве"),
        ("【快讯】日内瓦会谈开始", "", "zh", "日内瓦会谈开始"),
        ("直播：日内瓦会谈开始", "", "zh", "日内瓦会谈开始"),
        ("Kremlin: Talks will begin soon", "", "en", "Kremlin: Talks will begin soon"),
        ("Live", "", "en", "Live"),
        ("Live: Geneva", "", "en", "Live: Geneva"),
        ("", "", "en", ""),
    ],
)
def test_labels_are_stripped_and_words_are_kept(title: str, source: str, lang: str, text: str) -> None:
    assert TITLES.strip(title, source, lang).text == text


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({"source": "BBC News"}, "bbc"),
        ({"source": "The New York Times"}, "nyt"),
        ({"source": "nytimes.com"}, "nyt"),
        ({"source": "Bergen Courier"}, "bergen courier"),
        ({"source": "The Bergen Courier"}, "bergen courier"),
        ({"source": "Bergen Courier", "author": "Reuters"}, "reuters"),
        ({"source": "Bergen Courier", "author": "Ann Lee and AFP"}, "afp"),
        ({"source": "Bergen Courier", "summary": "OSLO (AP) — The talks began."}, "ap"),
        ({"source": "Kuriren", "summary": "Samtalen har inletts. /TT/"}, "tt"),
        ({"source": "Bote", "summary": "Die Gespräche haben begonnen. Quelle: dpa"}, "dpa"),
        ({"source": "环球时报", "summary": "新华社北京电"}, "xinhua"),
        ({"source": "Google News", "title": "Talks begin - Bergen Courier"}, "bergen courier"),
        ({"url": "https://www.courier.example/1"}, "courier.example"),
        ({"feed": "world/wire"}, "world wire"),
        ({}, "unknown"),
    ],
)
def test_an_item_comes_from_who_really_speaks(more: dict[str, str], origin: str) -> None:
    fields = {"title": "Talks begin", **more}
    assert PUBLISHERS.origin(Item("1", arrival_at=AT, **fields)) == origin  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lang", "title", "figures"),
    [
        ("en", "At least 44 people killed and 120 injured", {"dead": "44", "injured": "120"}),
        ("en", "Death toll in Chile quake rises to at least 1,200", {"dead": "1200"}),
        ("en", "Twenty-one killed as bus falls", {"dead": "21"}),
        ("en", "Helios fined $1.8bn", {"USD fine": "1800000000"}),
        ("en", "Orion offers $30 a share", {"USD a share": "30"}),
        ("en", "Damage put at 88 million euros", {"EUR damage": "88000000"}),
        ("en", "Fed raises rates by 0.25%", {"% interest rate": "0.25"}),
        ("en", "44-year-old man killed in crash", {}),
        ("en", "Killed 3 days ago", {}),
        ("en", "The summit of 2025", {}),
        ("en", "No one hurt in fire", {}),
        ("sv", "Dödstalet stiger till 1 200", {"dead": "1200"}),
        ("sv", "Tre gripna efter rånet", {"arrested": "3"}),
        ("de", "1.200 Verletzte nach Beben", {"injured": "1200"}),
        ("de", "Bußgeld von 1,8 Milliarden Euro", {"EUR fine": "1800000000"}),
        ("fr", "Au moins quarante morts, 12 blessés", {"dead": "40", "injured": "12"}),
        ("es", "Sube a 44 el número de muertos", {"dead": "44"}),
        ("it", "Terremoto, 44 morti e 3 dispersi", {"dead": "44", "missing": "3"}),
        ("pt", "Sobe para 44 o número de mortos", {"dead": "44"}),
        ("ru", "Число погибших выросло до 44", {"dead": "44"}),
        ("zh", "爆炸造成三十六人死亡，120人受伤", {"dead": "36", "injured": "120"}),
        ("zh", "公司被罚款1.8亿美元", {"USD fine": "180000000"}),
    ],
)
def test_figures_say_what_they_count(lang: str, title: str, figures: dict[str, str]) -> None:
    facts = FACTS.read(title, "", lang, AT)
    assert {f.what: f.value for f in facts if f.kind == "figure"} == figures


@pytest.mark.parametrize(
    ("lang", "title", "day"),
    [
        ("en", "Talks set for April 15", "2025-04-15"),
        ("en", "Talks set for 15 April 2026", "2026-04-15"),
        ("sv", "Samtalen hålls den 15 april", "2025-04-15"),
        ("de", "Treffen am 15. April", "2025-04-15"),
        ("fr", "Réunion le 1er avril", "2025-04-01"),
        ("ru", "Встреча пройдёт 15 апреля", "2025-04-15"),
        ("zh", "会谈定于4月15日举行", "2025-04-15"),
        ("en", "Talks held on 20 December", "2024-12-20"),
        ("en", "Talks held on 31 February", ""),
    ],
)
def test_a_date_is_the_nearest_such_day(lang: str, title: str, day: str) -> None:
    dates = [f.value for f in FACTS.read(title, "", lang, AT) if f.kind == "date"]
    assert dates == ([day] if day else [])


@pytest.mark.parametrize(
    ("lang", "title", "stage", "by"),
    [
        ("en", "White House: no plans for summit", "cancelled", "White House"),
        ("en", "Kremlin denies report of delayed talks", "denied", "Kremlin"),
        ("sv", "Toppmötet skjuts upp", "postponed", ""),
        ("de", "Gipfel abgesagt", "cancelled", ""),
        ("fr", "Le sommet est reporté", "postponed", ""),
        ("es", "La cumbre terminó sin acuerdo", "over", ""),
        ("it", "Vertice rinviato a maggio", "postponed", ""),
        ("pt", "Governo adia a votação", "postponed", ""),
        ("ru", "Переговоры завершились", "over", ""),
        ("zh", "会谈推迟举行", "postponed", ""),
    ],
)
def test_a_stage_is_read_with_who_says_so(lang: str, title: str, stage: str, by: str) -> None:
    facts = [f for f in FACTS.read(title, "", lang, AT) if f.kind == "stage"]
    assert [(f.value, f.by) for f in facts] == [(stage, by)]


def test_phrases_keep_to_their_language_and_to_whole_words() -> None:
    book = PhraseBook({"off": {"en": ["called off", "cancel*"], "de": ["aus"], "any": ["stop"]}})
    words = ["summit", "called", "off", "and", "cancelled"]
    assert [(f.start, f.end) for f in book.find(words, " ".join(words), "en")] == [(1, 3), (4, 5)]
    assert book.find(["aus"], "aus", "en") == []
    assert book.find(["aus"], "aus", "fi") == []
    assert book.find(["stop"], "stop", "fi")[0].name == "off"
    assert book.find(["stop"], "stop", "de")[0].name == "off"
    assert book.find(["stopped"], "stopped", "de") == []


def test_a_users_lexicon_adds_and_takes_away(tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text('[opinion.label]\nen = ["rumour mill", "-opinion"]\n', encoding="utf-8")
    own, title = Cues.load(tmp_path), "Rumour mill: Star may leave"
    shipped = Cues.load()
    assert own.fires(Text.of(title), Text.of(title), "en") is not None
    assert shipped.fires(Text.of("Rumour mill: Star leaves"), Text.of("Rumour mill: Star leaves"), "en") is None
    opinion = Text.of("Opinion | Star leaves club")
    assert shipped.fires(opinion, opinion, "en") is not None
    assert own.fires(opinion, opinion, "en") is None


@pytest.mark.parametrize("name", ["concepts", "stages"])
def test_every_entry_speaks_the_nine_languages(name: str) -> None:
    for entry, by_lang in load(name).items():
        assert set(NINE) <= set(by_lang), entry


def test_every_cue_says_what_it_is() -> None:
    cues = load("cues")
    named = {n: row for n, row in cues.items() if n not in ("reporting", "strip", "live", "condition")}
    assert all(row["because"] for row in named.values())
    assert set(NINE) <= set(cues["reporting"]["any"])
    assert set(NINE) <= set(cues["strip"]["label"])
    assert set(NINE) <= set(cues["condition"]["any"])
    assert cues["reporting"]["any"].keys() == cues["live"]["label"].keys() == cues["live"]["any"].keys()


def test_names_in_other_scripts_are_the_same_word() -> None:
    reader = Reader()
    russian = reader.read(Item("1", "Путин прибыл", AT, lang="ru"))
    english = reader.read(Item("2", "Putin arrives", AT, lang="en"))
    assert "putin" in russian.terms & english.terms
    assert "§visit" in russian.terms & english.terms


def test_an_undeclared_language_is_guessed() -> None:
    reading = Reader().read(Item("1", "Переговоры в Женеве отменили", AT))
    assert reading.lang == "ru"
    assert reading.stage == "cancelled"
