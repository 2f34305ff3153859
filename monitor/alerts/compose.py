"""Compose: an alert put into words for every channel at once. Feed text enters templates only as values."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from monitor.alerts import words
from monitor.alerts.clean import header, label
from monitor.alerts.payload import payload
from monitor.alerts.severity import severity
from monitor.alerts.shown import shown
from monitor.alerts.values import Delta, Shown, Told, View
from monitor.alerts.words import Words, delta_text
from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Message

__all__ = ["FAILED", "View", "compose", "delta_text"]

FAILED = "A template of yours failed, so this is the standard one"
_WIDTH = 72
_LONGEST = 2_000_000  # characters of one rendered form; ours stay far below
_COLOURS = {"DENIED": "#c0392b", "CORRECTED": "#c0392b", "STAGE": "#8e44ad", "FIGURE": "#b9770e", "OPENED": "#1e8449"}


@dataclass(frozen=True, slots=True)
class _Texts:
    text: str
    html: str
    console: str


def compose(
    alert: Alert,
    view: View,
    delivery_key: str,
    *,
    language: str = "en",
    sent_at: datetime,
    templates: Path | None = None,
    channel: str = "",
) -> Message:
    """Return ``alert`` as a message for any channel, under the stable ``delivery_key``.

    ``sent_at`` is real time: a message that could not be sent for long says so. ``templates`` is a
    user's directory, in which a directory named like the ``channel`` goes before the rest; a template
    of theirs that fails is replaced by ours, and the message says so.
    """
    own = (templates / channel if channel else templates, templates) if templates else ()
    seen, made = _composed(alert, view, sent_at, language, own)
    place = _place(alert)
    return Message(
        key=delivery_key,
        subject=header(seen.subject),
        text=made.text,
        html=made.html,
        console=made.console,
        payload=payload(alert, view, header(seen.subject), seen.title),
        thread=f"thread.{place}",
        list_id=place,
        title=header(seen.title, 80),
        severity=severity(alert),
    )


def _place(alert: Alert) -> str:
    if alert.kind is AlertKind.DIGEST:
        return f"digest.{label(alert.route)}"
    return "notices" if alert.kind is AlertKind.NOTICE else f"storyline.{label(alert.storyline)}"


def _composed(
    alert: Alert, view: View, sent_at: datetime, language: str, templates: tuple[Path, ...]
) -> tuple[Shown, _Texts]:
    try:
        say = words.load(language, templates[-1] if templates else None)
        seen = shown(alert, view, say, sent_at)
        return seen, _texts(seen, say, language, templates)
    except Exception as error:
        # Whatever a user's file runs into, an endless recursion or too little memory too, no alert is lost to it.
        if not templates:
            raise
        seen, ours = _composed(alert, view, sent_at, language, ())
        note = header(f"({FAILED}: {error})", 300)
        return seen, _Texts(f"{ours.text}\n{note}\n", ours.html, f"{ours.console}\n    note  {note}")


def _texts(seen: Shown, say: Words, language: str, templates: tuple[Path, ...]) -> _Texts:
    environment = _environment(templates)
    values = {"a": seen, "say": say, "language": language}
    name = "digest.txt" if seen.kind == AlertKind.DIGEST else "mail.txt"
    text, html, console = (_rendered(environment.get_template(n), values) for n in (name, "mail.html", "console.txt"))
    return _Texts(text.strip("\n") + "\n", html, console.strip("\n"))


def _rendered(template: Template, values: Mapping[str, object]) -> str:
    """What ``template`` makes of ``values``. Raises ValueError where it is no end of text."""
    parts: list[str] = []
    room = _LONGEST
    for part in template.generate(values):
        room -= len(part)
        if room < 0:
            raise ValueError(f"{template.name} makes more than {_LONGEST} characters")
        parts.append(part)
    return "".join(parts)


@lru_cache(maxsize=16)
def _environment(templates: tuple[Path, ...]) -> ImmutableSandboxedEnvironment:
    ours = PackageLoader("monitor.alerts", "templates")
    named = PrefixLoader({"ours": ours})  # what a user's template of the same name can begin or end with
    loader: BaseLoader = ChoiceLoader([FileSystemLoader(templates), ours, named]) if templates else ours
    environment = ImmutableSandboxedEnvironment(
        loader=loader, autoescape=lambda name: bool(name and name.endswith(".html")), undefined=StrictUndefined
    )
    environment.filters.update(
        {"wrap": _wrap, "block": _block, "groups": _groups, "marked": _marked, "colour": _colour}
    )
    return environment


def _wrap(value: str, indent: str = "", used: int = 0) -> str:
    """``value`` in lines of at most 72; later ones start with ``indent``, the first has ``used`` places less."""
    lines = _lines(value, " " * used, indent)
    return "\n".join(lines)[used:] if lines else ""


def _block(value: str, indent: str, later: str | None = None) -> str:
    """``value`` in indented lines of at most 72."""
    return "\n".join(_lines(value, indent, indent if later is None else later))


def _lines(value: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        value, _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _groups(lines: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    """Lines by storyline, a storyline standing where its most important line stands."""
    order = {story: place for place, story in enumerate(dict.fromkeys(line.storyline for line in lines))}
    by_story = sorted(lines, key=lambda line: order[line.storyline])
    return [(story, list(own)) for story, own in groupby(by_story, key=lambda line: line.storyline)]


def _marked(delta: Delta) -> Markup:
    """A change with its new value in bold; every part is escaped here."""
    if not delta.before:
        return Markup("<b>{}</b>").format(delta.words)
    old, _, new = delta.words.rpartition(f" {words.ARROW} ")
    return Markup("{} &rarr; <b>{}</b>").format(old, new)


def _colour(reason: str) -> str:
    return _COLOURS.get(reason, "#2471a3")
