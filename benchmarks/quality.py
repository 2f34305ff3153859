"""Quality: the right items and the right alerts, on labelled storylines, scored by ``eval/score.py``.

    python -m benchmarks.quality [--kinds full,phrase,seed] [--stories alaska,...] [--sensitivity quiet] [--own]
    python -m benchmarks.quality --curve docs/tradeoff.svg

Every storyline runs through ``storywatch backtest`` as a user would run it, with the same defaults. ``--own``: the
streams in tests/streams, which were written with the program unseen, in place of the recorded ones. ``--curve``: what
telling more costs in repeats, drawn from both (``benchmarks/tradeoff.py``; two minutes).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import tradeoff
from benchmarks.places import absent, shared

KINDS = ("full", "phrase", "seed")
HEAD = (
    "| rule | storyline | match P | R | F1 | told | new | repeat | false | cover | alert P | F1 "
    "| delay min (mean) | big told |"
)


OWN = Path(__file__).parents[1] / "tests" / "streams"


def score(base: Path, folder: Path, kind: str, sensitivity: str) -> dict[str, Any]:
    """One storyline's figures, from one backtest; ``folder`` holds its items and rules, ``base`` the scorer."""
    items = folder / "items.jsonl"
    with tempfile.TemporaryDirectory() as made:
        rules = _rules(folder / kind, Path(made), sensitivity)
        out = Path(made) / "out.jsonl"
        with out.open("wb") as file:
            command = [
                sys.executable,
                "-m",
                "monitor.cli.main",
                "backtest",
                "--jsonl",
                "--rules",
                str(rules),
                "--items",
                str(items),
            ]
            subprocess.run(command, stdout=file, check=True)
        scorer = [sys.executable, str(base / "eval" / "score.py"), str(items), str(out), "--json"]
        done = subprocess.run(scorer, capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rules(source: Path, folder: Path, sensitivity: str) -> Path:
    if not sensitivity:
        return source
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".toml":
            text += f'\n[alert]\nsensitivity = "{sensitivity}"\n'
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def main(argv: list[str] | None = None) -> int:
    """Print the table in Markdown, with the means of each kind of rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--stories", default="")
    parser.add_argument("--sensitivity", default="")
    parser.add_argument("--own", action="store_true", help="the streams in tests/streams")
    parser.add_argument("--curve", type=Path, help="draw repeats against developments told, as SVG")
    options = parser.parse_args(argv)
    base = shared()
    if base is None:
        return absent("quality")
    recorded = base / "data" / "stories"
    if options.curve:
        groups = {"recorded": _folders(recorded), "our own": _folders(OWN)}
        tradeoff.draw(options.curve, base, groups)
        return 0
    streams = OWN if options.own else recorded
    stories = options.stories.split(",") if options.stories else [folder.name for folder in _folders(streams)]
    print(HEAD)
    print("|" + " --- |" * HEAD.count("| "))
    for kind in options.kinds.split(","):
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda s, k=kind: score(base, streams / s, k, options.sensitivity), stories))
        for story, figures in zip(stories, found, strict=True):
            print(_row(kind, story, figures))
        print(_means(kind, found), flush=True)
    return 0


def _folders(streams: Path) -> list[Path]:
    return sorted(folder for folder in streams.iterdir() if (folder / "items.jsonl").exists())


def _row(kind: str, story: str, f: dict[str, Any]) -> str:
    return (
        f"| {kind} | {story} | {f['track_p']:.2f} | {f['track_r']:.2f} | {f['track_f1']:.2f} "
        f"| {f['told']}/{f['developments']} | {f['new']} | {f['repeat']} | {f['false']} "
        f"| {f['coverage']:.2f} | {f['alert_p']:.2f} | {f['alert_f1']:.2f} "
        f"| {f['delay_median_min']} ({f['delay_mean_min']}) | {f['big_told'][0]}/{f['big_told'][1]} |"
    )


def _means(kind: str, found: list[dict[str, Any]]) -> str:
    def m(key: str) -> float:
        return float(mean(f[key] for f in found))

    new, repeat, false = (sum(f[key] for f in found) for key in ("new", "repeat", "false"))
    return (
        f"| **{kind}** | **mean** | {m('track_p'):.3f} | {m('track_r'):.3f} | **{m('track_f1'):.3f}** | | {new} "
        f"| {repeat} ({repeat / max(new, 1):.2f} a new) | {false} | {m('coverage'):.3f} | {m('alert_p'):.3f} "
        f"| **{m('alert_f1'):.3f}** | | |"
    )


if __name__ == "__main__":
    sys.exit(main())
