"""The lexicons in nine more languages: what their headlines are read to say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.developments.facts import Facts
from monitor.developments.phrases import PhraseBook
from monitor.developments.reading import CONCEPT, Reader, Reading
from monitor.lang.fold import fold
from monitor.lang.languages import guess
from monitor.lang.lexicon import load
from monitor.model.development import Fact
from monitor.model.item import Item

AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
NEW = ("nl", "da", "no", "pl", "uk", "tr", "ja", "ko", "ar")
FACTS = Facts.load()
READER = Reader()


def figures(title: str, lang: str) -> dict[str, str]:
    return {f.what: f.value for f in read(title, lang) if f.kind == "figure"}


def read(title: str, lang: str) -> tuple[Fact, ...]:
    return FACTS.read(title, "", lang, AT)


@pytest.mark.parametrize(
    ("lang", "title", "found"),
    [
        ("zh", "死亡44人，受伤120人", {"dead": "44", "injured": "120"}),
        ("zh", "公司被罚款1亿2000万美元", {"USD fine": "120000000"}),
        ("zh", "法院判处其5年监禁", {"years in prison": "5"}),
        ("fr", "Au moins dix-sept morts", {"dead": "17"}),
        ("ru", "Компания заплатит 100 млн долларов", {"USD": "100000000"}),
        ("en", "Blast kills 44 people and injures 120", {"dead": "44", "injured": "120"}),
    ],
)
def test_numbers_are_put_together_and_kept_apart(lang: str, title: str, found: dict[str, str]) -> None:
    assert figures(title, lang) == found


def test_a_month_of_one_language_is_a_word_of_another() -> None:
    assert [f for f in read("Szczyt 15 marca", "pl") if f.kind == "date"]
    assert not [f for f in read("El delantero marca 2 goles", "es") if f.kind == "date"]


def test_arabic_words_are_met_behind_their_article() -> None:
    book = PhraseBook({"meet": {"ar": ["قمة", "التق*"], "fa": ["قمة"]}})
    assert [(f.start, f.end) for f in book.find(["انطلاق", "القمة"], "", "ar")] == [(1, 2)]
    assert book.find(["والقمة"], "", "ar")
    assert book.find(["لقمة"], "", "ar")
    assert book.find(["التقي"], "", "ar")
    assert not book.find(["القمة"], "", "fa")


def test_digits_of_arabic_script_are_digits() -> None:
    assert fold("٤٤") == fold("۴۴") == "44"


def test_a_short_title_without_kana_may_be_japanese() -> None:
    assert guess("首相辞任表明", "ja") == "ja"
    assert guess("首相辞任表明") == "zh"
    assert guess("总理宣布辞职" * 10, "ja") == "zh"


def said(lang: str, title: str) -> Reading:
    return READER.read(Item(title, title, AT, lang=lang))


def counted(reading: Reading) -> dict[str, str]:
    return {f.what: f.value for f in reading.facts if f.kind == "figure"}


@pytest.mark.parametrize(
    ("lang", "title", "stage", "figures", "concepts"),
    [
        ("nl", "Topoverleg in Genève afgelast", "cancelled", {}, "cancel meet"),
        ("nl", "Kremlin ontkent uitstel van ontmoeting", "denied", {}, "deny meet"),
        ("nl", "Zeker 44 doden en 120 gewonden bij aardbeving", "", {"dead": "44", "injured": "120"}, "die disaster"),
        ("nl", "Dodental stijgt tot 1.200", "", {"dead": "1200"}, "die rise"),
        ("nl", "Boete van 1,8 miljard euro voor Helios", "", {"EUR fine": "1800000000"}, "sanction"),
        ("nl", "Man van 44 jaar aangehouden na overval", "", {}, "arrest steal"),
        ("nl", "Rechtbank veroordeelt burgemeester tot vijf jaar cel", "", {"years in prison": "5"}, "court sentence"),
        ("nl", "Besluit van kabinet uitgesteld", "postponed", {}, "cancel"),
        ("nl", "Minister treedt af na kritiek", "", {}, "resign condemn"),
        ("da", "Topmøde i Genève er aflyst", "cancelled", {}, "cancel meet"),
        ("da", "Mindst 44 døde og 120 sårede efter jordskælv", "", {"dead": "44", "injured": "120"}, "die disaster"),
        ("da", "Dødstallet stiger til mindst 1.200", "", {"dead": "1200"}, "die rise"),
        ("da", "Helios får bøde på 1,8 milliarder euro", "", {"EUR fine": "1800000000"}, "sanction"),
        ("da", "Tre anholdt efter røveri", "", {"arrested": "3"}, "arrest steal"),
        ("da", "Regeringen udskyder afstemning", "postponed", {}, "cancel vote"),
        ("da", "Kreml benægter møde", "denied", {}, "deny meet"),
        ("da", "Forhandlingerne er begyndt i Genève", "underway", {}, "meet begin"),
        ("da", "44-årig mand idømt fem års fængsel", "", {"years in prison": "5"}, "sentence"),
        ("no", "Toppmøtet i Genève er avlyst", "cancelled", {}, "cancel meet"),
        ("no", "Minst 44 døde og 120 skadde etter jordskjelv", "", {"dead": "44", "injured": "120"}, "die disaster"),
        ("no", "Dødstallet stiger til 1 200", "", {"dead": "1200"}, "die rise"),
        ("no", "Helios får bot på 1,8 milliarder euro", "", {"EUR fine": "1800000000"}, "sanction"),
        ("no", "Tre pågrepet etter ran", "", {"arrested": "3"}, "arrest steal"),
        ("no", "Regjeringen utsetter avstemningen", "postponed", {}, "cancel vote"),
        ("no", "Kreml avviser påstander om møte", "denied", {}, "reject meet"),
        ("no", "Statsråden går av etter kritikk", "", {}, "resign condemn"),
        ("no", "Norges Bank hever renten til 4,5 prosent", "", {"% interest rate": "4.5"}, "rise"),
        ("pl", "Szczyt w Genewie odwołany", "cancelled", {}, "cancel meet"),
        ("pl", "Co najmniej 44 osoby zginęły, 120 rannych", "", {"dead": "44", "injured": "120"}, "die injure"),
        ("pl", "Liczba ofiar wzrosła do 1200", "", {"dead": "1200"}, "die rise"),
        ("pl", "Trzęsienie ziemi w Chile: pięciu zabitych", "", {"dead": "5"}, "die disaster"),
        ("pl", "Helios ukarany grzywną 1,8 mld euro", "", {"EUR fine": "1800000000"}, "sanction"),
        ("pl", "Trzech zatrzymanych po napadzie na bank", "", {"arrested": "3"}, "arrest attack"),
        ("pl", "Kreml zaprzecza doniesieniom o spotkaniu", "denied", {}, "deny meet"),
        ("pl", "Sejm przełożył głosowanie", "postponed", {}, "cancel vote"),
        ("pl", "44-latek skazany na 5 lat więzienia", "", {"years in prison": "5"}, "sentence"),
        ("pl", "Minister podał się do dymisji", "", {}, "resign"),
        ("uk", "Саміт у Женеві скасували", "cancelled", {}, "cancel meet"),
        ("uk", "Унаслідок землетрусу загинули 44 людини", "", {"dead": "44"}, "die disaster"),
        ("uk", "Удар по Харкову: троє загиблих, 12 поранених", "", {"dead": "3", "injured": "12"}, "attack die injure"),
        ("uk", "Кількість загиблих зросла до 1200", "", {"dead": "1200"}, "die rise"),
        ("uk", "Компанію оштрафували на 1,8 млрд євро: штраф рекордний", "", {"EUR fine": "1800000000"}, "sanction"),
        ("uk", "Кремль заперечує підготовку зустрічі", "denied", {}, "deny meet"),
        ("uk", "Голосування перенесли на вівторок", "postponed", {}, "cancel vote"),
        ("uk", "Переговори завершилися в Женеві", "over", {}, "meet end"),
        ("uk", "Суд засудив ексміністра до 5 років позбавлення волі", "", {"years in prison": "5"}, "court sentence"),
        ("uk", "Міністр подав у відставку", "", {}, "resign"),
        ("tr", "Cenevre'deki zirve iptal edildi", "cancelled", {}, "cancel meet"),
        ("tr", "Depremde 44 kişi hayatını kaybetti, 120 yaralı", "", {"dead": "44", "injured": "120"}, "die disaster"),
        ("tr", "Ölü sayısı 1.200'e yükseldi", "", {"dead": "1200"}, "die rise"),
        ("tr", "Trafik kazasında üç kişi öldü", "", {"dead": "3"}, "die disaster"),
        ("tr", "Helios'a 1,8 milyar avro para cezası", "", {"EUR fine": "1800000000"}, "sanction"),
        ("tr", "Soygun şüphelisi 3 kişi gözaltına alındı", "", {"arrested": "3"}, "arrest steal"),
        ("tr", "Kremlin görüşme iddialarını yalanladı", "denied", {}, "deny meet"),
        ("tr", "Meclis'teki oylama ertelendi", "postponed", {}, "cancel vote"),
        ("tr", "Eski bakan 5 yıl hapis cezası aldı", "", {"years in prison": "5"}, "sentence"),
        ("tr", "Merkez Bankası politika faizini yüzde 45'e indirdi", "", {"% interest rate": "45"}, "fall"),
        ("tr", "44 yaşındaki bakan istifa etti", "", {}, "resign"),
        ("ja", "ジュネーブの首脳会談が中止", "cancelled", {}, "cancel meet"),
        ("ja", "南部で地震、44人死亡 120人負傷", "", {"dead": "44", "injured": "120"}, "die disaster injure"),
        ("ja", "地震の死者1200人に、行方不明30人", "", {"dead": "1200", "missing": "30"}, "die disaster missing"),
        ("ja", "ヘリオスに制裁金1億8000万ユーロ", "", {"EUR fine": "180000000"}, "sanction"),
        ("ja", "強盗容疑で3人逮捕", "", {"arrested": "3"}, "arrest steal"),
        ("ja", "政府、会談の延期を否定", "denied", {}, "cancel deny meet"),
        ("ja", "議会、採決を先送り", "postponed", {}, "cancel vote"),
        ("ja", "元大臣に懲役5年の判決", "", {"years in prison": "5"}, "court sentence"),
        ("ja", "中央銀行、政策金利を4.5%に引き上げ", "", {"% interest rate": "4.5"}, "rise"),
        ("ja", "M7.1の地震、津波の心配なしと気象庁発表", "", {"magnitude": "7.1"}, "announce disaster"),
        ("ja", "中央銀行、政策金利を4.5パーセントに", "", {"% interest rate": "4.5"}, ""),
        ("ja", "100m走で新記録と発表", "", {}, "announce"),
        ("ja", "首相「辞任しない」", "", {}, "resign"),
        ("ko", "제네바 정상회담 전격 취소", "cancelled", {}, "cancel meet"),
        ("ko", "남부 지진으로 44명 사망·120명 부상", "", {"dead": "44", "injured": "120"}, "die disaster injure"),
        ("ko", "44명 사망 120명 부상", "", {"dead": "44", "injured": "120"}, "die injure"),
        ("ko", "지진 사망자 1천200명으로 늘어", "", {"dead": "1200"}, "die disaster rise"),
        ("ko", "헬리오스에 과징금 1억8000만 유로", "", {"EUR fine": "180000000"}, "sanction"),
        ("ko", "은행 강도 3명 체포", "", {"arrested": "3"}, "arrest steal"),
        ("ko", "크렘린, 회담설 부인", "denied", {}, "deny"),
        ("ko", "국회, 표결 연기", "postponed", {}, "vote"),
        ("ko", "전 장관 징역 5년 선고", "", {"years in prison": "5"}, "sentence"),
        ("ko", "한은, 기준금리 0.25%로 인하", "", {"% interest rate": "0.25"}, "fall"),
        ("ko", "44세 장관 사퇴", "", {}, "resign"),
        ("ko", "'비상사태' 선포한 대통령 사과", "", {}, "admit"),
        ("ar", "إلغاء القمة في جنيف", "cancelled", {}, "cancel meet"),
        ("ar", "مقتل 44 شخصا وإصابة 120 في زلزال", "", {"dead": "44", "injured": "120"}, "die disaster injure"),
        ("ar", "ارتفاع حصيلة قتلى الزلزال إلى ١٢٠٠", "", {"dead": "1200"}, "die disaster rise"),
        ("ar", "خمسة قتلى بانفجار في بغداد", "", {"dead": "5"}, "attack die"),
        ("ar", "غرامة بقيمة 1.8 مليار يورو على هيليوس", "", {"EUR fine": "1800000000"}, "sanction"),
        ("ar", "الشرطة تعتقل 3 مشتبهين بعد سرقة بنك", "", {"arrested": "3"}, "arrest steal"),
        ("ar", "الكرملين ينفي التحضير للقاء", "denied", {}, "deny meet"),
        ("ar", "البرلمان يؤجل التصويت", "postponed", {}, "cancel vote"),
        ("ar", "الحكم على وزير سابق بالسجن 5 سنوات", "", {"years in prison": "5"}, "court sentence"),
        ("ar", "زلزال بقوة 7.1 درجة يضرب الساحل", "", {"magnitude": "7.1"}, "disaster"),
        ("ar", "استقالة الوزير وسط احتجاجات", "", {}, "resign protest"),
        ("ar", "«الهلال» يوقع عقدا جديدا", "confirmed", {}, "sign"),
    ],
)
def test_a_headline_is_read(lang: str, title: str, stage: str, figures: dict[str, str], concepts: str) -> None:
    reading = said(lang, title)
    assert reading.cue is None
    assert reading.stage == stage
    assert counted(reading) == figures
    assert {CONCEPT + c for c in concepts.split()} <= reading.concepts


@pytest.mark.parametrize(
    ("lang", "title", "cue"),
    [
        ("nl", "Opinie | De top was een vergissing", "opinion"),
        ("nl", "Waarom de top mislukte", "why"),
        ("nl", "Dit weten we over de brand in Utrecht", "explainer"),
        ("nl", "Komt er een staakt-het-vuren?", "question"),
        ("nl", "Beleggers hopen op lagere rente", "market"),
        ("nl", "Deskundigen: top draait om vertrouwen", "mood"),
        ("da", "Leder: Topmødet var en fejl", "opinion"),
        ("da", "Derfor gik topmødet i vasken", "why"),
        ("da", "Det ved vi om branden i Aarhus", "explainer"),
        ("da", "Se billederne: Stormen rammer vestkysten", "gallery"),
        ("da", "Eksperter venter lavere rente", "mood"),
        ("no", "Kronikk: Toppmøtet var en feil", "opinion"),
        ("no", "Hvorfor toppmøtet strandet", "why"),
        ("no", "Dette vet vi om brannen i Bergen", "explainer"),
        ("no", "Slik følger du kvelden", "why"),
        ("no", "Oslo Børs åpner ned", "market"),
        ("pl", "Komentarz: Szczyt był pomyłką", "opinion"),
        ("pl", "Dlaczego szczyt się nie udał", "why"),
        ("pl", "Co wiemy o pożarze w Łodzi", "explainer"),
        ("pl", "Jak zmieni się rynek pracy", "feature"),
        ("pl", "Galeria zdjęć | Burza nad Gdańskiem", "gallery"),
        ("uk", "Колонка: саміт був помилкою", "opinion"),
        ("uk", "Чому саміт провалився", "why"),
        ("uk", "Що відомо про пожежу у Львові", "explainer"),
        ("uk", "Експерти не вірять у швидкий мир", "mood"),
        ("uk", "Чи буде перемир'я?", "question"),
        ("tr", "Yorum: Zirve bir hataydı", "opinion"),
        ("tr", "Neden zirve başarısız oldu", "why"),
        ("tr", "Yeni bakan kimdir", "explainer"),
        ("tr", "Borsa güne yükselişle başladı", "market"),
        ("tr", "Ateşkes ilan edilecek mi?", "question"),
        ("ja", "【社説】会談は誤りだった", "opinion"),
        ("ja", "＜社説＞会談は誤りだった", "opinion"),
        ("ja", "なぜ会談は失敗したのか", "why"),
        ("ja", "写真特集 雪の京都", "gallery"),
        ("ja", "日経平均は小幅に続落", "market"),
        ("ja", "停戦は続くか？", "question"),
        ("ko", "[사설] 회담은 실수였다", "opinion"),
        ("ko", "왜 회담은 깨졌나", "why"),
        ("ko", "[팩트체크] 지진 예보는 없었다", "explainer"),
        ("ko", "코스피 2% 넘게 올라", "market"),
        ("ko", "휴전은 지켜질까?", "question"),
        ("ar", "رأي: القمة كانت خطأ", "opinion"),
        ("ar", "لماذا فشلت القمة", "why"),
        ("ar", "من هو رئيس الوزراء الجديد", "explainer"),
        ("ar", "بالصور: حريق ضخم في المرفأ", "gallery"),
        ("ar", "الأسهم ترتفع في الخليج", "market"),
        ("ar", "هل تصمد الهدنة؟", "question"),
    ],
)
def test_what_is_no_news_is_told_apart(lang: str, title: str, cue: str) -> None:
    fired = said(lang, title).cue
    assert fired is not None
    assert fired.name == cue


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("nl", "Liveblog: Top in Genève begonnen", "Top in Genève begonnen"),
        ("da", "Lige nu: Topmøde i Genève begyndt", "Topmøde i Genève begyndt"),
        ("no", "Siste nytt: Toppmøte i Genève i gang", "Toppmøte i Genève i gang"),
        ("pl", "Pilne: Szczyt w Genewie rozpoczęty", "Szczyt w Genewie rozpoczęty"),
        ("uk", "Терміново: У Женеві почався саміт", "У Женеві почався саміт"),
        ("tr", "SON DAKİKA: Cenevre'de zirve başladı", "Cenevre'de zirve başladı"),
        ("ja", "【速報】ジュネーブで首脳会談始まる", "ジュネーブで首脳会談始まる"),
        ("ko", "[속보] 제네바 정상회담 시작", "제네바 정상회담 시작"),
        ("ar", "عاجل | بدء القمة في جنيف", "بدء القمة في جنيف"),
    ],
)
def test_labels_are_taken_off(lang: str, title: str, text: str) -> None:
    assert said(lang, title).title == text


@pytest.mark.parametrize(
    ("lang", "title", "day"),
    [
        ("nl", "Top op 15 maart in Genève", "2025-03-15"),
        ("da", "Topmøde den 15. marts", "2025-03-15"),
        ("no", "Toppmøte 15. juli", "2025-07-15"),
        ("pl", "Szczyt odbędzie się 15 marca", "2025-03-15"),
        ("uk", "Саміт відбудеться 15 липня", "2025-07-15"),
        ("tr", "Zirve 15 Mart'ta yapılacak", "2025-03-15"),
        ("ja", "首脳会談は3月15日に開催", "2025-03-15"),
        ("ko", "정상회담 3월 15일 개최", "2025-03-15"),
        ("ar", "القمة في 15 مارس", "2025-03-15"),
        ("ar", "القمة في 15 آذار", "2025-03-15"),
    ],
)
def test_days_are_read(lang: str, title: str, day: str) -> None:
    assert [f.value for f in read(title, lang) if f.kind == "date"] == [day]


@pytest.mark.parametrize("name", ["concepts", "stages"])
def test_every_entry_speaks_the_new_languages(name: str) -> None:
    for entry, by_lang in load(name).items():
        assert set(NEW) <= set(by_lang), entry


def test_every_cue_and_count_speaks_the_new_languages() -> None:
    cues, known = load("cues"), load("figures")
    shelves = [cues["reporting"]["any"], cues["strip"]["label"], cues["opinion"]["label"], cues["mood"]["any"]]
    shelves += [*known["counts"].values(), *known["about"].values()]
    assert all(set(NEW) <= set(shelf) for shelf in shelves)
    joined = set(known["counters"])  # words are written together: no words between a count and its number
    assert set(NEW) - joined <= set(known["months"]) & set(known["fillers"]) & set(known["words"])
