"""Ablation: what each ingredient of the matcher is worth on the labelled streams.

    python -m benchmarks.ablation [--stories alaska,...] [--write docs/quality.md]

Each row leaves one ingredient out, by a value of the matcher's tuning, of its aliases or of the rules, and runs
``storywatch evaluate`` over all streams and kinds of rules (three minutes). Cells are mean precision, recall and F1.
``--write`` puts the table between the markers of that page.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.places import absent, shared
from monitor.lang import aliases as shipped
from monitor.lang.aliases import Aliases
from monitor.model.storyline import Storyline
from monitor.pipeline.evaluate import Made, Report, evaluate, means
from monitor.storylines.matcher import Matcher
from monitor.storylines.tuning import DEFAULT

KINDS = ("full", "phrase", "seed")
BEGIN, END = "<!-- ablation -->", "<!-- end of ablation -->"


def ingredients() -> Mapping[str, Made]:
    """Return how a matcher is made that lacks one ingredient, by its name."""
    every = shipped.load()
    names = Aliases({key: c for key, c in every.concepts.items() if c.kind != "matter"})
    matters = Aliases({key: c for key, c in every.concepts.items() if c.kind == "matter"})
    return {
        "nothing left out": Matcher,
        "aliases of names": lambda s: Matcher(s, aliases=matters),
        "words for the same matter": lambda s: Matcher(s, aliases=names),
        "stems, endings, compounds": lambda s: Matcher(s, tuning=replace(DEFAULT, forms=False)),
        "misspelt names": lambda s: Matcher(s, tuning=replace(DEFAULT, slips=False)),
        "learned words": lambda s: Matcher(_each(s, lambda one: replace(one, follow=False))),
        "all that is learned": lambda s: Matcher(s, tuning=replace(DEFAULT, context=False)),
        "description and seed documents": lambda s: Matcher(_each(s, lambda one: replace(one, about="", seeds=()))),
    }


def _each(storylines: Sequence[Storyline], change: Callable[[Storyline], Storyline]) -> list[Storyline]:
    return [change(one) for one in storylines]


def table(folders: Sequence[Path]) -> str:
    """Return the table in Markdown."""
    lines = [
        "| left out | " + " | ".join(f"{kind} P / R / F1" for kind in KINDS) + " | F1 lost (mean) |",
        "|" + " --- |" * (len(KINDS) + 2),
    ]
    best = 0.0
    for name, made in ingredients().items():
        reports = [report for folder in folders for report in evaluate(folder, made=made)]
        each = [means(_of(kind, reports)) for kind in KINDS]
        mean = sum(f1 for _, _, f1 in each) / len(each)
        best = best or mean
        cells = " | ".join(f"{p:.3f} / {r:.3f} / **{f1:.3f}**" for p, r, f1 in each)
        lines.append(f"| {name} | {cells} | {best - mean:+.3f} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def _of(kind: str, reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if report.rule.startswith(f"{kind}/")]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", default="")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args(argv)
    base = shared()
    if base is None:
        return absent("ablation")
    names = options.stories.split(",") if options.stories else sorted(p.name for p in (base / "data/stories").iterdir())
    found = table([base / "data/stories" / name for name in names])
    print(found)
    if options.write:
        text = options.write.read_text(encoding="utf-8")
        between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
        options.write.write_text(between.sub(lambda _: f"{BEGIN}\n{found}\n{END}", text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
