"""Channels and feeds of storywatch.toml built from their shapes, with the secrets they name."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from monitor.config import secrets
from monitor.config.document import Document
from monitor.config.kinds import Wrong
from monitor.config.lines import Place
from monitor.config.rules import CONSOLE, place
from monitor.config.site import AppriseShape, ConsoleShape, FeedShape, SmtpShape, WebhookShape
from monitor.config.words import web_address
from monitor.errors import Problem
from monitor.model.delivery import AppriseChannel, Channel, ConsoleChannel, SmtpChannel, WebhookChannel
from monitor.model.feed import Feed

_MARK = "whsec_"  # Standard Webhooks, section "Symmetric signing": prefix and 24 to 64 random bytes


@dataclass(slots=True)
class Building:
    """What the building of one storywatch.toml needs and what it finds wrong on the way."""

    document: Document
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    secret_files: list[Path] = field(default_factory=list)

    @property
    def base(self) -> Path:
        """The directory that relative paths start from."""
        return self.document.path.parent

    def wrong(self, at: Place, message: str, hint: str = "") -> None:
        """Note the problem of what stands at ``at``."""
        self.problems.append(self.document.problem(at, message, hint))

    def secret(self, name: str | None, at: Place) -> str:
        """Return the secret in file ``name`` ("" for no name); note why it is refused."""
        if name is None:
            return ""
        self.secret_files.append(self.base / name)
        found = secrets.look(name, self.base, self.environ)
        if isinstance(found, secrets.Refused):
            self.wrong(at, found.message, found.hint)
            return ""
        return found.value

    def secret_address(self, name: str | None, at: Place) -> str:
        """Return the web address in secret file ``name``; user and password may stand in it."""
        address = self.secret(name, at)
        scheme, _, rest = address.partition("://")
        try:
            return address if not address or web_address(f"{scheme}://{rest.rpartition('@')[2]}") else ""
        except Wrong:
            self.wrong(at, f"the secret file {name} holds no web address")
            return ""

    def pair(self, at: Place, user: str | None, password_file: str | None) -> None:
        """Note a user without password_file, or one without the other way about."""
        if (user is None) != (password_file is None):
            given, needed = ("user", "password_file") if user else ("password_file", "user")
            self.wrong((*at, given), f"{given} needs {needed} beside it")


def span_s(bounds: Sequence[timedelta]) -> tuple[int, int]:
    """Return bounds as whole seconds, shortest first."""
    low, high = sorted(int(bound.total_seconds()) for bound in bounds)
    return low, high


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the header that carries ``token`` ("" = none)."""
    return (("Authorization", f"Bearer {token}"),) if token else ()


def feed(build: Building, at: Place, shape: FeedShape) -> Feed:
    """Return the feed of one ``[[feeds.feed]]``."""
    build.pair(at, shape.user, shape.password_file)
    return Feed(
        name=shape.name,
        url=shape.url,
        publisher=shape.publisher or "",
        lang=shape.lang or "",
        tags=tuple(shape.tags),
        headers=tuple(shape.headers.items()),
        token=build.secret(shape.token_file, (*at, "token_file")),
        user=shape.user or "",
        password=build.secret(shape.password_file, (*at, "password_file")),
        every_s=span_s(shape.every) if shape.every else None,
        fulltext=shape.fulltext,
    )


def channel(build: Building, name: str, shape: SmtpShape | WebhookShape | AppriseShape | ConsoleShape) -> Channel:
    """Return the channel of one ``[channels.NAME]``."""
    at: Place = ("channels", name)
    if isinstance(shape, ConsoleShape):
        return ConsoleChannel(name)
    if name == CONSOLE:
        build.wrong(at, "the name console is kept for the terminal", "give this channel another name")
    if isinstance(shape, SmtpShape):
        return _smtp(build, at, name, shape)
    if isinstance(shape, WebhookShape):
        return _webhook(build, at, name, shape)
    return _apprise(build, at, name, shape)


def _apprise(build: Building, at: Place, name: str, shape: AppriseShape) -> AppriseChannel:
    if find_spec("apprise") is None:
        build.wrong((*at, "type"), "apprise is not installed", 'pip install "storywatch[apprise]"')
    url = build.secret(shape.url_file, (*at, "url_file"))
    if url and "://" not in url:
        build.wrong((*at, "url_file"), f"the secret file {shape.url_file} holds no address of apprise")
    return AppriseChannel(name, url, shape.timeout.total_seconds())


def _smtp(build: Building, at: Place, name: str, shape: SmtpShape) -> SmtpChannel:
    build.pair(at, shape.user, shape.password_file)
    if shape.security == "none" and (shape.user or shape.password_file):
        build.wrong((*at, "security"), 'found "none"; allowed with user and password: "starttls", "tls"')
    return SmtpChannel(
        name=name,
        host=shape.host,
        sender=shape.sender,
        to=tuple(shape.to),
        port=shape.port,
        security=shape.security,
        user=shape.user or "",
        password=build.secret(shape.password_file, (*at, "password_file")),
        timeout_s=shape.timeout.total_seconds(),
        unsubscribe=shape.unsubscribe or "",
    )


def _webhook(build: Building, at: Place, name: str, shape: WebhookShape) -> WebhookChannel:
    if (shape.url is None) == (shape.url_file is None):
        build.wrong(
            at, "needs one of url and url_file" if shape.url is None else "has both url and url_file; one is enough"
        )
    token = build.secret(shape.token_file, (*at, "token_file"))
    return WebhookChannel(
        name=name,
        url=shape.url or build.secret_address(shape.url_file, (*at, "url_file")),
        secrets=tuple(_signing(build, at, file) for file in shape.secret_files),
        headers=(*shape.headers.items(), *bearer(token)),
        timeout_s=shape.timeout.total_seconds(),
    )


def _signing(build: Building, at: Place, file: str) -> str:
    where = place(build.document, (*at, "secret_files"), file)
    secret = build.secret(file, where)
    if secret and not _can_sign(secret):
        hint = f"make one: (printf {_MARK}; openssl rand -base64 32) > {file}"
        build.wrong(
            where,
            f"the secret file {file} holds no webhook secret: {_MARK} and base64 of 24 to 64 bytes",
            hint,
        )
    return secret


def _can_sign(secret: str) -> bool:
    try:
        return 24 <= len(b64decode(secret.removeprefix(_MARK), validate=True)) <= 64
    except ValueError:  # binascii.Error is one
        return False
