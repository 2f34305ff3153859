"""Workshop: a rule in a text box, tried on the stored items beside the one in force; saved where that is allowed."""

from __future__ import annotations

import os
import tempfile
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.alerts.clean import text as cleaned
from monitor.config.document import read_text
from monitor.config.rules import Around, RuleFile, try_rule
from monitor.errors import Problem, UsageError
from monitor.model.settings import Settings
from monitor.model.storyline import Rule
from monitor.store.database import Database
from monitor.web import edits, proposals, storyline
from monitor.web.desk import Asked, Desk, filled
from monitor.web.guard import form
from monitor.web.proposals import Proposals
from monitor.web.storyline import Heading
from monitor.web.times import Times
from monitor.web.trial import Answer, Question

LONGEST = 50_000  # characters of a rule


@dataclass(frozen=True, slots=True)
class Bench:
    """What the workshop shows. ``said``: a word on what was just done; ``saved``: the text stands in the file."""

    heading: Heading
    text: str
    file: str
    problems: tuple[Problem, ...] = ()
    answer: Answer | None = None
    said: str = ""
    proposals: Proposals | None = None


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's file: its name and what stands in it."""

    file: str
    text: str


def text_of(settings: Settings, slug: str) -> RuleText:
    """Return the file of a rule in force. Raises UsageError where there is none that can be read."""
    path = Path(rule_of(settings, slug).path)
    found = read_text(path)
    if isinstance(found, Problem):
        raise UsageError(f"rules/{path.name}: {found.message}")
    return RuleText(path.name, found)


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of the workshop."""
    turn = desk.turn

    def on(work: Callable[[Asked, Semaphore], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await work(Asked(desk, request), turn)

        return answer

    return [
        Route("/storyline/{slug}/rule", on(_look), methods=["GET"]),
        Route("/storyline/{slug}/rule", on(_try), methods=["POST"]),
        Route("/storyline/{slug}/rule/save", on(_save), methods=["POST"]),
    ]


def rule_of(settings: Settings, slug: str) -> Rule:
    """Return the rule in force. Raises UsageError."""
    for rule in settings.rules:
        if rule.slug == slug and rule.path:
            return rule
    raise UsageError(f"there is no rule {cleaned(slug, 80)}")


def may_edit(settings: Settings) -> None:
    """Raise HTTPException 403 where the page may only be read."""
    if not settings.web.edit:
        raise HTTPException(403, "The page may not change anything: [web] edit = true in storywatch.toml allows it.")


def read_rule(settings: Settings, path: Path, text: str) -> RuleFile:
    """Return what ``text`` says as the rule at ``path``, held against the configuration in force."""
    if len(text) > LONGEST:
        return RuleFile(path.stem, None, (Problem(str(path), 0, "", f"is longer than {LONGEST} characters"),))
    feeds = {feed.name for feed in settings.feeds}
    inside = (settings.path.parent, path.parent)  # who sees the page need not be one who may read our files
    return try_rule(path, text, Around(settings.defaults, set(settings.routes), feeds, inside))


async def _look(asked: Asked, _: Semaphore) -> Response:
    rule = rule_of(asked.settings, asked.path("slug"))
    found = read_text(Path(rule.path))
    text, problems = ("", (found,)) if isinstance(found, Problem) else (found, ())
    said = "Saved. The daemon takes it into force by itself." if asked.text("saved") else ""
    return await _shown(asked, rule, text, problems=problems, said=said)


async def _try(asked: Asked, turn: Semaphore) -> Response:
    fields = await form(asked.request, asked.desk.token)
    rule = rule_of(asked.settings, asked.path("slug"))
    text, said = changed_by(lines(fields.get("text", "")), fields.get("change", ""))
    found = await tried(asked, turn, Path(rule.path), text, rule)
    return await _shown(asked, rule, text, **(found | {"said": found.get("said") or said}))


def changed_by(text: str, sent: str) -> tuple[str, str]:
    """Return ``text`` with the change that a button ``sent`` ("" for none), and a word on it."""
    edit = edits.read(sent) if sent else None
    if edit is None:
        return text, ""
    made = edits.apply(text, edit)
    if made is None:
        return text, f"This text does not take it by itself: put {edit.value} into {edit.key} by hand."
    return made, f"{edit.value} stands in {edit.key} of the text below now; the file is as it was."


async def tried(asked: Asked, turn: Semaphore, path: Path, text: str, before: Rule | None) -> dict[str, Any]:
    """What a trial of ``text`` beside the rule ``before`` gives: an answer, problems, or why there is none."""
    settings = asked.settings
    changed = read_rule(settings, path, text)
    if changed.rule is None:
        return {"problems": changed.problems}
    if turn.locked():
        return {"said": "Another trial is running: try again in a moment."}
    times = await asked.desk.read(asked.desk.times)
    async with turn:
        question = Question(
            settings.database, changed.rule, before, times.now, settings.lexicons, language=settings.language
        )
        try:
            return {"answer": await asked.desk.trial(question)}
        except UsageError as error:
            return {"said": f"Nothing came of it: {error}."}


async def _save(asked: Asked, _: Semaphore) -> Response:
    fields = await form(asked.request, asked.desk.token)
    settings, rule = asked.settings, rule_of(asked.settings, asked.path("slug"))
    may_edit(settings)
    text, path = lines(fields.get("text", "")), Path(rule.path)
    changed = read_rule(settings, path, text)
    if changed.rule is None:
        return await _shown(asked, rule, text, problems=changed.problems)
    if lines(fields.get("was", "")) != _current(path):
        return await _shown(asked, rule, text, said="The file was changed meanwhile, so nothing was saved.")
    try:
        _write(path, text)
    except OSError as error:
        return await _shown(asked, rule, text, said=f"The file cannot be written: {error.strerror or error}.")
    return RedirectResponse(f"/storyline/{rule.slug}/rule?saved=1", 303)


def _current(path: Path) -> str:
    found = read_text(path)
    return "" if isinstance(found, Problem) else lines(found)


def lines(text: str) -> str:
    """Return ``text`` with the line ends of a file: forms send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _write(path: Path, text: str) -> None:
    """Put ``text`` in place of what the file held, whole or not at all; its mode stays."""
    mode = path.stat().st_mode & 0o777
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


async def _shown(asked: Asked, rule: Rule, text: str, **more: Any) -> Response:
    def build(db: Database) -> str:
        times = asked.desk.times(db)
        bench = _bench(asked, db, rule, text, times, more)
        was = _current(Path(rule.path))
        return filled(asked.desk, "rule.html", times, asked.request.url.path, v=bench, was=was, most=proposals.MET)

    return HTMLResponse(await asked.desk.read(build), 422 if more.get("problems") else 200)


def _bench(asked: Asked, db: Database, rule: Rule, text: str, times: Times, more: dict[str, Any]) -> Bench:
    top = storyline.heading(db, asked.settings, rule.slug, times.now)
    item, said = asked.text("item", 18), asked.text("say", 10)
    proposed = proposals.of_item(db, rule, item, said, times.now) if item and said in proposals.SAID else None
    return Bench(heading=top, text=text, file=Path(rule.path).name, proposals=proposed, **more)
