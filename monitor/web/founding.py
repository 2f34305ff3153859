"""Founding: a new rule from the page: a few words, tried on the stored items, saved where that is allowed."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.errors import Problem
from monitor.lang.fold import fold
from monitor.model.settings import Settings
from monitor.store.database import Database
from monitor.web import workshop
from monitor.web.desk import Asked, Desk, filled
from monitor.web.edits import quoted
from monitor.web.guard import form
from monitor.web.trial import Answer

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_TEXT = """\
phrase = {phrase}

# about = "One or two sentences: what the story is, and what you want to hear of."
# all   = [["...", "..."], ["...", "..."]]   # groups of alternatives, each of which is to be met
# none  = ["..."]                            # excludes
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the page of a new rule shows: its name, its text, and what is wrong with it or would come of it."""

    name: str
    text: str
    problems: tuple[Problem, ...] = ()
    answer: Answer | None = None
    said: str = ""


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of a new rule."""

    async def look(request: Request) -> Response:
        asked = Asked(desk, request)
        phrase, saved = asked.text("phrase"), asked.text("saved", 80)
        said = f"Saved as rules/{saved}.toml. The daemon takes it into force by itself." if saved else ""
        return await _shown(asked, Draft(_name_of(phrase), _TEXT.format(phrase=quoted(phrase)), said=said))

    async def attempt(request: Request) -> Response:
        asked = Asked(desk, request)
        draft = _draft(await form(request, desk.token))
        if found := _misnamed(draft.name):
            return await _shown(asked, draft, problems=(found,))
        path = directory(asked.settings) / f"{draft.name}.toml"
        return await _shown(asked, draft, **await workshop.tried(asked, desk.turn, path, draft.text, None))

    async def save(request: Request) -> Response:
        asked = Asked(desk, request)
        draft = _draft(await form(request, desk.token))
        workshop.may_edit(asked.settings)
        return await _saved(asked, draft)

    return [
        Route("/new", look, methods=["GET"]),
        Route("/new", attempt, methods=["POST"]),
        Route("/new/save", save, methods=["POST"]),
    ]


async def _saved(asked: Asked, draft: Draft) -> Response:
    if found := _misnamed(draft.name):
        return await _shown(asked, draft, problems=(found,))
    path = directory(asked.settings) / f"{draft.name}.toml"
    read = workshop.read_rule(asked.settings, path, draft.text)
    if read.rule is None:
        return await _shown(asked, draft, problems=read.problems)
    try:
        _make(path, draft.text)
    except FileExistsError:
        return await _shown(asked, draft, said="There is a rule of this name already: take another name.")
    except OSError as error:
        return await _shown(asked, draft, said=f"The file cannot be written: {error.strerror or error}.")
    return RedirectResponse(f"/new?saved={draft.name}", 303)


def _draft(fields: Any) -> Draft:
    name = " ".join(fields.get("name", "").split())[:100]
    return Draft(name, workshop.lines(fields.get("text", "")))


def _name_of(phrase: str) -> str:
    """A name for the rule's file from its phrase."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(phrase)))[:64].strip("-")


def _misnamed(name: str) -> Problem | None:
    if _NAME.fullmatch(name):
        return None
    return Problem("", 0, "", 'a rule needs a name of a-z, 0-9, "-" and "_"', f"such as {_name_of(name) or 'my-story'}")


def directory(settings: Settings) -> Path:
    """Return where the rules' files are."""
    return settings.rules_directory or settings.path.parent / "rules"


def _make(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all. Raises FileExistsError, OSError."""
    path.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        path.hardlink_to(name)  # unlike a rename it takes no other file's place
    finally:
        Path(name).unlink(missing_ok=True)


async def _shown(asked: Asked, draft: Draft, **more: Any) -> Response:
    found = Draft(draft.name, draft.text, **({"said": draft.said} | more))

    def build(db: Database) -> str:
        return filled(asked.desk, "new.html", asked.desk.times(db), "/new", v=found)

    return HTMLResponse(await asked.desk.read(build), 422 if found.problems else 200)
