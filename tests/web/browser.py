"""A real browser, driven through a pipe with the DevTools protocol: nothing but chromium is needed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import urlsplit

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_S = 300.0
# Between two pages stands an empty one, which is complete as well.
_WHOLE = "document.readyState === 'complete' && !!document.getElementById('main')"
# The browser reads its orders from 3 and answers on 4.
_START = "import os, sys; a = sys.argv; os.dup2(int(a[1]), 3); os.dup2(int(a[2]), 4); os.execv(a[3], a[3:])"


class Browser:
    """One tab. ``hosts`` are all it asked for anything; ``complaints`` what it wrote to its console."""

    def __init__(self, reading: int, writing: int) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self._reading, self._writing = reading, writing
        self._held = b""
        self._number = 0
        self._session = ""
        target = next(t for t in self.send("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Log", "Runtime", "Page"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE_S
        while (answer := self._next(until)).get("id") != self._number:
            self._noted(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, address: str) -> None:
        self.send("Page.navigate", url=address)
        self.until(_WHOLE)

    def ask(self, expression: str) -> Any:
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str) -> None:
        """Ask until it is so: the page tells of no moment that could be waited for."""
        until = time.monotonic() + PATIENCE_S
        while not self._so(f"Boolean({expression})"):
            assert time.monotonic() < until, f"never came: {expression}"
            select([self._reading], [], [], 0.02)  # the page's own timers stand still where scripts are switched off

    def _so(self, expression: str) -> bool:
        """Whether it is so; False while one page makes way for the next."""
        try:
            return self.ask(expression) is True
        except AssertionError:
            return False

    def click(self, selector: str) -> None:
        """Click the first element that fits, and wait for the page it leads to, if it leads to one."""
        self.ask("void (document.documentElement.dataset.old = 'yes')")
        click = "new MouseEvent('click', {bubbles: true, cancelable: true})"  # in a drawing, too, that knows no click()
        self.ask(f"void document.querySelector({json.dumps(selector)}).dispatchEvent({click})")
        self.until(f"document.documentElement?.dataset.old !== 'yes' && {_WHOLE}")

    def text(self, selector: str) -> str:
        """What the first element that fits says, on one line."""
        found = self.ask(f"document.querySelector({json.dumps(selector)}).textContent")
        return " ".join(str(found).split())

    def press(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, text=text)

    def size(self, width: int, height: int = 900) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def media(self, media: str = "", scheme: str = "light") -> None:
        """Show it as on "print" or "screen", light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", media=media, features=features)

    def _noted(self, event: dict[str, Any]) -> None:
        method, params = event.get("method", ""), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.hosts.add(urlsplit(params["request"]["url"]).netloc)
        elif method in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(params)[:500])

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._held:
            ready, _, _ = select([self._reading], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the browser does not answer"
            more = os.read(self._reading, 1 << 16)
            assert more, "the browser has gone"
            self._held += more
        message, _, self._held = self._held.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with a profile in ``folder`` that can find no host but 127.0.0.1."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (theirs_in, theirs_out)]  # out of the way of 3 and 4
    options = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--user-data-dir={folder / 'profile'}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *map(str, high), str(PROGRAM), *options],
        pass_fds=high, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for fd in (theirs_in, theirs_out, *high):
        os.close(fd)
    try:
        yield Browser(ours_in, ours_out)
    finally:
        process.kill()
        process.wait()
        os.close(ours_in)
        os.close(ours_out)


Look = Callable[[Browser], None]
