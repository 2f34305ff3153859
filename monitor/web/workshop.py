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
from monitor.web import proposals, storyline, trial
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


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of the workshop. One trial runs at a time."""
    turn = Semaphore(1)

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


def read_rule(settings: Settings, path: Path, text: str) -> RuleFile:
    """Return what ``text`` says as the rule at ``path``, held against the configuration in force."""
    if len(text) > LONGEST:
        return RuleFile(path.stem, None, (Problem(str(path), 0, "", f"is longer than {LONGEST} characters"),))
    feeds = {feed.name for feed in settings.feeds}
    return try_rule(path, text, Around(settings.defaults, set(settings.routes), feeds))


async def _look(asked: Asked, _: Semaphore) -> Response:
    rule = rule_of(asked.settings, asked.path("slug"))
    found = read_text(Path(rule.path))
    text, problems = ("", (found,)) if isinstance(found, Problem) else (found, ())
    said = "Saved. The daemon takes it into force by itself." if asked.text("saved") else ""
    return await _shown(asked, rule, text, problems=problems, said=said)


async def _try(asked: Asked, turn: Semaphore) -> Response:
    fields = await form(asked.request, asked.desk.token)
    settings, rule = asked.settings, rule_of(asked.settings, asked.path("slug"))
    text = _lines(fields.get("text", ""))
    changed = read_rule(settings, Path(rule.path), text)
    if changed.rule is None:
        return await _shown(asked, rule, text, problems=changed.problems)
    if turn.locked():
        return await _shown(asked, rule, text, said="Another trial is running: try again in a moment.")
    times = await asked.desk.read(asked.desk.times)
    async with turn:
        question = Question(
            settings.database, changed.rule, rule, times.now, settings.lexicons, language=settings.language
        )
        try:
            answer = await trial.ask(question)
        except UsageError as error:
            return await _shown(asked, rule, text, said=f"Nothing came of it: {error}.")
    return await _shown(asked, rule, text, answer=answer)


async def _save(asked: Asked, _: Semaphore) -> Response:
    fields = await form(asked.request, asked.desk.token)
    settings, rule = asked.settings, rule_of(asked.settings, asked.path("slug"))
    if not settings.web.edit:
        raise HTTPException(403, "The page may not change rules: [web] edit = true in storywatch.toml allows it.")
    text, path = _lines(fields.get("text", "")), Path(rule.path)
    changed = read_rule(settings, path, text)
    if changed.rule is None:
        return await _shown(asked, rule, text, problems=changed.problems)
    if _lines(fields.get("was", "")) != _current(path):
        return await _shown(asked, rule, text, said="The file was changed meanwhile, so nothing was saved.")
    try:
        _write(path, text)
    except OSError as error:
        return await _shown(asked, rule, text, said=f"The file cannot be written: {error.strerror or error}.")
    return RedirectResponse(f"/storyline/{rule.slug}/rule?saved=1", 303)


def _current(path: Path) -> str:
    found = read_text(path)
    return "" if isinstance(found, Problem) else _lines(found)


def _lines(text: str) -> str:
    """``text`` with the line ends of a file: forms send CR LF."""
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
        return filled(asked.desk, "rule.html", times, asked.request.url.path, v=bench, was=was)

    return HTMLResponse(await asked.desk.read(build), 422 if more.get("problems") else 200)


def _bench(asked: Asked, db: Database, rule: Rule, text: str, times: Times, more: dict[str, Any]) -> Bench:
    top = storyline.heading(db, asked.settings, rule.slug, times.now)
    item, said = asked.text("item", 18), asked.text("say", 10)
    proposed = proposals.of_item(db, rule, item, said, times.now) if item and said in proposals.SAID else None
    return Bench(heading=top, text=text, file=Path(rule.path).name, proposals=proposed, **more)
