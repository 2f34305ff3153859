"""Mail: a Message as RFC 5322 bytes. Header values are neutralised before the email package sees them.

Python's email package before 3.11.10 re-reads encoded words while folding, so that a title such as
``=?utf-8?q?x=0d=0aBcc:_evil?=`` becomes a header of its own (CVE-2024-6923). Here no value holds
"=?" or a control character, and identifiers are made of letters, digits, dots and hyphens.
"""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr

from monitor.alerts.clean import header, label
from monitor.model.delivery import Message, SmtpChannel

_LINE = 76  # characters of a header's line with encoded words (RFC 2047 2)


class _Whole(EmailPolicy):
    """Encodes words beyond ASCII as a whole: where the package folds them, spaces are lost or gained."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as the bytes of a mail."""
        if name == "Subject" and not value.isascii():
            return f"{name}: {self._encoded(value, name)}{self.linesep}".encode("ascii")
        if isinstance(value, AddressHeader) and not value.isascii():
            between = f",{self.linesep} "
            return f"{name}: {between.join(map(self._mailbox, value.addresses))}{self.linesep}".encode()
        return super().fold_binary(name, value)

    def _mailbox(self, mailbox: Address) -> str:
        name = mailbox.display_name
        return str(mailbox) if name.isascii() else f"{self._encoded(name)}{self.linesep} <{mailbox.addr_spec}>"

    def _encoded(self, words: str, name: str = "From") -> str:
        return Header(words, "utf-8", maxlinelen=_LINE, header_name=name).encode(linesep=self.linesep)


_POLICY = _Whole() + SMTP


def build(message: Message, channel: SmtpChannel, at: datetime) -> bytes:
    """Return ``message`` as a mail from the channel's sender to all its recipients; ``at`` is its Date.

    The Message-ID is made from the delivery's key alone: every attempt has the same. All mails of a
    thread refer to one root that was never sent, so that readers group them whichever arrives first; a correction
    answers the mail that it corrects.
    """
    domain = domain_of(channel)
    mail = EmailMessage(policy=_POLICY)
    mail["Subject"] = header(message.subject)
    mail["From"] = _mailbox(channel.sender)
    mail["To"] = ", ".join(_mailbox(to) for to in channel.to)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{label(message.key)}@{domain}>"
    if message.thread:
        root = f"<{_dotted(message.thread)}@{domain}>"
        before = f"<{label(message.answers)}@{domain}>" if message.answers else ""
        mail["References"] = f"{root} {before}".rstrip()
        mail["In-Reply-To"] = before or root
    if message.list_id:
        mail["List-Id"] = _list_id(message, domain)
    if channel.unsubscribe:
        asked = address(channel.unsubscribe.removeprefix("mailto:"))
        mail["List-Unsubscribe"] = f"<mailto:{asked}?subject=unsubscribe>"
    mail["Importance"] = header(message.severity, 10)  # RFC 2156 5.3.4
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def address(mailbox: str) -> str:
    """The bare address of ``mailbox`` ("Desk <desk@news.example>")."""
    return header(parseaddr(mailbox)[1], 254)


def domain_of(channel: SmtpChannel) -> str:
    """The sender's domain in ASCII, which names our messages and greets the server."""
    _, at, domain = address(channel.sender).rpartition("@")
    try:
        return domain.encode("idna").decode("ascii") if at and domain else "storywatch.invalid"
    except UnicodeError:
        return "storywatch.invalid"


def _mailbox(mailbox: str) -> str:
    name, _ = parseaddr(mailbox)
    return formataddr((header(name, 100), address(mailbox)), charset="utf-8") if name else address(mailbox)


def _list_id(message: Message, domain: str) -> str:
    """RFC 2919: a phrase, where it needs no encoding, and the identifier."""
    name = header(message.title, 40)
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in " .,-'"))
    phrase = f'"{plain}" ' if plain == name and name else ""
    return f"{phrase}<{_dotted(message.list_id)}.{domain}>"


def _dotted(name: str) -> str:
    return ".".join(label(part) for part in name.split(".") if part)
