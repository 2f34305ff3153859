"""Show: the demo's live display, made purely as lines; a Printer writes them, coloured on a terminal, plain elsewhere.

12 Feb 17:13 │          Polaris  Trump says he held long call with Putin ...      an item came
12 Feb 17:13 │    0.93  Polaris  Trump says he held long call with Putin ...      it belongs to the storyline
12 Feb 17:13 │ ▶ ALERT  OPENED   Trump says he held long call with Putin ...      and this is told
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from monitor.demo.events import (
    AlertMade,
    Developed,
    Event,
    FeedTrouble,
    ItemCame,
    ItemHeld,
    ItemMatched,
    SendingEnded,
)
from monitor.lang.safe import one_line

Span = tuple[str, str]
"""A text and its style."""
Line = tuple[Span, ...]

_DATE_WIDTH = 12
_MARK_WIDTH = 7
_TAG_WIDTH = 14
_LIMIT = 400
_DIM, _PLAIN, _GOOD, _LOUD, _BAD = "dim", "", "green", "bold reverse yellow", "red"
_STYLES = {"OPENED": "bold cyan", "DENIED": "bold red", "CORRECTED": "bold magenta", "STAGE": "bold blue"}

_KEY = (
    ("item", "an item came in that no storyline asked for", _DIM),
    ("0.93", "an item that belongs to a storyline: its score, and the words that met", _PLAIN),
    ("held", "it is not told, and why: a repeat, comment, too unsure ...", _DIM),
    ("new #1", "the storyline developed: the reason, and what is new in it", "bold"),
    ("▶ ALERT", "one message about it, by mail and webhook", _LOUD),
)


def key() -> Iterator[Line]:
    """Return the lines that explain the display to a newcomer."""
    for mark, meaning, style in _KEY:
        yield (("  ", ""), (_cell(mark, _MARK_WIDTH, right=True), style), (f"  {meaning}", _PLAIN))


def lines(event: Event) -> Iterator[Line]:
    """Return the lines that show ``event``; its texts are made safe for a terminal."""
    match event:
        case ItemCame():
            yield _line(event.at, ("item", _DIM), (event.source, _DIM), (event.title, _DIM))
        case ItemMatched():
            yield from _matched(event)
        case ItemHeld():
            yield _line(event.at, ("held", _DIM), ("", _DIM), (event.because, _DIM))
        case Developed():
            yield from _developed(event)
        case AlertMade():
            yield from _alert(event)
        case SendingEnded():
            style, word = (_GOOD, "sent") if event.sent else (_BAD, "failed")
            yield _line(event.at, (word, style), (event.channel, style), (event.detail, _DIM))
        case FeedTrouble():
            style, word = (_GOOD, "feed ok") if event.over else (_BAD, "feed !")
            yield _line(event.at, (word, style), (event.feed.rpartition("/")[2], style), (event.text, style))


def _matched(event: ItemMatched) -> Iterator[Line]:
    style = _DIM if event.possible else _PLAIN
    met = f"{event.storyline}, met by {', '.join(event.words)}" if event.words else event.storyline
    yield _line(event.at, (f"{event.score:.2f}", style), (event.source, style), (event.title, style))
    yield _more(("", _DIM), (("perhaps " if event.possible else "") + met, _DIM))


def _developed(event: Developed) -> Iterator[Line]:
    style = _STYLES.get(event.reason, "bold")
    yield _line(event.at, (f"new #{event.number}", style), (event.reason, style), (event.headline, _PLAIN))
    if event.delta:
        yield _more(("", _DIM), ("; ".join(f"+ {part}" for part in event.delta), _DIM))


def _alert(event: AlertMade) -> Iterator[Line]:
    style = _STYLES.get(event.reason, "bold")
    yield _line(event.at, ("▶ ALERT", _LOUD), (event.reason, style), (event.headline, "bold"))
    for part in event.delta:
        yield _more(("what is new", _GOOD), (part, _GOOD))
    if event.because:
        yield _more(("because", _DIM), (event.because, _DIM))
    yield _more(("goes to", _DIM), (", ".join(event.channels) or "nobody", _DIM))


def _line(at: datetime, mark: Span, tag: Span, text: Span) -> Line:
    return _columns(f"{at:%d %b %H:%M}", mark, tag, text)


def _more(tag: Span, text: Span) -> Line:
    return _columns(" " * _DATE_WIDTH, ("", _PLAIN), tag, text)


def _columns(date: str, mark: Span, tag: Span, text: Span) -> Line:
    return (
        (f"{date} │ ", _DIM),
        (_cell(one_line(mark[0]), _MARK_WIDTH, right=True), mark[1]),
        ("  ", _PLAIN),
        (_cell(one_line(tag[0]), _TAG_WIDTH), tag[1]),
        (" " + one_line(text[0], _LIMIT), text[1]),
    )


def _cell(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` cut or filled to ``width`` columns of a terminal, wide characters counted as two."""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)


class Printer:
    """Writes lines to ``out``: cut to the window and coloured on a terminal, whole and plain elsewhere."""

    def __init__(self, out: TextIO, *, colour: bool | None = None) -> None:
        """``colour`` None: as ``out`` is a terminal or not; NO_COLOR takes the colours away, not the cutting."""
        self._out = out
        self._console = Console(file=out, force_terminal=colour, highlight=False, markup=False, emoji=False)

    def event(self, event: Event) -> None:
        """Show one event."""
        self.write(lines(event))

    def write(self, shown: Iterable[Line]) -> None:
        """Write ``shown``, a line each."""
        for line in shown:
            self._write(line)

    def _write(self, line: Line) -> None:
        if not self._console.is_terminal:
            self._out.write("".join(text for text, _ in line).rstrip() + "\n")
            return
        self._console.print(Text.assemble(*line), no_wrap=True, overflow="ellipsis", crop=True)
