"""Smtp: mail by submission (RFC 6409) or relay. TLS is required as configured, never tried and given up."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException

from monitor.alerts.channels.mail import address, build, domain_of
from monitor.lang.safe import one_line
from monitor.model.delivery import Dead, Message, Retry, SendOutcome, Sent, SmtpChannel

_FINAL_WAITS = 10  # RFC 5321 4.5.3.2.6: ten minutes for the answer to the final dot, one for the rest
_FAILURES = (SMTPException, OSError, TimeoutError, ValueError)


class SmtpSender:
    """One connection for each mail: nothing is shared that a failed mail could spoil."""

    def __init__(self, channel: SmtpChannel, *, tls: ssl.SSLContext | None = None) -> None:
        """Send through ``channel``; ``tls`` overrides whom to trust (default: the system's certificates)."""
        self._channel = channel
        self._given_tls = tls

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:
        """Send ``message`` to the recipients not yet ``done``.

        A refusal with 4xx, and every failure before the mail was offered, is a Retry; 5xx is Dead.
        A connection lost after the mail was handed over is a Retry under the same Message-ID.
        """
        left = tuple(to for to in self._channel.to if to not in done)
        if not left:
            return Sent("every recipient was reached before")
        if refused := self._unsafe():
            return Dead(refused)
        content = build(message, self._channel, datetime.now(UTC))
        try:
            async with self._session() as smtp:
                return await self._transaction(smtp, content, left, done)
        except _FAILURES as error:
            return Retry(_said(error))

    async def probe(self) -> SendOutcome:
        """Connect, secure, log in and say goodbye."""
        if refused := self._unsafe():
            return Dead(refused)
        try:
            async with self._session() as smtp:
                answer = await smtp.noop()
                return Sent(one_line(f"{answer.code} {answer.message}", 200))
        except _FAILURES as error:
            return Retry(_said(error))

    async def aclose(self) -> None:
        """Nothing stays open between mails."""

    def _unsafe(self) -> str:
        channel = self._channel
        if channel.security not in ("starttls", "tls", "none"):
            return f"unknown security {one_line(channel.security, 30)!r}"
        if channel.security == "none" and (channel.user or channel.password):
            return "credentials are not sent without TLS: set security to starttls or tls"
        return ""

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[SMTP]:
        channel, secured = self._channel, self._channel.security
        smtp = SMTP(
            hostname=channel.host,
            port=channel.port or {"tls": 465, "starttls": 587}.get(secured, 25),
            username=channel.user or None,
            password=channel.password if channel.user else None,
            local_hostname=domain_of(channel),
            timeout=channel.timeout_s,
            use_tls=secured == "tls",
            start_tls=secured == "starttls",
            tls_context=None if secured == "none" else self._tls,
        )
        await smtp.connect()
        try:
            yield smtp
            with suppress(*_FAILURES):  # the mail's fate is known; a rude goodbye changes nothing
                await smtp.quit(timeout=min(5.0, channel.timeout_s))
        finally:
            smtp.close()

    async def _transaction(self, smtp: SMTP, content: bytes, left: Sequence[str], done: tuple[str, ...]) -> SendOutcome:
        try:
            refused = await self._envelope(smtp, left)
            if len(refused) == len(left):
                return _all_refused(refused, done)
            answer = await smtp.data(content, timeout=self._channel.timeout_s * _FINAL_WAITS)
        except SMTPResponseException as error:
            return _answered(error.code, _said(error))
        except aiosmtplib.SMTPNotSupported as error:
            return Dead(_said(error))
        return _accepted(answer.message, left, refused, done)

    async def _envelope(self, smtp: SMTP, left: Sequence[str]) -> dict[str, SMTPRecipientRefused]:
        """Name the sender and the recipients; return those that were refused."""
        sender = address(self._channel.sender)
        ascii_only = all(a.isascii() for a in (sender, *left))
        encoding = "ascii" if ascii_only else "utf-8"
        if not ascii_only and smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        if not ascii_only and not smtp.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("the server takes no addresses beyond ASCII")
        await smtp.mail(sender, options=[] if ascii_only else ["SMTPUTF8"], encoding=encoding)
        refused = {}
        for to in left:
            try:
                await smtp.rcpt(address(to), encoding=encoding)
            except SMTPRecipientRefused as error:
                refused[to] = error
        return refused


def _accepted(
    answer: str, left: Sequence[str], refused: dict[str, SMTPRecipientRefused], done: tuple[str, ...]
) -> SendOutcome:
    later = [to for to, error in refused.items() if error.code < 500]
    if not later:
        return Sent(one_line(answer, 200), refused=tuple(refused))
    reached = (*done, *(to for to in left if to not in refused))
    return Retry(_refusals(refused), done=reached)


def _all_refused(refused: dict[str, SMTPRecipientRefused], done: tuple[str, ...]) -> SendOutcome:
    if any(error.code < 500 for error in refused.values()):
        return Retry(_refusals(refused), done=done)
    if done:
        return Sent(_refusals(refused), refused=tuple(refused))
    return Dead(_refusals(refused))


def _answered(code: int, detail: str) -> SendOutcome:
    return Dead(detail) if code >= 500 else Retry(detail)


def _refusals(refused: dict[str, SMTPRecipientRefused]) -> str:
    return one_line("; ".join(f"{to}: {e.code} {e.message}" for to, e in refused.items()), 300)


def _said(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return one_line(f"{error.code} {error.message}", 300)
    return one_line(f"{str(error) or type(error).__name__}", 300)
