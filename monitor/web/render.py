"""Render: templates and the files beside them. Every value is escaped; a name that is not there is an error."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.web.plain import numbered, tongue

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@cache
def environment() -> Environment:
    """The environment of the page's templates."""
    made = Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals["asset"] = asset
    made.filters |= {"tongue": tongue, "numbered": numbered}
    return made


def render(template: str, **values: Any) -> str:
    """Return ``template`` filled in."""
    return environment().get_template(template).render(**values)


def warm() -> None:
    """Compile every template, so that the first view need not wait for it (about 0.1 s)."""
    for name in environment().list_templates():
        environment().get_template(name)


@cache
def static(name: str) -> bytes:
    """Return a file of the page. Raises FileNotFoundError."""
    if "/" in name or name.rpartition(".")[2] not in KINDS:
        raise FileNotFoundError(name)
    return files("monitor.web").joinpath("static", name).read_bytes()


@cache
def asset(name: str) -> str:
    """Return the address of a file of the page, which changes with what is in it."""
    return f"/static/{name}?v={sha256(static(name)).hexdigest()[:12]}"
