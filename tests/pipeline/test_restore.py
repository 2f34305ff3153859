"""After a restored backup nothing of old is told again, and what is new is told as ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.store import maintenance
from monitor.store.database import Database
from monitor.store.restore import restore

MINUTE = timedelta(minutes=1)
TOLD = ("Kremlin says Trump visit to Moscow is being prepared", "Trump calls off Moscow visit after phone call")
NEW = "Trump will visit Moscow after all, Kremlin announces"


def brought_back(newsroom: Any) -> None:
    path = newsroom.settings.database
    newsroom.db.close()
    restore(path.with_name("old.bak"), path, newsroom.now)
    newsroom.db = Database.open(path, writer=True)
    newsroom.restart()


def test_what_was_told_after_the_backup_is_not_told_again(newsroom: Any, make_entry: Any) -> None:
    first = make_entry("a", TOLD[0], newsroom.now)
    newsroom.poll("wire", first, after=MINUTE)
    maintenance.backup(newsroom.db, newsroom.settings.database.with_name("old.bak"))
    second = make_entry("b", TOLD[1], newsroom.now)
    newsroom.poll("wire", first, second, after=10 * MINUTE)
    assert newsroom.headlines() == list(TOLD)

    newsroom.now += MINUTE
    brought_back(newsroom)
    again = newsroom.poll("wire", replace(first, title=TOLD[0] + ", again"), second, after=MINUTE)
    assert [i.title for i in again.items] == [TOLD[1]], "it is stored, for the timeline"
    newsroom.poll("paper", make_entry("p", "Trump Moscow visit is off", newsroom.now - 5 * MINUTE), after=MINUTE)
    assert newsroom.headlines() == [TOLD[0]], "and told to nobody"

    newsroom.poll("wire", first, second, make_entry("c", NEW, newsroom.now), after=10 * MINUTE)
    assert newsroom.headlines()[1:] == [NEW]


def test_what_came_after_the_restoring_is_told_at_the_first_poll_too(newsroom: Any, make_entry: Any) -> None:
    maintenance.backup(newsroom.db, newsroom.settings.database.with_name("old.bak"))
    newsroom.now += MINUTE
    brought_back(newsroom)
    newsroom.poll("wire", make_entry("c", NEW, newsroom.now + MINUTE), after=2 * MINUTE)
    assert newsroom.headlines() == [NEW]
