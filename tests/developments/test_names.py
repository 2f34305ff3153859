from __future__ import annotations

import pytest

from monitor.developments.names import _ENDS, _OPENING, Names, _form
from monitor.lang import aliases
from monitor.lang.aliases import words_of
from monitor.lang.tokens import tokens

NAMES = Names(aliases.load())


@pytest.mark.parametrize(
    ("lang", "title", "named"),
    [
        ("tr", "Su kesintisi iki gün sürecek", set()),
        ("tr", "Sudan'da ateşkes bir gün sürdü", {"@sudan"}),
        ("fi", "Benin presidentti vierailulla", {"@benin"}),
        ("en", "Mali junta dissolves parties", {"@mali"}),
        ("fr", "Mal de dos : que faire ?", set()),
        ("de", "Italiens Haushalt steht", {"@italy"}),
    ],
)
def test_a_stem_of_few_letters_is_no_name(lang: str, title: str, named: set[str]) -> None:
    assert NAMES.find(tokens(title), title, lang)[0] == named


@pytest.mark.parametrize("lang", sorted(_ENDS))
def test_a_name_and_its_stem_begin_alike(lang: str) -> None:
    """Names are worked out by how they begin; one whose stem begins otherwise would never be met."""
    names = [name for concept in aliases.load().concepts.values() for name in concept.names]
    firsts = {words[0] for name in names if (words := words_of(name))}
    assert [word for word in sorted(firsts)[::7] if _form(word, lang)[:_OPENING] != word[:_OPENING]] == []
