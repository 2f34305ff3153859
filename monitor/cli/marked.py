"""Marked: a text with the words that met a rule marked, and how they met it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.cli.show import Line, Span
from monitor.lang.safe import one_line
from monitor.model.match import Hit, Match, Means

_SUMMARY = 400  # characters of a summary that are shown
_MEANS = {
    Means.EXACT: "the same word",
    Means.STEM: "another form of the word",
    Means.COMPOUND: "part of a compound",
    Means.TRANSLITERATION: "the same name in another script",
    Means.ALIAS: "another name for it",
    Means.FUZZY: "spelt much alike",
}


def marked(text: str, hits: Iterable[Hit], field: str, limit: int = _SUMMARY) -> list[Span]:
    """``text`` (the item's ``field``) with the words of ``hits`` marked; cut off after ``limit`` characters."""
    spans: list[Span] = []
    at = 0
    for start, end in _merged(hits, field):
        if start >= limit or end > len(text):
            break
        spans += [Span(text[at:start]), Span(text[start:end], "mark")]
        at = end
    rest = text[at : max(at, limit)]
    return [*spans, Span(rest), *([Span("…", "dim")] if len(text) > max(at, limit) else [])]


def _merged(hits: Iterable[Hit], field: str) -> list[tuple[int, int]]:
    """The places of ``hits`` in order, overlapping ones as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(h.start, h.end) for h in hits if h.field == field and h.end > h.start}):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def all_of(found: Match) -> Iterator[Line]:
    """Everything that speaks for and against, line by line: what met what, what is missing, what was learned."""
    yield from met(found)
    yield from (line for line in (missing(found), learned(found), parts(found)) if line)


def met(found: Match) -> Iterator[list[Span]]:
    """One line for each word that met the rule: what met what, in which part of the rule, how closely."""
    for hit in found.evidence.hits:
        how = _MEANS.get(hit.means, hit.means.value)
        yield [
            Span(hit.word, "mark"),
            Span(" meets "),
            Span(hit.term, "name"),
            Span(f" of {part_name(hit.part)}: {how}, {hit.closeness:.2f}", "dim"),
            Span("" if hit.field == "title" else f", in the {hit.field}", "dim"),
        ]


def part_name(part: str) -> str:
    """A part of a rule as the rule file names it: ``all[2]`` for the second group."""
    name, _, number = part.partition(":")
    return f"{name}[{int(number) + 1}]" if number.isdigit() else part


def learned(found: Match, limit: int = 6) -> list[str | Span]:
    """The words that the storyline had learned before, in one line; empty when there are none."""
    words = sorted(found.evidence.learned, key=lambda w: -w.weight)[:limit]
    if not words:
        return []
    told = ", ".join(
        f"{one_line(w.word, 40)} {w.weight:.2f}" + (f" (from item {w.item})" if w.item else "") for w in words
    )
    return [Span("learned: ", "dim"), Span(told)]


def verdict(found: Match, bar: float) -> list[str | Span]:
    """The score, the bar, and by which way it was accepted or why not."""
    if found.evidence.veto:
        return [Span("no match: ", "bad"), f'the rule\'s none has "{found.evidence.veto}"']
    score = f"{found.score:.2f}"
    if not found.possible:
        way = f", by way of {found.evidence.path}" if found.evidence.path else ""
        return [Span("match: ", "good"), f"{score}, the bar is {bar:.2f}{way}"]
    return [Span("no match: ", "warn"), f"{score}, the bar is {bar:.2f}"]


def missing(found: Match) -> list[str | Span]:
    """What the rule asks for and the text does not have; empty when nothing is missing."""
    if not found.evidence.missing:
        return []
    return [Span("missing: ", "warn"), ", ".join(dict.fromkeys(one_line(m, 80) for m in found.evidence.missing))]


def parts(found: Match) -> list[str | Span]:
    """The named components of the score, in one line; empty when there are none."""
    if not found.evidence.parts:
        return []
    told = ", ".join(f"{name} {value:.2f}" for name, value in found.evidence.parts)
    return [Span("score made of: ", "dim"), Span(told)]
