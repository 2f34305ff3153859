"""Everybody can use the page: structure for screen readers and keyboards, contrast for the eye; without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from monitor.web import render
from tests.web.test_pages import VOID, every_path

CSS = render.static("page.css").decode()
HEADINGS = ("h1", "h2", "h3", "h4")
# What is written in which colour on which ground. WCAG 2.2, 1.4.3: 4.5 to 1.
INKS = (
    "ink", "soft", "faint", "accent", "opened", "news", "figure", "stage", "denied", "corrected", "signal", "good",
    "warn", "bad", "gone", "come",
)  # fmt: skip
WRITTEN = [(ink, ground) for ink in INKS for ground in ("paper", "sheet")]
WRITTEN += [("sheet", "opened"), ("sheet", "denied"), ("sheet", "accent"), ("paper", "ink"), ("ink", "mark")]
WRITTEN += [(ink, "tint") for ink in ("ink", "soft", "gone", "come")]
VALUE = re.compile(r"--(\w[\w-]*): (#[0-9a-f]{6});")


def colours(scheme: str) -> dict[str, str]:
    light, _, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    found = dict(VALUE.findall(light))
    return found | dict(VALUE.findall(rest.partition("\n}\n")[0])) if scheme == "dark" else found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(scheme):
    known = colours(scheme)
    assert len(known) >= 22
    ratios = {}
    for ink, ground in WRITTEN:
        high, low = sorted((luminance(known[ink]), luminance(known[ground])), reverse=True)
        ratios[ink, ground] = (high + 0.05) / (low + 0.05)
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


class Structure(HTMLParser):
    """What a screen reader hears of a page: each element with its attributes and the words in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, _, said in self._open:
            said.append(data)

    def of(self, *tags: str) -> list[tuple[dict[str, str], str]]:
        return [(attrs, "".join(said).strip()) for tag, attrs, said in self.elements if tag in tags]


def wrong(page: Structure) -> list[str]:
    """Everything that stands in somebody's way."""
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    labelled = {attrs.get("for") for attrs, _ in page.of("label")}
    levels = [HEADINGS.index(tag) for tag, _, _ in page.elements if tag in HEADINGS]
    found = [f"not one h1: {levels.count(0)}"] if levels.count(0) != 1 else []
    found += ["headings skip a level" for a, b in pairwise(levels) if b > a + 1]
    found += [f"id twice: {ident}" for ident in set(ids) if ids.count(ident) > 1]
    found += [f"label of nothing: {name}" for name in labelled if name not in ids]
    found += [f"no {tag}" for tag in ("header", "main", "footer", "nav") if not page.of(tag)]
    found += ["nav without a name" for attrs, _ in page.of("nav") if "aria-label" not in attrs]
    found += ["no language" for attrs, _ in page.of("html") if not attrs.get("lang")]
    for attrs, _ in page.of("input", "select", "textarea"):
        if attrs.get("type") != "hidden" and attrs.get("id") not in labelled and "aria-label" not in attrs:
            found.append(f"without a label: {attrs}")
    found += [f"link without words: {a}" for a, said in page.of("a", "button") if not (said or "aria-label" in a)]
    found += [f"th without scope: {said}" for attrs, said in page.of("th") if "scope" not in attrs]
    found += ["image without words" for a, _ in page.of("svg") if not {"aria-label", "aria-hidden"} & a.keys()]
    found += [f"tabindex {a['tabindex']}" for _, a, _ in page.elements if int(a.get("tabindex", "0")) > 0]
    pointing = [ref for _, a, _ in page.elements for ref in a.get("aria-labelledby", "").split()]
    return found + [f"points at nothing: {ref}" for ref in pointing if ref not in ids]


def test_every_page_can_be_heard_and_reached(look):
    page = look(edit=True)
    for path in [*every_path(page), "/nothing"]:
        answer = page.client.get(path)
        seen = Structure(answer.text)
        assert wrong(seen) == [], path
        first = seen.of("a")[0]
        assert (first[0]["href"], first[1]) == ("#main", "Skip to the content"), path


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<h1>a</h1><h3>b</h3>", "headings skip a level"), ("<h1>a</h1><h1>b</h1>", "not one h1"),
        ("<h1>a</h1><input id=x>", "without a label"), ("<h1 id=x>a</h1><p id=x></p>", "id twice"),
        ("<h1>a</h1><a href=/></a>", "link without words"), ("<h1>a</h1><svg></svg>", "image without words"),
        ("<h1>a</h1><table><th>b</th></table>", "th without scope"), ("<h1>a</h1><label for=y></label>", "of nothing"),
    ],
)  # fmt: skip
def test_the_checks_find_what_they_look_for(html, said):
    around = f'<html lang="en"><header><nav aria-label="n"></nav></header><main>{html}</main><footer></footer></html>'
    assert any(said in found for found in wrong(Structure(around)))


def test_the_focus_is_never_hidden():
    assert ":focus-visible { outline: 2px solid" in CSS
    assert not re.search(r"outline: *(none|0)", CSS)
