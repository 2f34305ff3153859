"""Addition: a feed's block appended to storywatch.toml, whole or not at all; comments and the rest stay as they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.config.load import examine
from monitor.errors import ConfigError, UsageError
from monitor.lang.fold import fold
from monitor.lang.languages import normal
from monitor.model.feed import Feed

_NAME = 60  # characters of a name made from a title


def name_of(title: str, host: str, taken: Iterable[str]) -> str:
    """A feed's name made from its title, else its host: words joined by "-", with a number where it is taken."""
    words = re.findall(r"[^\W_]+", fold(title)) or re.findall(r"[^\W_]+", host.removeprefix("www."))
    name = "-".join(words)[:_NAME].strip("-") or "feed"
    known, free, number = set(taken), name, 2
    while free in known:
        free, number = f"{name}-{number}", number + 1
    return free


def block(feed: Feed) -> str:
    """The ``[[feeds.feed]]`` block of ``feed``."""
    keys = [("name", feed.name), ("url", feed.url), ("publisher", feed.publisher), ("lang", normal(feed.lang))]
    lines = [f"{key} = {quoted(value)}\n" for key, value in keys if value]
    if feed.tags:
        lines.append(f"tags = [{', '.join(map(quoted, feed.tags))}]\n")
    return "\n[[feeds.feed]]\n" + "".join(lines)


def quoted(text: str) -> str:
    """``text`` as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def append(path: Path, *feeds: Feed) -> None:
    """Append ``feeds`` to the configuration at ``path``; the file is replaced only by one that can be used.

    Raises UsageError where the file's form does not allow it, ConfigError where the feed itself is refused.
    """
    real = path.resolve()
    before = real.read_text(encoding="utf-8-sig")
    draft = real.with_name(f".{real.name}.new")
    try:
        _write(draft, before.rstrip("\n") + "\n" + "".join(map(block, feeds)), real.stat().st_mode & 0o7777)
        _check(draft, path, feeds)
        draft.replace(real)
    finally:
        draft.unlink(missing_ok=True)


def _write(draft: Path, text: str, mode: int) -> None:
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _check(draft: Path, path: Path, feeds: Sequence[Feed]) -> None:
    examined = examine(draft)
    if examined.settings is not None and {f.name for f in feeds} <= {f.name for f in examined.settings.feeds}:
        return
    problems = tuple(replace(p, file=str(path)) if p.file == str(draft) else p for p in examined.problems)
    if any("not TOML" in p.message for p in problems):
        raise UsageError(
            f"{path}: nothing can be appended: [feeds] is written in another form than [[feeds.feed]] blocks; "
            f"add it by hand: name = {quoted(feeds[0].name)}, url = {quoted(feeds[0].url)}"
        )
    raise ConfigError(problems)
