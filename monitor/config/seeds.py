"""Seeds: example articles in Markdown, turned into a title and plain text."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.config.document import read_text
from monitor.errors import Problem
from monitor.lang.markup import plain_text
from monitor.model.storyline import SeedDocument

LIMIT = 1_000_000  # bytes
_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title\s*[:=]\s*(.+)$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*)$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_RULER = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:[ \t]*\S+")
_LEAD = re.compile(r"^\s{0,3}(?:>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+)+")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+[^()]*)?\)|\[[^\]]*\])")
_AUTOLINK = re.compile(r"<(?:https?|mailto):[^>\s]*>")
# Emphasis is not paired, which would be quadratic: marks that lean on a word from outside go.
_MARKS = r"(?:\*{1,3}|_{1,3}|~~|`{1,3})"
_OPENING = re.compile(rf"(?<![\w\\]){_MARKS}(?=\S)")
_CLOSING = re.compile(rf"(?<=[^\s\\]){_MARKS}(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(path: Path) -> SeedDocument | Problem:
    """Return the seed document at ``path``, or the problem with it (absent, no text in it ...)."""
    text = read_text(path, LIMIT)
    if isinstance(text, Problem):
        return text
    title, body = plain(text)
    if not (title or body):
        return Problem(str(path), 0, "", "holds no text")
    return SeedDocument(path.name, title, body)


def plain(markdown: str) -> tuple[str, str]:
    """Return the title and the text of ``markdown``: marks away, one paragraph a line.

    The title is the one in the front matter, else the first heading, else the first line.
    """
    text = markdown.replace("\r\n", "\n").replace("\r", "\n")
    title, text = _front(text)
    paragraphs: list[str] = []
    for heading, block in _blocks(text):
        words = _inline(block)
        if not title and words and (heading or not paragraphs):
            title = words
        elif words and words != title:
            paragraphs.append(words)
    return title, "\n".join(paragraphs)


def _front(text: str) -> tuple[str, str]:
    found = _FRONT.match(text)
    if not found:
        return "", text
    title = _FRONT_TITLE.search(found.group(2))
    return (_inline(title.group(1).strip().strip("\"'")) if title else ""), text[found.end() :]


def _blocks(text: str) -> list[tuple[bool, str]]:
    """The headings (True) and paragraphs of ``text`` in order."""
    blocks: list[tuple[bool, str]] = []
    paragraph: list[str] = []
    for line in [*_prose(text), ""]:
        heading = _HEADING.match(line)
        underline = bool(paragraph and _UNDERLINE.match(line))
        ends = heading or underline or not line.strip() or _RULER.match(line) or _LEAD.match(line)
        if ends and paragraph:
            blocks.append((underline, " ".join(paragraph)))
            paragraph = []
        if heading:
            blocks.append((True, heading.group(1).rstrip().rstrip("#")))
        elif not ends or (_LEAD.match(line) and not _RULER.match(line)):
            paragraph.append(_LEAD.sub("", line).strip())
    return blocks


def _prose(text: str) -> list[str]:
    """The lines of ``text`` without fenced code and link definitions."""
    kept: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not _DEFINITION.match(line):
            kept.append(line)
    return kept


def _inline(text: str) -> str:
    without_links = _LINK.sub(r"\1", _LINK.sub(r"\1", _AUTOLINK.sub(" ", text)))
    marked = _CLOSING.sub("", _OPENING.sub("", without_links))
    return plain_text(_ESCAPED.sub(r"\1", marked))
