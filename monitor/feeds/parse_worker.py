"""Parse worker: what runs in the process that may be killed: a hostile document meets its limits here.

Time is kept by the kernel (a timer that kills this process), so that it holds in the middle of a C
function and whatever the clock does; memory by RLIMIT_AS; and the worker dies with its parent. It is the processor's
time: a document that an idle machine reads is read on a busy one, too, only later.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from monitor.feeds.jsonfeed import looks_like_json, read_json
from monitor.feeds.near import MOST_BYTES
from monitor.feeds.normalise import reading
from monitor.feeds.parse_fast import read_fast
from monitor.feeds.parse_xml import read_xml
from monitor.feeds.reading import Reading
from monitor.feeds.sitemap import looks_like_sitemap, read_sitemap
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Parsed

_PR_SET_PDEATHSIG = 1  # prctl(2), Linux only
_STILL_S = 20.0  # beyond its time, for a document that waits instead of working, and for a machine with much to do


def prepare(memory_mb: int) -> None:
    """Set a new worker's limits, once: address space, and to die with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for overrun in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(overrun, signal.SIG_DFL)  # its default is death
    # Without it a worker still ends with its document's timer, and an idle one with its pipe.
    with suppress(ImportError, OSError, AttributeError, MemoryError):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _let_the_server_end()
    for what, most in ((resource.RLIMIT_AS, memory_mb * 1_048_576), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):  # a sandbox may forbid it; its own limits hold then
            hard = resource.getrlimit(what)[1]
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (limit, limit))
    gc.freeze()


def _let_the_server_end() -> None:
    """Give up the handle by which multiprocessing lets a worker start others.

    While one is held, the server that forks the workers, which is their parent, outlives a daemon that was killed; so
    would a worker with much to do.
    """
    with suppress(ImportError, AttributeError, OSError, TypeError):
        from multiprocessing import forkserver

        server: Any = forkserver._forkserver  # noqa: SLF001 - there is no public way
        handle, server._forkserver_alive_fd = server._forkserver_alive_fd, None  # noqa: SLF001
        os.close(handle)


def parse(timeout_s: float, body: bytes, content_type: str, url: str, salvage: bool) -> Parsed | FetchFailed:
    """Return the document as parsed, within ``timeout_s`` or not at all."""
    with _within(timeout_s):
        return _parsed(body, content_type, url, salvage)


def read(  # noqa: PLR0913, PLR0917 - it is called over a pipe, as a list of values
    timeout_s: float, body: bytes, content_type: str, url: str, salvage: bool, feed: Feed, at: datetime, before: bytes
) -> Reading | FetchFailed:
    """Return the document parsed and normalised, within ``timeout_s`` or not at all."""
    with _within(timeout_s):
        parsed = _parsed(body, content_type, url, salvage)
        if isinstance(parsed, FetchFailed):
            return parsed
        try:
            return reading(parsed, feed, at, before)
        except MemoryError:
            return FetchFailed("parser-killed", "the document needs more memory than a parser gets")


def article(timeout_s: float, body: bytes, content_type: str, url: str) -> str | FetchFailed:
    """Return the text of the article on a page, within ``timeout_s`` or not at all."""
    from monitor.feeds.article import text_of  # heavy, and for few

    with _within(timeout_s):
        try:
            return text_of(body, content_type, url)
        except MemoryError:
            return FetchFailed("parser-killed", "the page needs more memory than a parser gets")
        except Exception as error:  # noqa: BLE001 - a parser's bug is one article's failure, and is named
            return FetchFailed("parse", f"the article's parser failed: {type(error).__name__}")


@contextmanager
def _within(timeout_s: float) -> Iterator[None]:
    """Let the kernel end this process after ``timeout_s`` of the processor's time, or when it stands still."""
    signal.setitimer(signal.ITIMER_PROF, timeout_s)
    signal.setitimer(signal.ITIMER_REAL, timeout_s + _STILL_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _parsed(body: bytes, content_type: str, url: str, salvage: bool) -> Parsed | FetchFailed:
    try:
        if looks_like_json(body):
            return read_json(body, url)
        if looks_like_sitemap(body):
            return read_sitemap(body, content_type)
        # The small ones were tried before they came here.
        fast = read_fast(body, content_type, url) if len(body) > MOST_BYTES and not salvage else None
        return fast or read_xml(body, content_type, url, salvage=salvage)
    except MemoryError:
        return FetchFailed("parser-killed", "the document needs more memory than a parser gets")
    except Exception as error:  # noqa: BLE001 - a parser's bug is one feed's failure, and is named
        return FetchFailed("parse", f"the parser failed: {type(error).__name__}")
