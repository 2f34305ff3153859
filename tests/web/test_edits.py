"""A change is put into a rule's text so that the rest stays, and never so that the file says something else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web import edits
from monitor.web.edits import Edit

RULES = sorted((Path(__file__).parents[2] / "rules").glob("*.toml"))
FULL = """\
# of the file
phrase = "Trump Moscow visit"   # a = "[" in a comment
none = [
  "Trump Tower",  # not this: ]
]
all = [["Trump", 'US "president"'], [
  "Moscow", "Kremlin",
], []]

[alert]
# origins = 9
origins = 1 # one
"""


@pytest.mark.parametrize(
    ("text", "edit", "line"),
    [
        ('phrase = "a"', Edit("none", "b"), 'none = ["b"]'),
        ('phrase = "a"\n\n[alert]\norigins = 2\n', Edit("any", "b"), 'any = ["b"]'),
        (FULL, Edit("none", 'x "y" \\'), '  "Trump Tower", "x \\"y\\" \\\\",  # not this: ]'),
        (FULL, Edit("all[1]", "b"), 'all = [["Trump", \'US "president"\', "b"], ['),
        (FULL, Edit("all[2]", "Москва"), '  "Moscow", "Kremlin", "Москва",'),
        (FULL, Edit("all[3]", "b"), '], ["b"]]'),
        (FULL, Edit("alert.origins", "2"), "origins = 2 # one"),
        (FULL, Edit("alert.sensitivity", "quiet"), 'sensitivity = "quiet"'),
        ('phrase = "a"', Edit("alert.cooldown", "2h"), 'cooldown = "2h"'),
    ],
)
def test_it_stands_where_a_person_would_put_it(text, edit, line):
    made = edits.apply(text, edit)
    assert made is not None
    assert line in made.splitlines()
    assert all(f"#{part.splitlines()[0]}" in made for part in text.split("#")[1:])  # comments stay


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("phrase = ", Edit("none", "b")),
        ("none = 3", Edit("none", "b")),
        ("all = []", Edit("all[1]", "b")),
        ("all = [['a']]", Edit("all[2]", "b")),
        ("alert = {origins = 1}", Edit("alert.origins", "2")),
        ('phrase = """\nnone = [\n"""', Edit("none", "b")),
        ("alert.origins = 1", Edit("alert.origins", "2")),
    ],
)
def test_what_it_cannot_do_it_leaves(text, edit):
    assert edits.apply(text, edit) is None


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
@pytest.mark.parametrize("key", ["none", "any", "all[1]", "alert.origins", "alert.sensitivity"])
def test_real_rules_take_every_change(path, key):
    text = path.read_text(encoding="utf-8")
    if key == "all[1]" and "all" not in tomllib.loads(text):
        return
    assert edits.apply(text, Edit(key, "3" if "origins" in key else "quiet")) is not None


WORD = st.text(min_size=1, max_size=20).filter(lambda w: w.strip())


@given(words=st.lists(WORD, max_size=4), word=WORD, quote=st.sampled_from(["\n", " "]))
def test_any_word_can_be_added(words, word, quote):
    text = f"none = [{quote}" + f",{quote}".join(map(edits.quoted, words)) + f"{quote}]\nphrase = 'x'\n"
    made = edits.apply(text, Edit("none", word))
    assert made is not None
    assert tomllib.loads(made) == {"none": [*words, word], "phrase": "x"}


@pytest.mark.parametrize("sent", ["", "none", "none=", "phrase=x", "alert.routes=x", "all[x]=y", "none=" + "x" * 101])
def test_only_our_own_edits_are_read(sent):
    assert edits.read(sent) is None


def test_an_edit_is_read_as_it_was_sent():
    edit = Edit("all[2]", "a=b c")
    assert edits.read(str(edit)) == edit
