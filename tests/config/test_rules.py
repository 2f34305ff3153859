"""A rule file as a storyline and a policy; its hash; the directory as a whole."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import monitor
from monitor.config.rules import Around, load_rules
from monitor.model.storyline import AlertPolicy, Budget, Rule, SeedDocument, Sensitivity, Storyline

FULL = """
phrase = "Trump  Moscow\\n visit"
about = \"\"\"
One sentence.
And another.\"\"\"
seeds = ["seed.md"]
names = ["Trump"]
all = [["Trump", "Трамп"], ["visit"]]
strict = true
any = ["Victory Day"]
none = ["Trump Tower"]
fuzzy = 90
follow = false
languages = ["en", "ru"]
feeds = ["world/*"]
since = 2026-11-01
enabled = false
[alert]
routes = ["desk"]
when = ["OPENED", "QUIET"]
sensitivity = "quiet"
origins = 2
wait = "0s"
budget = "8/day"
quiet_after = "2w"
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "seed.md").write_text("# A title\n\nA text.")
    return tmp_path


def one(rules: Path, text: str, name: str = "trip") -> Rule:
    (rules / f"{name}.toml").write_text(text, encoding="utf-8")
    found = load_rules(rules)
    assert found.problems == ()
    return next(rule for rule in found.rules if rule.slug == name)


def test_every_key_reaches_its_value(rules: Path) -> None:
    rule = one(rules, FULL)
    assert rule.storyline == Storyline(
        slug="trip", phrase="Trump Moscow visit", about="One sentence. And another.", names=("Trump",),
        all=(("Trump", "Трамп"), ("visit",)), any=("Victory Day",), none=("Trump Tower",), strict=True, fuzzy=90,
        follow=False, languages=("en", "ru"), feeds=("world/*",), since=datetime(2026, 11, 1, tzinfo=UTC),
        seeds=(SeedDocument("seed.md", "A title", "A text."),),
    )  # fmt: skip
    when, budget = frozenset({"OPENED", "QUIET"}), Budget(8, timedelta(days=1))
    assert rule.alert == AlertPolicy(("desk",), when, Sensitivity.QUIET, 2, timedelta(0), budget, timedelta(days=14))
    assert (rule.enabled, rule.path) == (False, str(rules / "trip.toml"))


def test_the_smallest_rule_is_one_line(rules: Path) -> None:
    rule = one(rules, 'phrase = "Trump Moscow visit"')
    assert rule.storyline == Storyline("trip", "Trump Moscow visit")
    assert (rule.alert, rule.enabled) == (AlertPolicy(routes=("console",)), True)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T06:00:00+02:00", datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("2026-11-01 06:00:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ],
)
def test_dates_are_midnight_utc(rules: Path, written: str, expected: datetime) -> None:
    assert one(rules, f'phrase = "a"\nsince = {written}').storyline.since == expected


SAME = [
    'none = ["b"]\nphrase = "a"',
    '# a comment\nphrase = "a"   # more\nnone = [\n  "b",\n]',
    'phrase = " a "\nnone = ["b"]\nfuzzy = 85\nenabled = true\n[alert]\norigins = 1\nwait = "20m"',
]  # fmt: skip
OTHER = [
    'phrase = "b"\nnone = ["b"]',
    'phrase = "a"\nnone = ["b", "c"]',
    'phrase = "a"\nnone = ["b"]\nfuzzy = 84',
    'phrase = "a"\nnone = ["b"]\nnames = []',
    'phrase = "a"\nnone = ["b"]\nenabled = false',
    'phrase = "a"\nnone = ["b"]\nsince = 2026-01-01',
    'phrase = "a"\nnone = ["b"]\nseeds = ["seed.md"]',
    'phrase = "a"\nnone = ["b"]\n[alert]\norigins = 2',
    'phrase = "a"\nnone = ["b"]\n[alert]\nquiet_after = "never"',
    'phrase = "a"\nnone = ["b"]\n[alert]\nbudget = "1/day"',
]  # fmt: skip


def test_the_hash_names_what_a_rule_says_and_not_how_it_is_written(rules: Path) -> None:
    first = one(rules, 'phrase = "a"\nnone = ["b"]').hash
    assert [one(rules, text).hash for text in SAME] == [first] * len(SAME)
    others = [one(rules, text).hash for text in OTHER]
    assert len({first, *others}) == 1 + len(OTHER)
    with_seed = one(rules, OTHER[6]).hash
    (rules / "seed.md").write_text("# A title\n\nAnother text.")
    assert one(rules, OTHER[6]).hash != with_seed
    defaults = load_rules(rules / "trip.toml", Around(AlertPolicy(origins=2))).rules[0]
    assert defaults.hash != one(rules, OTHER[6]).hash


@pytest.mark.parametrize("name", ["a", "a-b", "a_b", "2028", "x" * 64])
def test_a_slug_is_a_plain_name(rules: Path, name: str) -> None:
    assert one(rules, 'phrase = "a"', name).slug == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Trip", "trip"), ("a b", "a-b"), ("-a", "a"), ("a.b", "a-b"), ("Мой визит", "moy-vizit"),
        ("x" * 65, "x" * 64), ("\x1b[31m", "31m"), ("…", ""),
    ],
)  # fmt: skip
def test_another_name_is_refused_with_a_better_one(rules: Path, name: str, hint: str) -> None:
    (rules / f"{name}.toml").write_text('phrase = "a"')
    problem = load_rules(rules).problems[0]
    assert problem.hint == (f"rename it to {hint}.toml" if hint else "")


def test_what_is_no_rule_is_passed_over(rules: Path) -> None:
    for name in (".hidden.toml", "#saved.toml", "old.toml~", "old.toml.bak", "notes.md", ".toml"):
        (rules / name).write_text("broken =")
    assert load_rules(rules).problems == ()


def test_one_file_may_be_named_instead_of_a_directory(rules: Path) -> None:
    one(rules, 'phrase = "a"')
    (rules / "broken.toml").write_text("=")
    assert [rule.slug for rule in load_rules(rules / "trip.toml").rules] == ["trip"]


def test_the_rules_of_a_directory_come_in_order(rules: Path) -> None:
    for name in ("c", "a", "b"):
        one(rules, 'phrase = "a"', name)
    assert [rule.slug for rule in load_rules(rules).rules] == ["a", "b", "c"]


def test_the_measured_storylines_are_read(shared: Path) -> None:
    found = [load_rules(directory) for directory in sorted(shared.glob("data/stories/*/*/"))]
    assert len(found) == 15
    assert [rules.problems for rules in found] == [()] * 15
    assert all(len(rules.rules) == 1 for rules in found)


def test_the_hash_is_the_same_in_every_process(rules: Path) -> None:
    """Sets come in another order in each process; the hash must not follow them."""
    text = 'phrase = "a"\n[alert]\nwhen = ["NEWS", "STAGE", "QUIET", "OPENED"]'
    here = one(rules, text).hash
    program = f"from pathlib import Path; from monitor.config.rules import load_rules; print(load_rules(Path({str(rules)!r})).rules[0].hash)"  # noqa: E501
    for seed in ("1", "2"):
        environ = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(monitor.__file__).parents[1])}
        ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
        assert ran.stdout.strip() == here
