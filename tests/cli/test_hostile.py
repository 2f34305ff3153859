"""Every text in the database steers the terminal, and no command passes it on: to a screen, in colours, as JSON."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest

EVIL = "EVIL\x1b]0;owned\x07\x1b[2J\u202e\u009b31m\r\nFAKE LINE"
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
TEXTS = {
    "items": ("title", "summary", "source", "author", "lang"),
    "feeds": ("title", "last_error", "why", "publisher"),
    "developments": ("headline", "stage"),
    "decisions": ("because", "cue"),
    "ledger": ("because",),
    "alerts": ("title",),
    "storylines": ("phrase",),
    "deliveries": ("last_error",),
}
COMMANDS = (
    ("status",), ("timeline", "moscow", "--held"), ("explain", "1"), ("explain", "alert", "alert2"),
    ("explain", "storyline", "moscow"), ("alerts", "list"), ("alerts", "show", "alert2"),
    ("alerts", "preview", "moscow", "--form", "html"), ("feeds", "list"), ("rule", "list"),
)  # fmt: skip


@pytest.fixture
def poisoned(desk):
    with closing(sqlite3.connect(desk.database)) as db, db:
        for table, columns in TEXTS.items():
            for column in columns:
                db.execute(f"UPDATE {table} SET {column} = {column} || ?", (EVIL,))
        db.execute("UPDATE developments SET origins = json_insert(origins, '$[#]', ?)", (EVIL,))
        db.execute("UPDATE alerts SET payload = replace(payload, 'Moscow', ?)", (f"Moscow {json.dumps(EVIL)[1:-1]}",))
    return desk


def test_no_text_of_the_database_steers_a_terminal(poisoned):
    told = 0
    for words in COMMANDS:
        for colours in ((), ("--color",)):
            answer = poisoned.run(*colours, *words)
            shown = answer.out + answer.err
            plain = re.sub(r"\x1b\[[0-9;]*m", "", shown) if colours else shown
            assert not STEERING.search(plain), (words, plain)
            assert not re.search(r"(?m)^FAKE LINE", plain), (words, plain)
            told += "EVIL" in plain
    assert told > len(COMMANDS)


def test_what_programs_read_holds_no_control_characters(poisoned):
    for words in (("status",), ("timeline", "moscow"), ("explain", "1"), ("alerts", "list"), ("feeds", "list")):
        out = poisoned.run(*words, "--json").out
        assert json.loads(out)
        assert not STEERING.search(out), (words, out)
