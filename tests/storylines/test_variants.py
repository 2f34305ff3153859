"""Names as the world writes them: variants that must meet in many languages and scripts, and look-alikes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model.item import Item
from monitor.model.match import Means
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

E, S, C, T, A, F = Means.EXACT, Means.STEM, Means.COMPOUND, Means.TRANSLITERATION, Means.ALIAS, Means.FUZZY
VARIANTS = [
    ("Zelensky", "Zelensky speaks", "en", E),
    ("Zelensky", "Zelenski habla en Madrid", "es", A),
    ("Zelensky", "Zelensky’s plan", "en", E),
    ("Zelensky", "Zelenskij i Stockholm", "sv", A),
    ("Zelensky", "Selenskyjs Rede", "de", S),
    ("Zelensky", "ゼレンスキー大統領が演説", "ja", A),
    ("Zelensky", "泽连斯基发表讲话", "zh", A),
    ("Zelensky", "澤倫斯基發表談話", "zh", A),
    ("Zelensky", "젤렌스키 대통령이 연설", "ko", A),
    ("Zelensky", "젤렌스키가 연설", "ko", S),
    ("Zelensky", "زيلينسكي يلقي خطابا", "ar", A),
    ("Zelensky", "وزيلينسكي يرد", "ar", S),
    ("Zelensky", "זלנסקי נאם", "he", A),
    ("Zelensky", "לזלנסקי אין ברירה", "he", S),
    ("Zelensky", "Ο Ζελένσκι μίλησε", "el", A),
    ("Zelensky", "Zełenski w Warszawie", "pl", A),
    ("Zelensky", "Zełenskiego w Warszawie", "pl", S),
    ("Zelensky", "Zelenskyn puhe", "fi", S),
    ("Zelensky", "Zelenszkij beszéde", "hu", F),
    ("Zelensky", "Zelenskiy konuştu", "tr", A),
    ("Zelensky", "Zelenskiy'nin konuşması", "tr", S),
    ("Zelensky", "Зеленски говори", "bg", A),
    ("Zelensky", "Зеленскому предложили", "ru", S),
    ("Zelensky", "Zelenským v Praze", "cs", S),
    ("Зеленский", "Zelensky speaks", "en", A),
    ("ゼレンスキー", "Zelenskyy speaks", "en", A),
    ("Putin", "Poutine à Pékin", "fr", A),
    ("Putin", "Путину вручили", "ru", S),
    ("Putin", "푸틴은 말했다", "ko", S),
    ("Putin", "普京会见", "zh", A),
    ("Putin", "プーチン大統領", "ja", A),
    ("Putin", "بوتين يزور", "ar", A),
    ("Putin", "פוטין ביקר", "he", A),
    ("Putin", "Ο Πούτιν στο Πεκίνο", "el", A),
    ("Putin", "Putins Reise", "de", S),
    ("Putin", "Putin-Besuch verschoben", "de", E),
    ("Putin", "Poetin in Peking", "nl", A),
    ("Putin", "Putinin vierailu", "fi", S),
    ("Moscow", "Moskaureise des Kanzlers", "de", C),
    ("Moscow", "Moskvabesøget udsat", "da", C),
    ("Moscow", "Moskva-besøk utsatt", "no", A),
    ("Moscow", "Moskoubezoek uitgesteld", "nl", C),
    ("Moscow", "Moskovan neuvottelut", "fi", S),
    ("Moscow", "Moskova'da görüşme", "tr", S),
    ("Moscow", "в Москву", "ru", A),
    ("Moscow", "у Москві", "uk", A),
    ("Moscow", "莫斯科", "zh", A),
    ("Moscow", "في موسكو", "ar", A),
    ("Moscow", "στη Μόσχα", "el", A),
    ("Moscow", "Sommet à Moscou", "fr", A),
    ("Moscow", "Vertice a Mosca", "it", A),
    ("Moscow", "मॉस्को में वार्ता", "hi", A),
    ("Budapest", "Budapestmötet ställs in", "sv", C),
    ("Budapest", "Budapester Gipfel", "de", S),
    ("Budapest", "budapesti csúcs", "hu", S),
    ("Budapest", "Будапеште", "ru", A),
    ("Budapest", "Βουδαπέστη", "el", A),
    ("Budapest", "布达佩斯峰会", "zh", A),
    ("Budapest", "ブダペスト会談", "ja", A),
    ("Budapest", "부다페스트에서", "ko", S),
    ("Budapest", "بودابست", "ar", A),
    ("Budapest", "בבודפשט", "he", S),
    ("Budapest", "Budapeszcie", "pl", S),
    ("Xi Jinping", "习近平会见", "zh", A),
    ("Xi Jinping", "習近平氏が", "ja", A),
    ("Xi Jinping", "시진핑 주석", "ko", A),
    ("Xi Jinping", "Си Цзиньпин", "ru", A),
    ("Xi Jinping", "Xi Jinpings besök", "sv", A),
    ("Netanyahu", "Netanjahu in Berlin", "de", A),
    ("Netanyahu", "Нетаньяху заявил", "ru", A),
    ("Netanyahu", "נתניהו אמר", "he", A),
    ("Netanyahu", "نتنياهو", "ar", A),
    ("Netanyahu", "Netanyahou à Paris", "fr", A),
    ("Netanyahu", "内塔尼亚胡", "zh", A),
    ("Netanyahu", "ネタニヤフ首相", "ja", A),
    ("Netanyahu", "네타냐후 총리", "ko", A),
    ("Netanyahu", "Ο Νετανιάχου", "el", A),
    ("Erdogan", "Erdoğan konuştu", "tr", E),
    ("Erdogan", "Erdoğan’ın ziyareti", "tr", S),
    ("Erdogan", "Эрдогана", "ru", S),
    ("Erdogan", "أردوغان", "ar", A),
    ("Erdogan", "埃尔多安", "zh", A),
    ("Erdogan", "エルドアン大統領", "ja", A),
    ("Erdogan", "에르도안", "ko", A),
    ("Erdogan", "Ερντογάν", "el", A),
    ("European Union", "EU-toppmötet", "sv", A),
    ("European Union", "Europäische Union", "de", A),
    ("European Union", "L'Union européenne", "fr", A),
    ("European Union", "ЕС", "ru", A),
    ("European Union", "欧盟", "zh", A),
    ("European Union", "EU", "ja", A),
    ("Ukraine", "Ukrainekrieg", "de", C),
    ("Ukraine", "Ukrainas president", "sv", A),
    ("Ukraine", "Украины", "ru", A),
    ("Ukraine", "乌克兰", "zh", A),
    ("Ukraine", "ウクライナ", "ja", A),
    ("Ukraine", "우크라이나", "ko", A),
    ("Ukraine", "أوكرانيا", "ar", A),
    ("Ukraine", "Ουκρανία", "el", A),
    ("Ukraine", "Oekraïne", "nl", A),
    ("Gaza", "Gazastreifen", "de", A),
    ("Gaza", "Gazaremsan", "sv", A),
    ("Gaza", "غزة", "ar", A),
    ("Gaza", "עזה", "he", A),
    ("Gaza", "בעזה", "he", S),
    ("Nvidia", "NVIDIA's chips", "en", E),
    ("Nvidia", "Nvidias kretsar", "sv", S),
    ("Nvidia", "英伟达", "zh", A),
    ("Nvidia", "엔비디아", "ko", A),
    ("Nvidia", "エヌビディア", "ja", A),
    ("Nvidia", "Nvidia-Aktie", "de", E),
    ("Lukashenko", "Лукашенко", "ru", A),
    ("Lukashenko", "Lukaschenko", "de", A),
    ("Lukashenko", "Loukachenko", "fr", A),
    ("Lukashenko", "Łukaszenka", "pl", A),
    ("Kestrelson", "Кестрелсона", "ru", T),
    ("Kestrelson", "Κέστρελσον", "el", T),
    ("Kestrelson", "Kestrelsonin lähtö", "fi", S),
    ("Kestrelson", "Kestrelson-Besuch", "de", E),
    ("Kestrelson", "Kestrelsonrede", "de", C),
    ("Kestrelson", "Kestrelsonmötet", "sv", C),
    ("Kestrelson", "Kestrelson'ın", "tr", S),
    ("Kestrelson", "Kestrlson quits", "en", F),
    ("Kestrelson", "Kestrelson，", "zh", E),
    ("Brunland", "Brunlandsbesøget", "da", C),
    ("Brunland", "Brunlands", "sv", S),
    ("Brunland", "Brunlanddebatt", "de", C),
    ("Müller", "Mueller resigns", "en", F),
    ("Mueller", "Müller tritt zurück", "de", S),
    ("Sørensen", "Sorensen quits", "en", E),
    ("Szczęsny", "Szczesny saves", "en", E),
    ("São Paulo", "Sao Paulo floods", "en", E),
    ("Łódź", "Lodz", "en", E),
    ("Strauß", "Strauss", "en", E),
]


def met(term: str, text: str, lang: str) -> Means | None:
    rule = Storyline(slug="s", phrase=term, names=(term,))
    hits = Matcher([rule]).probe("s", text, lang=lang).evidence.hits
    return hits[0].means if hits else None


@pytest.mark.parametrize(("term", "text", "lang", "means"), VARIANTS)
def test_a_name_is_met_as_each_language_writes_it(term: str, text: str, lang: str, means: Means) -> None:
    assert met(term, text, lang) is means


def test_the_table_has_at_least_ten_languages_and_every_means() -> None:
    assert len({lang for _, _, lang, _ in VARIANTS}) >= 10
    assert {means for *_, means in VARIANTS} == set(Means)


LOOK_ALIKES = [
    ("Sweden", "Swedenborg society", "en"),
    ("India", "Indiana votes", "en"),
    ("Niger", "Nigerian army", "en"),
    ("Guinea", "Guiana votes", "en"),
    ("Georgia", "George speaks", "en"),
    ("Paris", "Parish council", "en"),
    ("Rome", "Romeo and Juliet", "en"),
    ("Turkey", "turnkey project", "en"),
    ("Mali", "Somali", "en"),
    ("Oman", "Romania", "en"),
    ("Peru", "Perugia", "it"),
    ("Ukraine", "urine test", "en"),
    ("Trump", "trumpet solo", "en"),
    ("Trump", "triumph in Paris", "en"),
    ("Putin", "putting green", "en"),
    ("Putin", "pudding", "en"),
    ("Merz", "merchant", "en"),
    ("Biden", "abiden bidet", "en"),
    ("Macron", "macaron", "en"),
    ("Macron", "macaroni", "en"),
    ("Orban", "urban planning", "en"),
    ("Orban", "Durban", "en"),
    ("Xi", "xii century", "en"),
    ("Starmer", "starter", "en"),
    ("Louvre", "louver", "en"),
    ("Louvre", "Oeuvre", "fr"),
    ("Meta", "metal prices", "en"),
    ("Apple", "applet", "en"),
    ("Amazon", "amazing", "en"),
    ("Intel", "intelligence services", "en"),
    ("Shell", "seashell", "en"),
    ("Visa", "visage", "fr"),
    ("Boeing", "boing", "en"),
    ("Tesla", "Teslin lake", "en"),
    ("Milan", "Mullan", "en"),
    ("Modi", "modified", "en"),
    ("Lula", "Lulea", "sv"),
    ("Congo", "Kongsberg", "no"),
    ("Seoul", "soul music", "en"),
    ("Kiev", "Kieler Woche", "de"),
    ("Ghana", "Guyana", "en"),
    ("Israel", "Isabel", "en"),
    ("Libya", "Libra", "en"),
    ("Syria", "syrup", "en"),
    ("Haiti", "Tahiti", "en"),
    ("Lebanon", "lemon", "en"),
    ("Zambia", "Gambia", "en"),
    ("Hungary", "hungry children", "en"),
    ("Berlin", "Merlin", "en"),
    ("Iran", "Ireland", "en"),
    ("Russia", "Prussia", "en"),
]


@pytest.mark.parametrize(("term", "text", "lang"), LOOK_ALIKES)
def test_a_look_alike_is_not_the_name(term: str, text: str, lang: str) -> None:
    assert met(term, text, lang) is None
    assert met(term, text.title(), lang) is None


@pytest.mark.parametrize(
    ("typo", "name"),
    [
        ("Trummp", "Trump"),
        ("Puttin", "Putin"),
        ("Netanyhu", "Netanyahu"),
        ("Zelesnky", "Zelensky"),
        ("Budpest", "Budapest"),
    ],
)
def test_a_listed_name_is_met_with_a_likely_slip_and_only_as_a_name(typo: str, name: str) -> None:
    assert met(name, f"{typo} in the news", "en") is Means.FUZZY
    assert met(name, f"the {typo.lower()} in the news", "en") is None


def test_a_rule_in_small_letters_is_met_by_misspelt_small_letters() -> None:
    hits = Matcher([Storyline(slug="s", phrase="kestrelson", names=("kestrelson",))]).probe("s", "kestrelsonn quits")
    assert [h.means for h in hits.evidence.hits] == [Means.FUZZY]


@pytest.mark.parametrize(
    ("title", "match"),
    [
        ("Georgia parliament in Tbilisi passes foreign agents law", True),
        ("Georgia governor in Atlanta signs foreign agents law", False),
        ("Georgia judge hears Trump election law case", False),
    ],
)
def test_a_country_and_a_state_of_one_name_are_told_apart_where_the_rule_says_which(title: str, match: bool) -> None:
    groups = (("Georgia",), ("Tbilisi", "Georgian Dream", "parliament", "Kobakhidze"), ("law", "bill"))
    rule = Storyline(slug="s", all=groups, none=("Atlanta", "governor", "US state"), strict=True)
    found = Matcher([rule]).match(Item(id="1", title=title, arrival_at=datetime(2024, 3, 1, tzinfo=UTC)))
    assert any(not m.possible for m in found) is match
