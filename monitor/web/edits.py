"""Edits: one change put into the text of a rule, comments and all else left as they are. Pure: text in, text out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LISTS = ("any", "none")
_GROUP = re.compile(r"all\[(\d+)\]")
_POLICY = {"sensitivity": str, "origins": int, "cooldown": str}  # of [alert], with what they hold
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_ALERT = re.compile(r"^[ \t]*\[[ \t]*alert[ \t]*\][ \t]*(#[^\n]*)?$", re.MULTILINE)
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}|' + r"'''(?:[^']|'{1,2}(?!'))*'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|\#[^\n]*|[\[\]{},\n]|[^\s\[\]{},\"'#]+",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """``value`` for ``key``: added to a list ("none", "any", "all[2]"), or put in place ("alert.origins")."""

    key: str
    value: str

    def __str__(self) -> str:
        """The edit as a form sends it."""
        return f"{self.key}={self.value}"


def read(sent: str) -> Edit | None:
    """Return the edit that a form sent; None where it is none of ours."""
    key, _, value = sent.partition("=")
    value = " ".join(value.split())
    known = key in _LISTS or _GROUP.fullmatch(key) or key.removeprefix("alert.") in _POLICY
    return Edit(key, value) if known and value and len(value) <= 100 else None


def apply(text: str, edit: Edit) -> str | None:
    """Return ``text`` (TOML) with ``edit`` in it; None where that cannot be done by machine.

    The result is read again: it says what ``text`` said and the edit, and nothing else.
    """
    try:
        wanted = _changed(tomllib.loads(text), edit)
        made = _written(text, edit)
        return made if tomllib.loads(made) == wanted else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def quoted(text: str) -> str:
    """``text`` as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _changed(raw: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """What the file is to say."""
    if edit.key.startswith("alert."):
        key = edit.key.removeprefix("alert.")
        return {**raw, "alert": {**raw.get("alert", {}), key: _POLICY[key](edit.value)}}
    group = _GROUP.fullmatch(edit.key)
    if group is None:
        return {**raw, edit.key: [*raw.get(edit.key, []), edit.value]}
    groups, number = [list(g) for g in raw["all"]], int(group[1]) - 1
    groups[number].append(edit.value)
    return {**raw, "all": groups}


def _written(text: str, edit: Edit) -> str:
    if edit.key.startswith("alert."):
        return _policy(text, edit.key.removeprefix("alert."), edit.value)
    group = _GROUP.fullmatch(edit.key)
    begin = _value_at(text, "all" if group else edit.key, 0, _end_of_top(text))
    if begin is None:
        return _line_in(text, _end_of_top(text), f"{edit.key} = [{quoted(edit.value)}]")
    at, empty = _end_of_list(text, begin, int(group[1]) if group else 0)
    return text[:at] + ("" if empty else ", ") + quoted(edit.value) + text[at:]


def _policy(text: str, key: str, value: str) -> str:
    said = value if _POLICY[key] is int else quoted(value)
    header = _ALERT.search(text)
    if header is None:
        return f"{text.rstrip()}\n\n[alert]\n{key} = {said}\n".lstrip("\n")
    later = _HEADER.search(text, header.end())
    begin = _value_at(text, key, header.end(), later.start() if later else len(text))
    if begin is None:
        return f"{text[: header.end()]}\n{key} = {said}{text[header.end() :]}"
    token = next(_tokens(text, begin))
    return text[:begin] + said + text[token.end() :]


def _end_of_top(text: str) -> int:
    """Where the first table begins: keys of the file itself stand before it."""
    depth = 0
    fresh = True  # at the beginning of a line
    for token in _tokens(text, 0):
        found = token.group()
        if fresh and depth == 0 and found == "[":
            return token.start()
        depth += (found in "[{") - (found in "]}")
        fresh = found == "\n"
    return len(text)


def _value_at(text: str, key: str, begin: int, end: int) -> int | None:
    found = re.compile(rf"^[ \t]*{key}[ \t]*=[ \t]*", re.MULTILINE).search(text, begin, end)
    return found.end() if found else None


def _line_in(text: str, at: int, line: str) -> str:
    before = text[:at].rstrip()
    rest = text[at:]
    return f"{before}\n{line}\n".lstrip("\n") + (f"\n{rest}" if rest else "")


def _end_of_list(text: str, begin: int, group: int) -> tuple[int, bool]:
    """The place behind the last element of the list at ``begin``, or of its ``group``-th list; whether it is empty."""
    depth = groups = 0
    last, empty = begin, True
    want = 2 if group else 1
    for token in _tokens(text, begin):
        found = token.group()
        if found == "[":
            depth += 1
            groups += depth == 2
            if depth == want and groups == group:
                last, empty = token.end(), True
        elif found == "]":
            if depth == want and groups == group:
                return last, empty
            depth -= 1
        elif found not in ",\n" and not found.startswith("#") and depth == want and groups == group:
            last, empty = token.end(), False
    raise LookupError(begin)


def _tokens(text: str, begin: int) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text, begin)
