"""Said: why something is told, held back or silent. Every sentence stands in one place, ``templates/words.toml``.

The ledger keeps them in English and in short, so that a database reads the same whatever a message's language; a
message says them in its own and for its reader: a sentence is recognised by its form in the ledger, and its values are
put into the message's.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.alerts import words
from monitor.alerts.words import Words

_ENGLISH = "en"
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_ONE_AFTER_ANOTHER = re.compile(r"(?<=\.) (?=[A-Z])")
_SPANS = frozenset({"span", "age"})
_CHANGES = frozenset({"changes"})
_MEASURE = re.compile(r"(\S+) (.+)")
_UNIT = re.compile(r"(?<=\d )([a-z]+)")


def say(name: str, **values: object) -> str:
    """Return the sentence ``name`` in English with ``values`` put in."""
    return words.load(_ENGLISH).sentence(name, **values)


def is_(name: str, sentence: str) -> bool:
    """Whether ``sentence`` is the one called ``name``."""
    return _pattern(name).fullmatch(sentence) is not None


def translated(sentence: str, into: Words) -> str:
    """Return ``sentence`` as a message in the language of ``into`` says it; as it is where it is none of ours."""
    for name in words.load(_ENGLISH).phrases["sentences"]:
        if found := _pattern(name).fullmatch(sentence):
            return into.told(name, **{key: _value(key, value, into) for key, value in found.groupdict().items()})
    return sentence


def translated_text(text: str, into: Words) -> str:
    """Return several sentences, each with a capital and a full stop, as a message says them."""
    if not text:
        return ""
    return " ".join(_whole(part, into) for part in _ONE_AFTER_ANOTHER.split(text))


def _whole(part: str, into: Words) -> str:
    said = translated(f"{part[:1].lower()}{part[1:]}".removesuffix("."), into)
    return f"{said[:1].upper()}{said[1:]}."


def _value(key: str, value: str, into: Words) -> str:
    if key in _SPANS:
        return _UNIT.sub(lambda m: into.value("units", m[1]), value)
    return "; ".join(_change(part, into) for part in value.split("; ")) if key in _CHANGES else value


def _change(part: str, into: Words) -> str:
    """A change as developments say it: "44 dead, was 36"; "cancelled, was planned"; "date: 2025-08-15"."""
    now, _, before = part.partition(", was ")
    said = _measured(now, into)
    return into.sentence("was", now=said, before=into.value("values", before)) if before else said


def _measured(text: str, into: Words) -> str:
    found = _MEASURE.fullmatch(text)
    if found is None:
        return into.value("values", text)
    return f"{into.value('values', found[1])} {into.value('values', found[2])}"


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[str]:
    template = str(words.load(_ENGLISH).phrases["sentences"][name])
    seen: set[str] = set()

    def group(place: re.Match[str]) -> str:
        again = place[1] in seen
        seen.add(place[1])
        return f"(?P={place[1]})" if again else f"(?P<{place[1]}>.+?)"

    return re.compile(_PLACE.sub(group, re.escape(template)), re.DOTALL)
