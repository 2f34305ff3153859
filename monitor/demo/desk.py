"""Desk: the folder the demo runs in: a real configuration with the shipped rules, written for the local servers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from monitor.config import scaffold
from monitor.demo.outlets import OUTLETS
from monitor.demo.servers import FeedServer, MailSink, WebhookReceiver
from monitor.errors import UsageError

SECRET = "whsec_c3Rvcnl3YXRjaC1kZW1vLXNlY3JldC1ub3QtcmVhbA=="  # noqa: S105 - the demo's own, for loopback
_MARK = ".storywatch-demo"
_FEEDS = re.compile(r"^feeds\s*=\s*\[[^\]]*\]", re.MULTILINE)  # a rule's globs name the starter set's feeds

_HEAD = """\
# Written by `storywatch demo`. Look around in what it left:
#     storywatch --config storywatch.toml status
#     storywatch --config storywatch.toml timeline trump-moscow-visit
timezone = "Europe/London"

[storage]
database = "storywatch.db"

[polling]
allow_networks = ["127.0.0.0/8"]
every = ["{shortest}m", "{longest}m"]
per_host = 16

[channels.mail]
type = "smtp"
host = "{mail_host}"
port = {mail_port}
security = "none"
from = "Storywatch <storywatch@desk.example>"
to = ["editor@desk.example"]

[channels.hook]
type = "webhook"
url = "{hook_url}"
secret_files = ["hook-secret"]

[routes.desk]
channels = ["mail", "hook"]
digest = "0 7 * * *"

[defaults]
routes = ["desk"]
"""

_FEED = """
[[feeds.feed]]
name = "{name}"
url = "{url}"
publisher = "{title}"
lang = "{lang}"
"""


def clear(folder: Path) -> Path:
    """Return ``folder``, made and empty but for the demo's mark; what an earlier demo left there is removed.

    Raises UsageError where it holds anything else.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise UsageError(f"{folder} is not empty and not an earlier demo's: name another folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder


def write(folder: Path, feeds: FeedServer, mail: MailSink, hook: WebhookReceiver, every_m: tuple[int, int]) -> Path:
    """Write storywatch.toml, the rules and the seeds into ``folder``; returns the configuration's path.

    ``every_m``: bounds of the cadence, in minutes of the replayed time.
    """
    for path, text in scaffold.contents().items():
        if path.parts[0] in ("rules", "seeds"):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_FEEDS.sub("# (the demo has other feeds)", text), encoding="utf-8")
    secret = folder / "hook-secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, encoding="utf-8")
    parts = [
        _HEAD.format(
            shortest=every_m[0], longest=every_m[1], mail_host=mail.host, mail_port=mail.port, hook_url=hook.url
        )
    ]
    parts += [_FEED.format(name=o.name, url=feeds.url(o), title=o.title, lang=o.lang) for o in OUTLETS]
    path = folder / "storywatch.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return path
