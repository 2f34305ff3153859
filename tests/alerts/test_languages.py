"""Messages in another language: whole, from one file, whatever the ledger keeps."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest

from monitor.alerts import said, words
from monitor.alerts.compose import compose
from monitor.model.alert import Alert, AlertKind, Line, Mute, QuietHours, Route
from monitor.model.development import Change, Fact, Reason
from monitor.model.storyline import Budget
from tests.alerts.telling import DESK, NOON, World, dead, development, minutes, rule
from tests.alerts.test_compose import FIGURE, VIEW, alert, told_of

SHIPPED: dict[str, Any] = tomllib.loads(files("monitor.alerts").joinpath("templates/words.toml").read_text("utf-8"))
OTHERS = sorted(set(SHIPPED) - {"en"})
MARKS = re.compile(r"\{(\w+)\}")
FIGURES, STAGES = (
    tomllib.loads(files("monitor.lang.data").joinpath(f"{name}.toml").read_text("utf-8"))
    for name in ("figures", "stages")
)
VALUES = {*STAGES, *FIGURES["counts"], *FIGURES["about"], "percent", "stage", "date", "withdrawn", "no longer listed"}


def flat(table: dict[str, Any]) -> dict[str, str]:
    """Every phrase under its whole name."""
    found = {}
    for key, value in table.items():
        found |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_whole_and_says_what_english_says(language: str) -> None:
    english, other = flat(SHIPPED["en"]), flat(SHIPPED[language])
    assert set(english) <= set(other)
    for key, phrase in english.items():
        assert sorted(set(MARKS.findall(str(phrase)))) == sorted(set(MARKS.findall(str(other[key])))), key
    assert (len(other["days"]), len(other["months"])) == (7, 12)
    assert set(SHIPPED[language]["values"]) >= VALUES
    assert set(SHIPPED[language]["tags"]) == {*SHIPPED["en"]["reasons"], "NOTICE", "DIGEST"}


@pytest.mark.parametrize("name", sorted(SHIPPED["en"]["sentences"]))
def test_each_sentence_is_known_again_with_its_values(name: str) -> None:
    template = SHIPPED["en"]["sentences"][name]
    values = {mark: str(number + 2) for number, mark in enumerate(dict.fromkeys(MARKS.findall(template)))}
    sentence = said.say(name, **values)
    assert said.is_(name, sentence)
    german = words.load("de")
    assert said.translated(sentence, german) == german.told(name, **values)
    told = SHIPPED["en"]["told"]
    assert said.translated(sentence, words.load("en")) == words.load("en").told(name, **values)
    assert (said.translated(sentence, words.load("en")) == sentence) is (name not in told)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("new: alike 0.05, under 0.14 (nearest #3, 2 h ago)",
         "anders als alles Gemeldete: Ähnlichkeit 0.05, eine Wiederholung beginnt bei 0.14"),
        ("new: 3 sources within 2 h tell it", "3 Quellen melden es binnen 2 Std."),
        ("new: 25 percent tariff, was 10", "25 Prozent Zoll, war 10"),
        ("new: 44 dead, was 36", "44 Tote, war 36"),
        ("new: cancelled, was planned", "abgesagt, war geplant"),
        ("corrected: 31 dead, was 36; date 2025-05-09, was 2025-05-08 (#4)",
         "31 Tote, war 36; Datum 2025-05-09, war 2025-05-08"),
        ("withdrawn by Wire (#1)", "zurückgezogen von Wire"),
        ("nothing has developed for 8 days; 9 of 10 feeds are healthy",
         "seit 8 Tagen hat sich nichts entwickelt; 9 von 10 Feeds sind gesund"),
        ("gathered for 30 minutes", "gesammelt über 30 Minuten"),
        ("a feed's own words", "a feed's own words"),
    ],
)  # fmt: skip
def test_values_are_put_into_the_language_too(english: str, german: str) -> None:
    assert said.translated(english, words.load("de")) == german


def test_a_whole_mail_in_german() -> None:
    before = replace(FIGURE, headline="48 Tote")
    line = replace(
        FIGURE, development=5, reason="CORRECTED", corrects=4, because="corrected: 44 dead, was 48 (#4)",
        delta=(Change(dead("44"), "48"), Change(Fact("stage", "stage", "cancelled", ""), "planned")), origins=("TASS",),
        single_source=True,
    )  # fmt: skip
    view = replace(VIEW, corrected={("visit", 4): told_of(before)})
    told = alert(
        line, title="Catch-up", text="Collected after an outage. Number 2 of 2 in 1 day: what follows stays silent."
    )
    message = compose(told, view, "k", language="de", sent_at=told.at + timedelta(hours=50))
    assert message.subject == (
        "Trump Moscow visit (Nachtrag): Toll rises to 44, says governor [BERICHTIGT, noch eine einzige Quelle]"
    )
    assert message.text == (
        "Trump Moscow visit\n"
        "==================\n"
        "Di, 18. März 2025, 15:04 (Europe/Moscow)\n"
        "\n"
        "Nach einem Ausfall gesammelt. Nummer 2 von 2 in 1 Tag: was folgt, bleibt\n"
        "still.\n"
        "\n"
        "Es wurde zu dieser Zeit entschieden, konnte aber erst 2 T. 2 Std. später\n"
        "gesendet werden.\n"
        "\n"
        "[BERICHTIGT] Toll rises to 44, says governor\n"
        "  * NEU 48 -> 44 Tote\n"
        "    > At least 44 people died.\n"
        "  * NEU Stand: geplant -> abgesagt\n"
        "\n"
        "  Berichtigt: 48 Tote (gemeldet Di, 18. März 2025, 15:04)\n"
        "  Warum jetzt: ein früherer Bericht wurde berichtigt - 44 Tote, war 48\n"
        "  Gemeldet von: TASS\n"
        "  Wie sicher: auch nach dem Warten eine einzige Quelle\n"
        "  - TASS\n"
        "    https://wire.example/1\n"
        "  - Reuters: Число погибших выросло до 44\n"
        "    https://news.example/2\n"
        "\n"
        "Was schon bekannt war\n"
        "  Di, 18. März 2025, 15:00  [NEU] 36 dead\n"
        "  Di, 18. März 2025, 15:00  [BEGINN] A strike hits the town\n"
        "\n"
        "-- \n"
        "Warum Sie das bekommen: Die Regel visit (Trump Moscow visit) schickt es\n"
        "auf den Weg desk.\n"
        "Mehr dazu: storywatch explain alert 49448e1fe566\n"
    )
    assert "    neu   48 -> 44 Tote\n" in message.console
    assert '<html lang="de">' in message.html


def test_whatever_routing_says_is_said_in_german() -> None:
    """A route with everything: each sentence of its ledger has its German form."""
    quiet = QuietHours((NOON + minutes(30)).time(), (NOON + minutes(60)).time())
    desk = replace(DESK, quiet_hours=quiet, together=minutes(1), at_most=(3, timedelta(hours=3)))
    night = Route("night", digest="0 7 * * *")
    rules = {
        "visit": rule(routes=("desk", "night"), origins=2, budget=Budget(2, timedelta(days=1)), cooldown=minutes(5)),
        "strike": rule("strike", routes=("desk",), when=frozenset({"NEWS"})),
    }
    here = World({"desk": desk, "night": night}, rules, mutes=[Mute("", "strike", NOON + minutes(2))])
    here.start(NOON)
    because = set()
    for number in range(1, 12):
        at = NOON + minutes(4 * number)
        for slug, reason in (("visit", Reason.NEWS), ("strike", Reason.NEWS), ("strike", Reason.DENIED)):
            made = development(2 * number + (reason is Reason.DENIED), storyline=slug, reason=reason, at=at)
            here.opens(made, at, catch_up=number == 9, history=number == 10)
            because |= {e.because for e in here.entries.values()}
        here.until(at)
    here.until(NOON + timedelta(days=1))
    because |= {e.because for e in here.entries.values()} - {"new: 0.09 < 0.16"}
    assert len(because) > 8
    german = words.load("de")
    assert not [sentence for sentence in because if said.translated(sentence, german) == sentence]
    texts = {a.text for a in here.alerts if a.text}
    assert texts
    assert not [text for text in texts if said.translated_text(text, german) == text]


def test_a_quiet_signal_speaks_the_language() -> None:
    line = Line("visit", 0, "QUIET", "nothing has developed for 8 days; 9 of 10 feeds are healthy", ())
    told = Alert("a", "desk", "visit", AlertKind.SIGNAL, NOON, (line,))
    message = compose(told, VIEW, "k", language="de", sent_at=NOON)
    assert message.subject == (
        "Trump Moscow visit: seit 8 Tagen hat sich nichts entwickelt; 9 von 10 Feeds sind gesund [STILLE]"
    )
