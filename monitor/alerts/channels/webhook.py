"""Webhook: a signed POST after Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from monitor.alerts.channels.ports import Answer, Poster
from monitor.alerts.clean import masked, secrets_in
from monitor.lang.safe import one_line
from monitor.model.delivery import Dead, Message, Retry, SendOutcome, Sent, WebhookChannel
from monitor.model.poll import FetchFailed

_LONGEST_WAIT_S = 86_400.0  # a server may ask us to wait for a day, not for ever
_SAID = 4_000  # bytes of an answer in which a secret of ours is looked for
_PROBE_KEY = "probe"


class WebhookSender:
    """Only 2xx is success; 410 ends the channel; everything else is tried again by the outbox."""

    def __init__(self, channel: WebhookChannel, client: Poster) -> None:
        """Post to ``channel`` through ``client``, which guards addresses and follows no redirects."""
        self._channel = channel
        self._client = client
        words = (word for _, value in channel.headers for word in value.split())
        self._secrets = (*secrets_in(channel.url), *words, *channel.secrets)

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:  # noqa: ARG002
        """Post the payload; ``webhook-id`` is the delivery's key on every attempt."""
        return await self._post(message.key, message.payload)

    async def probe(self) -> SendOutcome:
        """Post a signed "storywatch.probe" that carries no alert."""
        moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        body = {"type": "storywatch.probe", "timestamp": moment, "data": {"version": 1}}
        return await self._post(f"{_PROBE_KEY}-{moment}", body)

    async def aclose(self) -> None:
        """The client belongs to the process."""

    async def _post(self, key: str, payload: Mapping[str, object]) -> SendOutcome:
        now = datetime.now(UTC)
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        try:
            headers = self._headers(key, body, now)
        except (ValueError, EmptyWebhookSecretError):
            return Dead("a secret of this webhook is not base64 (whsec_...): nothing was sent")
        channel = self._channel
        answer = await self._client.post(channel.url, body.encode(), headers, channel.timeout_s)
        if isinstance(answer, FetchFailed):
            return Retry(one_line(answer.detail, 300), after_s=answer.retry_after_s)
        return _outcome(answer, now, self._secrets)

    def _headers(self, key: str, body: str, now: datetime) -> dict[str, str]:
        headers = {name.lower(): value for name, value in self._channel.headers}
        headers |= {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._channel.secrets:
            signatures = (Webhook(secret).sign(key, now, body) for secret in self._channel.secrets)
            headers["webhook-signature"] = " ".join(signatures)
        return headers


def _outcome(answer: Answer, now: datetime, secrets: tuple[str, ...]) -> SendOutcome:
    status = answer.status
    said = one_line(masked(answer.body[:_SAID].decode("utf-8", "replace"), secrets), 120)
    detail = f"{status} {said}".rstrip()
    if 200 <= status < 300:
        return Sent(detail)
    if status == 410:
        return Dead(f"{detail}: the receiver says that this webhook is over", disable=True)
    if 300 <= status < 400:
        return Retry(f"{status}: a redirect is not followed; set the webhook's final address")
    return Retry(detail, after_s=retry_after(answer.headers.get("retry-after", ""), now))


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110 10.2.3), at most a day; None where it asks for nothing."""
    try:
        asked = float(value) if value.strip().isdigit() else (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(asked, _LONGEST_WAIT_S) if asked > 0 else None
