"""Headlines: which of the titles that tell a development says it most clearly to the one who reads."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.developments.reading import Reading

_WORDS = (4, 18)  # a clear title has so many words
_SIGNS = (8, 40)  # and so many characters in scripts without spaces


def clearest(readings: Sequence[Reading], language: str) -> Reading:
    """Return the clearest of ``readings`` (not empty) for someone who reads ``language``; of equals the first.

    In this order: it is in that language; it is news and no comment, question or teaser; it says who says so or what
    happened; it has the length of a headline.
    """
    return min(readings, key=lambda r: _blur(r, language))


def better(kept: Reading | None, joined: Reading, language: str) -> bool:
    """Whether a development's headline should become the ``joined`` title: the first clear one in ``language``.

    ``kept`` is the reading whose title it has now, None when that is no longer known: then it stays.
    """
    if kept is None or kept.lang == language or joined.lang != language:
        return False
    return joined.cue is None and not joined.sentence


def _blur(reading: Reading, language: str) -> tuple[bool, bool, bool, bool]:
    least, most = _WORDS if reading.spaced else _SIGNS
    size = len(reading.title.split()) if reading.spaced else len(reading.title)
    return (
        reading.lang != language,
        reading.cue is not None or reading.sentence,
        not (reading.reports or reading.concepts or reading.facts),
        not least <= size <= most,
    )
