"""Short sequences of titles, as they would come in, and what becomes of each.

N:REASON a new development, J a repeat that joins one, H held. A third part, where given, stands in the words why.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.developments.chronicle import Chronicle
from monitor.model.development import Decision, Verdict
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Storyline

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
Row = tuple[str, str, list[tuple[float, str, str]]]

# (name, language, [(hours after the one before, title, what becomes of it)])
ROWS: list[Row] = [
    (
        "a death toll that rises is a figure that changed",
        "en",
        [
            (0, "Earthquake kills 36 in northern Chile", "N:OPENED"),
            (1, "Quake in northern Chile kills 36", "J"),
            (6, "Death toll in Chile earthquake rises to 58", "N:FIGURE: 58 dead, was 36"),
            (1, "Chile earthquake death toll rises to 58", "J"),
        ],
    ),
    (
        "an older toll is no change",
        "en",
        [
            (0, "Ferry sinks off Luzon, 40 dead", "N:OPENED"),
            (5, "Ferry disaster off Luzon: 25 dead, officials say", "!N"),
        ],
    ),
    (
        "a toll in Swedish with a space in it",
        "sv",
        [
            (0, "Minst 900 döda i jordbävningen i Marocko", "N:OPENED"),
            (12, "Dödstalet i Marocko stiger till 1 200", "N:FIGURE: 1200 dead, was 900"),
        ],
    ),
    (
        "a toll in German with a point in it",
        "de",
        [
            (0, "Mindestens 900 Tote nach Beben in Marokko", "N:OPENED"),
            (12, "Zahl der Toten in Marokko steigt auf 1.200", "N:FIGURE: 1200 dead, was 900"),
        ],
    ),
    (
        "a toll in French",
        "fr",
        [
            (0, "Séisme au Maroc : au moins 120 morts", "N:OPENED"),
            (9, "Maroc : le bilan du séisme monte à 300 morts", "N:FIGURE: 300 dead, was 120"),
        ],
    ),
    (
        "a toll in Spanish",
        "es",
        [
            (0, "Al menos 12 muertos por las inundaciones en Valencia", "N:OPENED"),
            (9, "Sube a 51 el número de muertos por las inundaciones en Valencia", "N:FIGURE: 51 dead, was 12"),
        ],
    ),
    (
        "a toll in Italian",
        "it",
        [
            (0, "Alluvione in Emilia, 5 morti", "N:OPENED"),
            (9, "Alluvione in Emilia, salgono a 9 i morti", "N:FIGURE: 9 dead, was 5"),
        ],
    ),
    (
        "a toll in Portuguese",
        "pt",
        [
            (0, "Chuvas deixam 10 mortos no Rio Grande do Sul", "N:OPENED"),
            (9, "Sobe para 24 o número de mortos no Rio Grande do Sul", "N:FIGURE: 24 dead, was 10"),
        ],
    ),
    (
        "a toll in Russian",
        "ru",
        [
            (0, "Взрыв на шахте: 11 человек погибли", "N:OPENED"),
            (9, "Число погибших на шахте выросло до 46", "N:FIGURE: 46 dead, was 11"),
        ],
    ),
    (
        "a toll in Chinese",
        "zh",
        [
            (0, "西藏地震造成三十六人死亡", "N:OPENED"),
            (9, "西藏地震死亡人数升至95人", "N:FIGURE: 95 dead, was 36"),
        ],
    ),
    (
        "a higher bid a share",
        "en",
        [
            (0, "Orion agrees to buy Lumen Foods for $27 a share", "N:OPENED"),
            (30, "Orion raises Lumen Foods offer to $30 a share", "N:FIGURE: 30 USD a share, was 27"),
        ],
    ),
    (
        "a plan, then off: the stage changed",
        "en",
        [
            (0, "Presidents to meet in Vienna next week, palace says", "N:OPENED"),
            (40, "Vienna summit called off, ministry confirms", "N:STAGE"),
            (1, "Vienna summit is off, officials say", "!N"),
        ],
    ),
    (
        "called off in Swedish",
        "sv",
        [
            (0, "Presidenterna ska träffas i Wien nästa vecka", "N:OPENED"),
            (40, "Uppgifter: Toppmötet i Wien ställs in", "N:STAGE"),
        ],
    ),
    (
        "called off in Russian",
        "ru",
        [
            (0, "Кремль: встреча президентов состоится в Вене на следующей неделе", "N:OPENED"),
            (40, "МИД сообщил: саммит в Вене отменён", "N:STAGE"),
        ],
    ),
    (
        "called off in Chinese",
        "zh",
        [
            (0, "两国总统下周将在维也纳会晤", "N:OPENED"),
            (40, "外交部宣布取消维也纳峰会", "N:STAGE"),
        ],
    ),
    (
        "postponed in Spanish",
        "es",
        [
            (0, "El juicio contra el exministro comienza el lunes, anuncia el tribunal", "N:OPENED"),
            (40, "El tribunal aplaza el juicio contra el exministro Ruiz por enfermedad", "N:STAGE"),
        ],
    ),
    (
        "a denial is a reason of its own",
        "en",
        [
            (0, "Regulator investigates Helios over battery fires", "N:OPENED"),
            (20, "Helios denies hiding reports of faulty cells", "N:DENIED"),
        ],
    ),
    (
        "a denial in German",
        "de",
        [
            (0, "Behörde ermittelt gegen Helios wegen Batteriebränden", "N:OPENED"),
            (20, "Helios dementiert Berichte über verschwiegene Zellfehler", "N:DENIED"),
        ],
    ),
    (
        "a denial in Chinese",
        "zh",
        [
            (0, "监管机构对赫利俄斯电池起火展开调查", "N:OPENED"),
            (20, "赫利俄斯发表声明否认隐瞒缺陷电芯", "N:DENIED"),
        ],
    ),
    (
        "live pages are told by what they say",
        "en",
        [
            (0, "Museum robbed of crown jewels, police say", "N:OPENED"),
            (0.5, "LIVE: Museum robbed of crown jewels, police say", "J"),
            (60, "Live updates: Two men arrested near Lyon, prosecutor says", "N:NEWS"),
        ],
    ),
    (
        "a publisher's name at the end makes no difference",
        "en",
        [
            (0, "Museum robbed of crown jewels, police say", "N:OPENED"),
            (0.5, "Museum robbed of crown jewels, police say - BBC News", "J"),
            (0.5, "WATCH: Museum robbed of crown jewels, police say | Reuters", "J"),
        ],
    ),
    (
        "a live label in Swedish",
        "sv",
        [
            (0, "Kronjuveler stulna från museet, uppger polisen", "N:OPENED"),
            (0.5, "Just nu: Kronjuveler stulna från museet, uppger polisen", "J"),
        ],
    ),
    (
        "a live label in Russian",
        "ru",
        [
            (0, "Полиция: из музея похищены королевские драгоценности", "N:OPENED"),
            (0.5, "Срочно: из музея похищены королевские драгоценности", "!N"),
        ],
    ),
    (
        "opinion is held",
        "en",
        [
            (0, "Parliament passes pension reform after long night", "N:OPENED"),
            (3, "Opinion | The pension reform nobody wanted", "H: comment: opinion"),
            (3, "Why the pension reform divides families", "H: comment"),
            (3, "Five takeaways from the pension vote", "H: comment: explainer"),
            (3, "In pictures: The night parliament voted", "H: comment: pictures"),
            (3, "Will the pension reform survive the courts?", "H: comment: a question"),
        ],
    ),
    (
        "opinion is held in Swedish",
        "sv",
        [
            (0, "Riksdagen godkänner pensionsreformen", "N:OPENED"),
            (3, "LEDARE: Pensionsreformen löser ingenting", "H: comment: opinion"),
            (3, "Därför splittrar pensionsreformen regeringen", "H: comment"),
        ],
    ),
    (
        "opinion is held in German",
        "de",
        [
            (0, "Bundestag beschließt Rentenreform", "N:OPENED"),
            (3, "Kommentar: Eine Reform für die Galerie", "H: comment: opinion"),
            (3, "Was wir wissen: die Rentenreform im Überblick", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in French",
        "fr",
        [
            (0, "L'Assemblée adopte la réforme des retraites", "N:OPENED"),
            (3, "Éditorial : une réforme sans courage", "H: comment: opinion"),
            (3, "Retraites : ce qu'il faut savoir de la réforme", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in Spanish",
        "es",
        [
            (0, "El Congreso aprueba la reforma de las pensiones", "N:OPENED"),
            (3, "Opinión | Una reforma sin futuro", "H: comment: opinion"),
            (3, "Las claves de la reforma de las pensiones", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in Italian",
        "it",
        [
            (0, "Il Senato approva la riforma delle pensioni", "N:OPENED"),
            (3, "L'analisi: una riforma senza coraggio", "H: comment: opinion"),
            (3, "Riforma delle pensioni, ecco cosa cambia", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in Portuguese",
        "pt",
        [
            (0, "Senado aprova a reforma da previdência", "N:OPENED"),
            (3, "Editorial: uma reforma sem futuro", "H: comment: opinion"),
            (3, "Entenda a reforma da previdência", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in Russian",
        "ru",
        [
            (0, "Госдума приняла закон о пенсиях", "N:OPENED"),
            (3, "Мнение: реформа, которую никто не ждал", "H: comment: opinion"),
            (3, "Что известно о новом законе о пенсиях", "H: comment: explainer"),
        ],
    ),
    (
        "opinion is held in Chinese",
        "zh",
        [
            (0, "议会通过养老金改革法案", "N:OPENED"),
            (3, "社评：养老金改革不能只看账本", "H: comment: opinion"),
            (3, "一文看懂养老金改革", "H: comment: explainer"),
        ],
    ),
    (
        "market comment is no development",
        "en",
        [
            (0, "Helios recalls 40,000 cars after fires, regulator says", "N:OPENED"),
            (4, "Stocks to buy as Helios slides", "H: comment: market"),
        ],
    ),
    (
        "a summary sentence of a longer piece is held",
        "en",
        [
            (0, "Court overturns tower permit, judge rules", "N:OPENED"),
            (1, "Critics cheer ruling on tower", "!N"),
            (
                9,
                "The decision comes after years of protest by people who live in the shadow of the planned tower.",
                "H: comment: summary",
            ),
        ],
    ),
    (
        "a rewrite that adds words joins",
        "en",
        [
            (0, "Two suspects arrested over jewel theft at museum", "N:OPENED"),
            (2, "French police: two suspects arrested over theft of jewel collection at museum", "J"),
        ],
    ),
    (
        "other words for the same: shelved, off, on hold",
        "en",
        [
            (0, "White palace plans talks with rebel leaders in Oslo", "N:OPENED"),
            (48, "Oslo talks with rebel leaders shelved, envoy says", "N:STAGE"),
            (2, "Oslo talks with rebel leaders called off, envoy says", "J"),
            (2, "Oslo rebel talks are off, says envoy", "!N"),
        ],
    ),
    (
        "called off, and on after all",
        "en",
        [
            (0, "Palace says visit to Oslo is being prepared", "N:OPENED"),
            (5, "President calls off Oslo visit, palace says", "N:STAGE: cancelled, was planned"),
            (30, "President calls off Oslo visit, palace says", "J"),
            (20, "President confirms Oslo visit after all", "N:STAGE: confirmed, was cancelled"),
        ],
    ),
    (
        "what happens next is new",
        "en",
        [
            (0, "Museum robbed of crown jewels, police say", "N:OPENED"),
            (20, "Museum director resigns over security failures", "N:NEWS"),
            (20, "Prosecutor charges four men from Marseille", "N"),
        ],
    ),
    (
        "a second paper with the same matter, soon after another development",
        "en",
        [
            (0, "Ministers open a school in Potsdam", "N:OPENED"),
            (30, "Merz and Xi hold phone call on trade, chancellery says", "N:NEWS"),
            (1, "Merz and Xi hold trade call by phone, chancellery says", "J"),
        ],
    ),
    (
        "a denial in French",
        "fr",
        [
            (0, "Le ministre envisage de démissionner, selon Le Courrier", "N:OPENED"),
            (6, "Le ministre dément toute démission", "N:DENIED"),
        ],
    ),
    (
        "a denial in Spanish",
        "es",
        [
            (0, "El ministro planea dimitir, según un diario", "N:OPENED"),
            (6, "El ministro desmiente que vaya a dimitir", "N:DENIED"),
        ],
    ),
    (
        "a denial in Italian",
        "it",
        [
            (0, "Il ministro valuta le dimissioni, secondo il Corriere", "N:OPENED"),
            (6, "Il ministro smentisce le dimissioni", "N:DENIED"),
        ],
    ),
    (
        "an explainer in German is no news",
        "de",
        [
            (0, "Regierung beschließt Rentenpaket, teilt Ministerium mit", "N:OPENED"),
            (8, "Fragen und Antworten zum Rentenpaket", "H"),
            (8, "Kommentar: Das Rentenpaket ist ein Fehler", "H: comment"),
        ],
    ),
    (
        "opinion in Spanish and French labels is held",
        "es",
        [
            (0, "El Gobierno aprueba la reforma fiscal, anuncia la ministra", "N:OPENED"),
            (8, "Opinión: Una reforma fiscal sin ambición", "H: comment"),
            (8, "¿Qué cambia con la reforma fiscal?", "H: comment"),
        ],
    ),
    (
        "opinion in Russian is held",
        "ru",
        [
            (0, "Правительство утвердило бюджет, сообщил министр", "N:OPENED"),
            (8, "Мнение: бюджет для мирного времени", "H: comment"),
        ],
    ),
    (
        "a question in Chinese is held",
        "zh",
        [
            (0, "央行宣布下调利率", "N:OPENED"),
            (8, "央行为何下调利率?", "H: comment"),
        ],
    ),
]


def decisions(lang: str, steps: list[tuple[float, str, str]]) -> list[Decision]:
    chronicle = Chronicle(Storyline(slug="story"))
    at, made = START, []
    for number, (hours, title, _expected) in enumerate(steps, start=1):
        at += timedelta(hours=hours)
        item = Item(str(number), title, at, source=f"Paper {number}", lang=lang)
        match = Match(item.id, "story", 1.0, Evidence())
        decision = chronicle.decide(item, match)
        chronicle.adopt(item, match, decision)
        made.append(decision)
    return made


def agrees(decision: Decision, expected: str) -> bool:
    kind, _, words = expected.partition(": ")
    if kind.startswith("!"):
        return decision.verdict is not Verdict.NEW
    letter, _, reason = kind.partition(":")
    verdict = {"N": Verdict.NEW, "J": Verdict.JOINED, "H": Verdict.HELD}[letter]
    right = decision.verdict is verdict and words in decision.because
    return right and (not reason or (decision.development is not None and decision.development.reason == reason))


@pytest.mark.parametrize(("lang", "steps"), [pytest.param(r[1], r[2], id=r[0]) for r in ROWS])
def test_each_item_becomes_what_a_person_would_say(lang: str, steps: list[tuple[float, str, str]]) -> None:
    for decision, (_hours, title, expected) in zip(decisions(lang, steps), steps, strict=True):
        reason = decision.development.reason if decision.development else ""
        said = f"{title!r}: {decision.verdict} {reason} because {decision.because!r}, expected {expected!r}"
        assert agrees(decision, expected), said


ABROAD = [
    ("ru", "Мерц прибыл в Пекин на переговоры с Си Цзиньпином"),
    ("zh", "默茨抵达北京将与习近平会谈"),
    ("es", "Merz llega a Pekín para reunirse con Xi Jinping"),
    ("de", "Merz in Peking eingetroffen – Gespräche mit Xi Jinping"),
]


@pytest.mark.parametrize(("lang", "title"), ABROAD)
def test_what_was_told_is_not_told_again_in_another_language(lang: str, title: str) -> None:
    chronicle = Chronicle(Storyline(slug="story"))
    told = [("en", "Ministers open a school in Potsdam"), ("en", "Merz arrives in Beijing for talks with Xi Jinping")]
    made = []
    for number, (spoken, said) in enumerate([*told, (lang, title)], start=1):
        item = Item(str(number), said, START + timedelta(hours=number), source=f"Paper {number}", lang=spoken)
        match = Match(item.id, "story", 1.0, Evidence())
        made.append(chronicle.decide(item, match))
        chronicle.adopt(item, match, made[-1])
    assert [d.verdict is Verdict.NEW for d in made] == [True, True, False]
    assert made[-1].nearest == 2, made[-1].because
