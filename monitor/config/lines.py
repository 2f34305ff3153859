"""Lines: where each key of a TOML document stands, which tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LITERAL = re.compile(r"'([^']*)'")
_BASIC_BLOCK = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LITERAL_BLOCK = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}\n#]*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def key_lines(text: str) -> Mapping[Place, int]:
    """Return the line (from 1) of every key, table and array element of ``text``, by its path.

    ``text`` must be TOML that tomllib has read without complaint (TOML 1.0); line ends may be CRLF.
    A path names tables by key and elements by index: ``("feeds", "feed", 2, "url")``.
    """
    return _Scanner(text).scan()


def line_of(lines: Mapping[Place, int], path: Place) -> int:
    """Return the line of ``path``, or of the nearest thing around it that has one; 0 for none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


class _Scanner:
    """One walk over a valid document; each method leaves ``at`` behind what it has read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}  # elements of each array of tables so far
        self._line = 1
        self._counted = 0

    def scan(self) -> Mapping[Place, int]:
        table: Place = ()
        self._skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)
        return self.lines

    def _header(self) -> Place:
        line, many = self._here(), self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self._dotted()
        self.at += 2 if many else 1
        path = self._within_arrays(keys[:-1])
        path = (*path, keys[-1])
        if many:
            self.lines.setdefault(path, line)
            number = self.counts.get(path, 0)
            self.counts[path] = number + 1
            path = (*path, number)
        else:
            path = self._last_of(path)
        self._note(path, line)
        return path

    def _within_arrays(self, keys: tuple[str, ...]) -> Place:
        path: Place = ()
        for key in keys:
            path = self._last_of((*path, key))
        return path

    def _last_of(self, path: Place) -> Place:
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def _pair(self, table: Place) -> None:
        line = self._here()
        path: Place = (*table, *self._dotted())
        self.at += 1  # "="
        self._skip(_BLANK)
        self._note(path, line)
        self._value(path)

    def _note(self, path: Place, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _dotted(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return tuple(keys)
            self.at += 1

    def _key(self) -> str:
        quote = self.text[self.at]
        found = {'"': _BASIC, "'": _LITERAL}.get(quote, _BARE).match(self.text, self.at)
        if found is None:
            raise ValueError(f"not TOML at character {self.at}")
        self.at = found.end()
        if quote == '"':
            return _ESCAPE.sub(_unescaped, found.group(1))
        return found.group(1) if quote == "'" else found.group()

    def _value(self, path: Place) -> None:
        char = self.text[self.at]
        if char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        elif char in "\"'":
            self._string(char)
        else:
            self._skip(_SCALAR)

    def _string(self, quote: str) -> None:
        if self.text.startswith(quote * 3, self.at):
            self._skip(_BASIC_BLOCK if quote == '"' else _LITERAL_BLOCK)
        else:
            self._skip(_BASIC if quote == '"' else _LITERAL)

    def _array(self, path: Place) -> None:
        self.at += 1
        number = 0
        while self._more("]"):
            self.lines[(*path, number)] = self._here()
            self._value((*path, number))
            number += 1

    def _inline_table(self, path: Place) -> None:
        self.at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, end: str) -> bool:
        """Pass white space, comments and a comma; at ``end`` pass it too and say that nothing follows."""
        self._skip(_SPACE)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_SPACE)
        if self.text[self.at] == end:
            self.at += 1
            return False
        return True

    def _skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        if found is None:
            raise ValueError(f"not TOML at character {self.at}")
        self.at = found.end()

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    return chr(int(code[1:], 16)) if code[0] in "uU" else _ESCAPED.get(code, code)
