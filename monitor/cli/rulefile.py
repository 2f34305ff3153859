"""Rule file: a rule's file written or renamed, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from monitor.cli.addition import quoted
from monitor.config.rules import load_rules
from monitor.errors import ConfigError, StoreInUse, UsageError
from monitor.model.settings import Settings
from monitor.pipeline import snapshot
from monitor.store import renames
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.store.lock import InstanceLock
from monitor.storylines.draft import Draft

TEMPLATE = """\
# {path}: one storyline and who is to hear of it. One line is enough;
# what stands behind "#" below are the other keys with examples. Try it on a headline:
#   storywatch rule test {slug} "..."

phrase = {phrase}

# about     = "One or two sentences: what the story is, and what you want to hear of."
# names     = ["..."]            # which words are names; found by itself where not given
# all       = [["...", "..."]]   # groups of alternatives, each of which is to be met
# strict    = false              # true: each group must be met in the item itself, not by context
# any       = ["..."]            # raises the score
# none      = ["..."]            # excludes
# seeds     = ["../seeds/{slug}.md"]   # example articles: stories like these
# languages = ["en"]             # only these; all where not given
# feeds     = ["world/*"]        # only these feeds; all where not given

# [alert]
# routes      = ["..."]          # routes of storywatch.toml; the console where none is given
# when        = ["OPENED", "NEWS", "FIGURE", "STAGE", "DENIED", "CORRECTED"]
# sensitivity = "normal"         # quiet, normal or wide
# origins     = 2                # wait for so many independent sources ...
# wait        = "20m"            # ... but no longer than this
# budget      = "8/day"          # what exceeds it goes into the digest
# quiet_after = "7d"             # say so when nothing developed for so long
"""


def write(path: Path, phrase: str, drafted: Draft | None = None) -> None:
    """Write a commented rule for ``phrase`` at ``path``, with what was ``drafted`` in place of the examples.

    Raises UsageError where there is a file already, ConfigError where the rule would be broken; then nothing is left.
    """
    slug = path.stem
    text = TEMPLATE.format(path=f"rules/{path.name}", slug=slug, phrase=quoted(" ".join(phrase.split())))
    text = _with_draft(text, drafted) if drafted else text
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: there is a rule of this name already: edit it, or take another name") from None
    try:
        _check(path)
    except ConfigError:
        path.unlink()
        raise


def _with_draft(text: str, drafted: Draft) -> str:
    """Put the keys of a draft in place of the commented ones."""
    groups = "".join(f"  [{', '.join(map(quoted, group))}],\n" for group in drafted.all)
    keys = {
        "about": quoted(drafted.about) if drafted.about else "",
        "all": f"[\n{groups}]" if groups else "",
        "none": f"[{', '.join(map(quoted, drafted.none))}]" if drafted.none else "",
    }
    lines = []
    for line in text.split("\n"):
        key = line.removeprefix("# ").split("=")[0].strip()
        lines.append(f"{key} = {keys[key]}" if line.startswith("# ") and keys.get(key) else line)
    return "\n".join(lines)


def rename(path: Path, target: Path, settings: Settings) -> bool:
    """Rename the rule at ``path`` to ``target``, and its storyline in the database.

    Beside a running daemon it is the daemon that renames the storyline, as soon as it sees the file; then True.
    Raises ConfigError where the new name is none for a rule, UsageError where it is taken, StoreError kinds where the
    database cannot be changed; then everything is as it was.
    """
    old, new = path.stem, target.stem
    noted = _noted(settings.database, old, new)
    path.rename(target)
    try:
        _check(target)
        if not noted:
            _rename_stored(settings.database, old, new)
    except BaseException:
        target.rename(path)
        if noted:
            with Database.open(settings.database, writer=True, create=False) as db, db.transaction():
                renames.withdraw(db, old, new)
        raise
    return noted


def _noted(database: Path, old: str, new: str) -> bool:
    """Leave it to the daemon that runs on the database; False where none does."""
    if not database.exists():
        return False
    try:
        with InstanceLock(database):
            return False
    except StoreInUse:
        with Database.open(database, writer=True, create=False) as db, db.transaction():
            renames.note(db, old, new)
        return True


def _check(path: Path) -> None:
    problems = load_rules(path).problems
    if problems:
        raise ConfigError(problems)


def _rename_stored(database: Path, old: str, new: str) -> None:
    if not database.exists():
        return
    with InstanceLock(database), Database.open(database, writer=True, create=False) as db, db.transaction():
        if old in (*storyline_rows.slugs(db), *storyline_rows.slugs(db, archived=True)):
            storyline_rows.rename(db, old, new)
            snapshot.forget(db)  # it knows the old name; the daemon learns from the items again
