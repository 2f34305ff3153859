"""What the tests of messages compose: an alert with all there is to say, and one of hostile text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.alerts.compose import View, compose
from monitor.model.alert import Alert, AlertKind, Line
from monitor.model.delivery import Message, SmtpChannel
from monitor.model.development import Change, Fact, Reason
from monitor.model.item import Item
from tests.alerts.telling import dead, development

AT = datetime(2025, 3, 18, 12, 4, tzinfo=UTC)


TITLES = {"visit": "Trump Moscow visit"}


CHANNEL = SmtpChannel("mail", "mail.example", "watch@desk.example", ("editor@desk.example",))


HEADERS = [
    "Subject", "From", "To", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Importance",
    "Auto-Submitted",
    "MIME-Version", "Content-Type",
]  # fmt: skip


FIGURE = Line(
    "visit", 4, "FIGURE", "Toll rises to 44, says governor", ("i1", "i2"), ("TASS", "Reuters"),
    delta=(Change(dead("44"), "36"), Change(Fact("stage", "stage", "confirmed", "confirmed"))),
    because="new: 0.09 < 0.16",
)  # fmt: skip


ITEMS = {
    "i1": Item("i1", "Toll rises to 44, says governor", AT, url="https://wire.example/1", source="TASS", lang="en"),
    "i2": Item("i2", "Число погибших выросло до 44", AT, url="https://news.example/2", source="Reuters", lang="ru"),
}


KNOWN = (development(1, reason=Reason.OPENED, headline="A strike hits the town"), development(3, headline="36 dead"))


VIEW = View(ITEMS, TITLES, {"visit": KNOWN}, "Europe/Moscow")


def alert(*lines: Line, kind: AlertKind = AlertKind.DEVELOPMENT, **more: str) -> Alert:
    storyline = "" if kind in (AlertKind.DIGEST, AlertKind.NOTICE) else "visit"
    return Alert("49448e1fe566", "desk", storyline, kind, AT, lines, **more)


def composed(told: Alert, view: View = VIEW, later: timedelta = timedelta(), **more: Path) -> Message:
    return compose(told, view, "key-1", sent_at=AT + later, **more)


def hostile(text: str) -> tuple[Alert, View]:
    fact = Fact(text, text, text, text, text, text)
    line = Line("visit", 4, "NEWS", text, ("i1",), (text,), (Change(fact, text),), (fact,), because=text)
    item = Item("i1", text, AT, summary=text, url="https://wire.example/1", source=text, lang=text)
    known = (development(1, headline=text),)
    return alert(line, title=text, text=text), View({"i1": item}, {"visit": text}, {"visit": known}, "UTC")
