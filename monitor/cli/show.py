"""Show: answers on standard output: tables and colours on a terminal, plain lines everywhere else.

Every text is made harmless here (``lang.safe.one_line``), so that no command can forget it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from monitor.lang.safe import one_line, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STYLES = {
    "dim": "dim",
    "good": "green",
    "bad": "bold red",
    "warn": "yellow",
    "head": "bold",
    "name": "cyan",
    "mark": "bold underline magenta",
}
# Controls, bidirectional and other invisible marks, lone surrogates, tags. In JSON they stand in strings only.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LIMIT = 2000
_HANGING = 4  # further in, where a line goes on
_EDGE = 20  # spaces kept at an end: those of our own columns


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line with its style, a key of ``STYLES``; "mark" is shown in brackets where there are no colours."""

    text: str
    style: str = ""


Line = str | Span | Sequence[str | Span]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column. ``right``: figures; ``fold``: the one that takes the rest of the width."""

    name: str
    right: bool = False
    fold: bool = False


class Screen:
    """Standard output. ``colour``: None as the terminal can, False never, True always."""

    def __init__(self, *, colour: bool | None = None) -> None:
        self.terminal = sys.stdout.isatty() if colour is None else colour or sys.stdout.isatty()
        self._colour = colour is not False and (colour or "NO_COLOR" not in os.environ)
        self._force = colour is True
        self._rich: Console | None = None

    def line(self, line: Line = "", *, indent: int = 0) -> None:
        """Print one line; on a terminal what does not fit goes on below, further in."""
        if not self.terminal:
            _write(" " * indent + plain(line).rstrip())
            return
        from rich.text import Text

        console = self._console()
        for number, part in enumerate(_text(line).wrap(console, max(20, console.width - indent - _HANGING))):
            part.rstrip()
            console.print(Text(" " * (indent + (_HANGING if number else 0))).append_text(part), soft_wrap=True)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Line]]) -> None:
        """Print ``rows`` under the names of ``columns``."""
        if not self.terminal:
            _plain_table(columns, rows)
            return
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
        for column in columns:
            table.add_column(
                column.name,
                justify="right" if column.right else "left",
                ratio=1 if column.fold else None,
                no_wrap=not column.fold,
                overflow="fold" if column.fold else "ellipsis",
            )
        for row in rows:
            table.add_row(*(_text(cell) for cell in row))
        self._console().print(table)

    def json(self, data: Any) -> None:
        """Print ``data`` as JSON: indented on a terminal, one line elsewhere."""
        _write(json_text(data, indent=2 if self.terminal else None))

    def verbatim(self, text: str) -> None:
        """Print a message's ``text`` with its own lines and spaces, and nothing that could steer the terminal."""
        _write(visible(text).rstrip("\n"))

    def raw(self, text: str) -> None:
        """Print ``text`` as it is, for the shell that takes it: a path, never a feed's words."""
        _write(text)

    def _console(self) -> Console:
        if self._rich is None:
            from rich.console import Console

            self._rich = Console(
                force_terminal=self._force or None,
                no_color=not self._colour,
                highlight=False,
                markup=False,
                emoji=False,
            )
        return self._rich


class Progress(Protocol):
    """A bar that counts on."""

    def __call__(self, done: int) -> None:
        """So much is done."""


@contextmanager
def progress(what: str, total: int | None, *, colour: bool | None = None, also: bool = True) -> Iterator[Progress]:
    """A progress bar on standard error where that is a terminal; nothing elsewhere.

    ``also`` False: not where standard output is one too, because lines go there meanwhile.
    """
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not also):
        yield lambda done: None  # noqa: ARG005 - nothing to show it on
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True, no_color=colour is False or None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def clean(text: str) -> str:
    """``text`` on one line and without control characters; spaces at either end stay, as many as there are."""
    shown = one_line(text, _LIMIT)
    if not shown:
        return " " * min(len(text), _EDGE)
    before, after = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    return f"{' ' * min(before, _EDGE)}{shown}{' ' * min(after, _EDGE)}"


def plain(line: Line) -> str:
    """``line`` without colours."""
    return "".join(f"[{clean(s.text)}]" if s.style == "mark" else clean(s.text) for s in _spans(line))


def json_text(data: Any, indent: int | None = None) -> str:
    """``data`` as JSON in its own script; what a terminal would act on, or no file can hold, is escaped."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(data, ensure_ascii=False, indent=indent, separators=separators)
    return _UNSEEN.sub(lambda found: json.dumps(found.group())[1:-1], text)


def count(number: int, what: str) -> str:
    """``1 item``, ``2 items``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _spans(line: Line) -> list[Span]:
    parts = [line] if isinstance(line, str | Span) else line
    return [Span(part) if isinstance(part, str) else part for part in parts]


def _text(line: Line) -> Text:
    from rich.text import Text

    return Text.assemble(*((clean(s.text), STYLES.get(s.style, "")) for s in _spans(line)))


def _plain_table(columns: Sequence[Column], rows: Sequence[Sequence[Line]]) -> None:
    from rich.cells import cell_len

    table = [[column.name for column in columns], *([plain(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(row[n]) for row in table) for n in range(len(columns))]
    for row in table:
        cells = []
        for column, width, cell in zip(columns, widths, row, strict=True):
            space = " " * (width - cell_len(cell))
            cells.append(space + cell if column.right else cell + space)
        _write("  ".join(cells).rstrip())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
