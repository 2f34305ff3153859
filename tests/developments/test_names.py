from __future__ import annotations

import pytest

from monitor.developments.names import Names
from monitor.lang import aliases
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
