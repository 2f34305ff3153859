"""Lists of feeds in and out: OPML of other readers, and what a site has."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from monitor.cli import addition
from monitor.config.load import examine
from monitor.errors import ConfigError
from monitor.feeds import opml

LIST = """<?xml version="1.0"?><opml version="2.0"><head/><body>
<outline text="World"><outline text="Wire" xmlUrl="http://127.0.0.1:9/rss/"/>
<outline text="Le Monde" xmlUrl="https://monde.example/rss" language="fr-FR"/></outline>
<outline text="World/wire" xmlUrl="https://other.example/rss"/></body></opml>"""


def configured(desk) -> list[dict[str, object]]:
    return tomllib.loads((desk.directory / "storywatch.toml").read_text())["feeds"]["feed"]


def test_a_list_is_imported_once(bare):
    bare.write("list.opml", LIST)
    path = str(bare.directory / "list.opml")
    tried = bare.run("feeds", "import", path, "--dry-run")
    assert "2 of 3 feeds would be added, 1 followed already" in tried.out
    assert len(configured(bare)) == 1
    answer = bare.run("feeds", "import", path)
    assert answer.code == 0, answer.err
    assert configured(bare)[1:] == [
        {"name": "world/le-monde", "url": "https://monde.example/rss", "lang": "fr", "tags": ["World"]},
        {"name": "world-wire", "url": "https://other.example/rss"},
    ]
    assert "0 of 3 feeds added" in bare.run("feeds", "import", path).out
    assert bare.run("check").code == 0


@pytest.mark.parametrize("text", ["<html/>", "", "<opml><!", None])
def test_what_is_no_list_is_refused_in_one_line(bare, text):
    path = bare.directory / "list.opml"
    if text is not None:
        bare.write("list.opml", text)
    answer = bare.run("feeds", "import", str(path))
    assert answer.code in (1, 2)
    assert "Traceback" not in answer.err
    assert len(configured(bare)) == 1


def test_what_is_exported_is_imported_again(bare, tmp_path):
    bare.write("list.opml", LIST)
    bare.run("feeds", "import", str(bare.directory / "list.opml"))
    out = tmp_path / "out.opml"
    assert "3 feeds written" in bare.run("feeds", "export", str(out)).out
    assert out.read_text() == bare.run("feeds", "export").out
    again = bare.run("feeds", "export", str(out))
    assert again.code == 2
    assert "is there already" in again.err
    assert {f.url for f in opml.read(out.read_text())} == {f["url"] for f in configured(bare)}


def test_a_sites_feeds_are_shown_and_nothing_written(bare, site):
    before = (bare.directory / "storywatch.toml").read_text()
    answer = bare.run("feeds", "discover", f"{site}/")
    assert answer.code == 0, answer.err
    assert f"{site}/rss" in answer.out.replace("\n", "")
    (found,) = json.loads(bare.run("feeds", "discover", f"{site}/", "--json").out)
    assert (found["url"], found["title"], found["as"]) == (f"{site}/rss", "The Herald", "")
    assert bare.run("feeds", "discover", "http://127.0.0.1:9/").code == 1
    assert (bare.directory / "storywatch.toml").read_text() == before


@pytest.mark.shared
def test_every_list_of_the_corpora_can_be_imported(shared: Path, tmp_path: Path):
    every, refused, lists = {}, 0, 0
    for name in ("awesome-rss-opml", "listparser", "miniflux", "rome", "feedvalidator"):
        manifest = json.loads((shared / "corpora" / name / "MANIFEST.json").read_text(encoding="utf-8"))
        paths = [shared / "corpora" / name / f["path"] for f in manifest["files"] if f["kind"] == "opml"]
        for path in paths:
            if not path.is_file():
                continue
            try:
                found = opml.read(path.read_bytes().decode("utf-8-sig", errors="replace"), path.name)
            except ConfigError:
                refused += 1
                continue
            lists += 1
            every |= {feed.url.rstrip("/"): feed for feed in found}
            assert {f.url for f in opml.read(opml.write(found))} == {f.url for f in found}, path
    names = {feed.name: feed for feed in every.values()}
    path = tmp_path / "storywatch.toml"
    (tmp_path / "rules").mkdir()
    path.write_text("")
    addition.append(path, *names.values())
    settings = examine(path).settings
    assert settings is not None
    assert len(settings.feeds) == len(names) > 700
    assert lists > 200
    assert refused < 40
