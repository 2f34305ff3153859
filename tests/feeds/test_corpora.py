"""Every feed that others collected because it broke something goes through parse, normalise and identify."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.identity import identify
from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import Known

pytestmark = [pytest.mark.anyio, pytest.mark.shared]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = Feed("x", "https://x.example/feeds/all")
EVERY = 5  # of some five thousand documents


def documents(corpora: Path) -> list[Path]:
    found = []
    for manifest in sorted(corpora.glob("*/MANIFEST.json")):
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        found += [manifest.parent / f["path"] for f in files if f["kind"] in ("feed", "xml", "html", "json")]
    return [path for path in found[::EVERY] if path.is_file()]


async def test_each_document_ends_in_candidates_or_a_named_failure(shared: Path, parser: Parser) -> None:
    counts: Counter[str] = Counter()
    for path in documents(shared / "corpora"):
        got = await parser.read(path.read_bytes(), "", FEED.url, FEED, NOW)
        if not isinstance(got, Reading):
            counts[got.kind] += 1
            attack = "defusedxml" in path.as_posix()
            assert got.kind in ("not-a-feed", "torn") or (attack and got.kind == "parser-killed"), f"{path}: {got}"
            continue
        counts["read"] += 1
        first = identify(got.candidates, {})
        known = {
            key: Known(str(n), i.candidate.title, i.candidate.summary)
            for n, i in enumerate(first)
            for key in i.candidate.keys
            if not any(key in other.shared for other in first)
        }
        again = identify(got.candidates, known)
        unknown = [i for i in again if not i.item and set(i.candidate.keys) & set(known)]
        assert not unknown, f"{path}: {unknown[0]}"
        assert not any(i.revised for i in again), path
    assert counts["read"] > 800, counts


def real_feeds(corpora: Path) -> list[bytes]:
    """Feeds as sites served them (no test cases), of a readable size."""
    found = []
    for name in ("feedjira", "feed-rs", "rome", "reader", "newsboat", "mediacloud"):
        files = json.loads((corpora / name / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
        paths = [corpora / name / f["path"] for f in files if f["kind"] == "feed" and 3_000 < f["size"] < 150_000]
        found += [path.read_bytes() for path in paths if path.is_file()]
    return found[::2]


def keys(reading: Reading) -> set[tuple[str, ...]]:
    return {c.keys for c in reading.candidates}


async def test_a_cut_or_spoilt_document_gives_no_item_another_identity(shared: Path, parser: Parser) -> None:
    compared = torn = 0
    for body in real_feeds(shared / "corpora"):
        whole = await parser.read(body, "", FEED.url, FEED, NOW)
        if not isinstance(whole, Reading) or not whole.candidates:
            continue
        for part in (10, 50, 90):
            got = await parser.read(body[: len(body) * part // 100], "", FEED.url, FEED, NOW)
            assert not isinstance(got, Reading) or keys(got) == keys(whole), body[:300]
            torn += 1
        spoilt = body[: len(body) // 2] + b"\xff" + body[len(body) // 2 :]
        for document in (body + b"junk<p> & more", spoilt):
            got = await parser.read(document, "", FEED.url, FEED, NOW)
            if isinstance(got, Reading):
                compared += 1
                changed = {k[:-1] for k in keys(got)} ^ {k[:-1] for k in keys(whole)}
                assert len(changed) <= 2, (changed, body[:300])  # the one entry that was spoilt
    assert torn > 150
    assert compared > 100
