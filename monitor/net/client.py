"""Client: the one way in which Storywatch speaks HTTP.

Deadlines cover a whole exchange with its redirects, sizes are capped before and after unpacking,
cookies are not kept, credentials stay with their origin, and whatever goes wrong is a value.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import ip_address

import httpx

from monitor import __version__
from monitor.model.poll import FetchFailed
from monitor.net.egress import Egress
from monitor.net.exchange import Answer, Question
from monitor.net.failures import EXPECTED, failure, place
from monitor.net.inflate import ACCEPTED, Body, encoding_of
from monitor.net.redirects import MAX_REDIRECTS, REDIRECT, Trail, checked_url
from monitor.net.transport import Direct, EgressRefusedError, Proxied, Resolve, Way

Forbidden = Callable[[str], Awaitable[str]]
_POST_REPLY_BYTES = 16_384  # enough for a person to read why a webhook was refused


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``url`` is where it came from in the end, ``headers`` has lower-case keys.

    ``permanent_url`` is where a chain of permanent redirects led ("" without one). ``body`` is
    unpacked; only a 2xx answer to GET has one, and of an answer to POST at most its first part.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    permanent_url: str = ""


def user_agent(contact: str = "") -> str:
    """Return the honest name under which Storywatch asks; ``contact`` is a URL or mail address."""
    return f"Storywatch/{__version__}" + (f" (+{contact})" if contact else "")


class Client:
    """HTTP/1.1 with all limits on; one for each process, used from one event loop.

    ``timeout_s`` bounds a whole get; ``max_bytes`` its body as sent and as unpacked. ``proxy``
    (http or https) dials for us, so that names are then looked up, and refused, by the proxy.
    """

    def __init__(
        self,
        *,
        egress: Egress,
        user_agent: str,
        timeout_s: float = 30.0,
        max_bytes: int = 15_000_000,
        proxy: str = "",
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """Open nothing yet; raises ValueError for a proxy that is neither http nor https."""
        self._egress = egress
        self._agent = user_agent
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._given_tls = tls
        self._proxied = bool(proxy)
        self._way: Way = Proxied(proxy, self._tls) if proxy else Direct(egress, lambda: self._tls, resolve)

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None,
        *, forbidden: Forbidden | None = None,
    ) -> Reply | FetchFailed:  # fmt: skip
        """GET ``url``, following at most five redirects to http and https addresses.

        ``auth`` is (user, password) for Basic. ``headers`` and ``auth`` do not leave the origin of
        ``url`` (but for the same host's https). An answer of any status is a Reply. ``forbidden`` is asked for each
        address on the way why it may not be read; its answer, unless "", is a failure of the kind "robots".
        """
        try:
            start = checked_url(url)
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(Trail(start, _with_auth(start, headers or {}, auth)), forbidden)
        except EXPECTED as error:
            return failure(error, url, self._timeout_s)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None, timeout_s: float = 20.0
    ) -> Reply | FetchFailed:
        """POST ``body`` once; a redirect is returned, not followed.

        The status alone is the acknowledgement: an answer whose body is slow or breaks off stands.
        """
        until = asyncio.get_running_loop().time() + timeout_s
        try:
            target = checked_url(url)
            question = self._question("POST", target, _with_auth(target, headers or {}, None), body)
            async with asyncio.timeout_at(until):
                answer = await self._way.ask(question)
        except EXPECTED as error:
            return failure(error, url, timeout_s)
        return Reply(answer.status, str(target), answer.headers, await _first_part(answer, until))

    async def aclose(self) -> None:
        """Let go of what a proxy's pool may hold."""
        await self._way.aclose()

    async def _follow(self, trail: Trail, forbidden: Forbidden | None) -> Reply | FetchFailed:
        for _ in range(MAX_REDIRECTS + 1):
            if forbidden and (why := await forbidden(str(trail.url))):
                return FetchFailed("robots", why)
            reply = await self._exchange(self._question("GET", trail.url, trail.headers))
            location = reply.headers.get("location", "")
            if reply.status not in REDIRECT or not location:
                return replace(reply, permanent_url=trail.permanent_url)
            refused = trail.step(reply.status, location)
            if refused:
                return FetchFailed("redirect", f"{place(str(trail.url))}: {refused}", reply.status)
        return FetchFailed("redirect", f"{place(str(trail.url))}: more than {MAX_REDIRECTS} redirects")

    async def _exchange(self, question: Question) -> Reply:
        answer = await self._way.ask(question)
        try:
            body = await self._read(answer) if 200 <= answer.status < 300 else b""
        finally:
            await answer.aclose()
        return Reply(answer.status, str(question.url), answer.headers, body)

    async def _read(self, answer: Answer) -> bytes:
        body = Body(encoding_of(answer.headers.get("content-encoding", "")), self._max_bytes)
        async for chunk in answer.chunks():
            body.add(chunk)
        return body.finish()

    def _question(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes = b"") -> Question:
        if self._proxied and _is_address(url.host) and not self._egress.allows(url.host):
            raise EgressRefusedError(url.host)
        own = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": ACCEPTED, "Connection": "close"}
        sent = {"Host": url.netloc.decode("ascii"), **own, **_single(headers)}
        if method == "POST":
            sent["Content-Length"] = str(len(body))
        return Question(method, url, [(name.encode(), value.encode()) for name, value in sent.items()], body)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The one TLS context: reading the authorities takes tens of milliseconds."""
        if self._given_tls:
            return self._given_tls
        context = ssl.create_default_context()
        # A machine without a certificate store of its own: the one httpx brings.
        return context if context.cert_store_stats()["x509_ca"] else httpx.create_ssl_context(trust_env=False)


async def _first_part(answer: Answer, until: float) -> bytes:
    """Return what the answer says, as far as it comes in time and is plain text."""
    text = bytearray()
    try:
        async with asyncio.timeout_at(until):
            async for chunk in answer.chunks():
                text += chunk[: _POST_REPLY_BYTES - len(text)]
                if len(text) >= _POST_REPLY_BYTES:
                    break
    except EXPECTED:
        pass  # the status has arrived, and that is what counts
    finally:
        await answer.aclose()
    return b"" if answer.headers.get("content-encoding") else bytes(text)


def _single(headers: Mapping[str, str]) -> dict[str, str]:
    """Return ``headers`` under the spelling of our own, so that a caller's replace ours."""
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()}


def _with_auth(url: httpx.URL, headers: Mapping[str, str], auth: tuple[str, str] | None) -> Mapping[str, str]:
    """Return ``headers`` with Basic credentials: those given, or those in the address."""
    if auth is None and (url.username or url.password):
        auth = (url.username, url.password)
    if auth is None:
        return headers
    secret = b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()
    return {**headers, "Authorization": f"Basic {secret}"}


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
