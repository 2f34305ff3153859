"""Site: what may stand in storywatch.toml, table by table. The JSON Schema is made from the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from monitor.config.kinds import AtMost, QuietTimes, duration_kind
from monitor.config.shapes import AlertShape, Shape
from monitor.config.words import (
    Address,
    Cron,
    FeedName,
    Header,
    Language,
    Listen,
    Mail,
    Name,
    Network,
    Search,
    Security,
    Text,
    TimeZone,
    Told,
)

Bound = Annotated[timedelta, duration_kind("1m", "7d")]
Bounds = Annotated[list[Bound], Field(min_length=2, max_length=2)]
Kept = Annotated[timedelta, duration_kind("1d", "3650d")]
Patience = Annotated[timedelta, duration_kind("1s", "5m")]
Moments = Annotated[timedelta, duration_kind("0s", "1h")]
Headers = dict[Header, Text]


class StorageShape(Shape):
    """Where everything is kept, and for how long."""

    database: Text = Field(
        default="storywatch.db", description="The SQLite file: in $STATE_DIRECTORY, else beside this file."
    )
    keep_items: Kept = Field(
        default=timedelta(days=90), description="Items older than this are pruned; developments stay."
    )


class PollingShape(Shape):
    """How feeds are asked."""

    contact: Text | None = Field(
        default=None, description="A page or address about you, in the User-Agent: good manners."
    )
    every: Bounds = Field(
        default=[timedelta(minutes=5), timedelta(hours=6)],
        description="Bounds of the adaptive cadence, shortest and longest.",
    )
    allow_networks: list[Network] = Field(
        default=[], description='Private networks that feeds and webhooks may be in: ["127.0.0.0/8"]. None by default.'
    )
    concurrency: int = Field(default=32, ge=1, le=1000, description="Polls at the same time, at most.")
    per_host: int = Field(default=2, ge=1, le=32, description="Polls of one host at the same time, at most.")
    host_rate: int = Field(default=5, ge=1, le=1000, description="Polls of one host begun in a second, at most.")
    timeout: Patience = Field(default=timedelta(seconds=30), description="A poll that takes longer has failed.")
    max_bytes: int = Field(
        default=15_000_000, ge=10_000, le=200_000_000, description="A feed that is larger, unpacked, has failed."
    )
    proxy: Address | None = Field(default=None, description="Proxy for polls and webhooks, without credentials.")
    proxy_file: Text | None = Field(
        default=None, description="Secret file with the proxy's address, credentials included."
    )


class MessagesShape(Shape):
    """How messages read."""

    templates: Text | None = Field(
        default=None, description="The directory of your own templates, beside this file: docs/operations.md."
    )


class WebShape(Shape):
    """The page."""

    listen: Listen = Field(default="", description='"127.0.0.1:8710" or "unix:/path"; empty: off.')
    edit: bool = Field(default=False, description="Whether the page may save rules and mute storylines.")
    password_file: Text | None = Field(
        default=None, description="Secret file: the page asks for it, with any user name, or as Authorization: Bearer."
    )


class HealthShape(Shape):
    """Health and metrics for supervisors and Prometheus."""

    listen: Listen = Field(
        default="", description='"127.0.0.1:8711" or "unix:/path": /healthz and /metrics. Empty: off.'
    )


class FeedShape(Shape):
    """One feed."""

    name: FeedName = Field(description='Unique, in folders if you like: "world/wire". Rules name feeds by it.')
    url: Address = Field(description="RSS, Atom, RDF or JSON Feed.")
    publisher: Text | None = Field(default=None, description="Who speaks in it: feeds of one publisher are one origin.")
    lang: Language | None = Field(default=None, description="Its language, where the feed does not say so.")
    tags: list[Text] = Field(default=[], description="Words of your own.")
    headers: Headers = Field(default={}, description="HTTP headers to send, none of them secret.")
    token_file: Text | None = Field(default=None, description="Secret file: sent as Authorization: Bearer.")
    user: Text | None = Field(default=None, description="User for HTTP Basic; needs password_file.")
    password_file: Text | None = Field(default=None, description="Secret file with the user's password.")
    every: Bounds | None = Field(default=None, description="Bounds of this feed's cadence.")
    fulltext: bool = Field(default=False, description="Read the articles behind its new entries too.")


class FeedsShape(Shape):
    """Which feeds are polled."""

    opml: list[Text] = Field(default=[], description="OPML lists of feeds, relative to this file.")
    searches: list[Search] = Field(
        default=[], description="Search addresses with {phrase}: one feed search/SLUG is made of each for every rule."
    )
    feed: list[FeedShape] = Field(default=[], description="The feeds themselves, one [[feeds.feed]] each.")


class SmtpShape(Shape):
    """Mail."""

    type: Literal["smtp"] = Field(description="The kind of channel.")
    host: Text = Field(description="The mail server.")
    port: int = Field(default=0, ge=0, le=65_535, description="0: 587 for starttls, 465 for tls, 25 for none.")
    security: Security = Field(default="starttls", description="starttls, tls or none (without credentials only).")
    user: Text | None = Field(default=None, description="Login; needs password_file.")
    password_file: Text | None = Field(default=None, description="Secret file with the password.")
    sender: Mail = Field(alias="from", description="The sender.")
    to: Annotated[list[Mail], Field(min_length=1)] = Field(description="The recipients.")
    timeout: Patience = Field(default=timedelta(seconds=60), description="A sending that takes longer is tried again.")
    unsubscribe: Mail | None = Field(default=None, description="Address for List-Unsubscribe.")


class WebhookShape(Shape):
    """A web service that is told, signed as Standard Webhooks say."""

    type: Literal["webhook"] = Field(description="The kind of channel.")
    url: Address | None = Field(default=None, description="Where it is sent to. This or url_file is needed.")
    url_file: Text | None = Field(
        default=None, description="Secret file with the address, where the address is a secret."
    )
    secret_files: list[Text] = Field(default=[], max_length=5, description="Secret files, newest first; each signs.")
    headers: Headers = Field(default={}, description="HTTP headers to send, none of them secret.")
    token_file: Text | None = Field(default=None, description="Secret file: sent as Authorization: Bearer.")
    timeout: Patience = Field(default=timedelta(seconds=20), description="A sending that takes longer is tried again.")


class ConsoleShape(Shape):
    """Standard output of the process."""

    type: Literal["console"] = Field(description="The kind of channel.")


class AppriseShape(Shape):
    """Slack, Discord, Teams, ntfy, Matrix, Telegram and more, through apprise (pip install "storywatch[apprise]")."""

    type: Literal["apprise"] = Field(description="The kind of channel.")
    url_file: Text = Field(description='Secret file with the service\'s address: "slack://...", "ntfys://...".')
    timeout: Patience = Field(default=timedelta(seconds=30), description="A sending that takes longer is tried again.")


ChannelShape = Annotated[SmtpShape | WebhookShape | AppriseShape | ConsoleShape, Field(discriminator="type")]


class RouteShape(Shape):
    """Who hears of it, through which channels, and when not."""

    channels: Annotated[list[Name], Field(min_length=1)] = Field(
        default=["console"], description="Channels of this file."
    )
    timezone: TimeZone | None = Field(
        default=None, description="Of quiet hours and digest; the general one by default."
    )
    quiet_hours: QuietTimes | None = Field(default=None, description='Nothing is sent between: "22:00-06:30"')
    urgent: list[Told] = Field(default=[], description="Reasons and signals that pass quiet hours.")
    at_most: AtMost | None = Field(
        default=None,
        description='The storm cap: what exceeds it comes together later; "never": none. By default "60/hour".',
    )
    together: Moments | None = Field(
        default=None,
        description="What develops in a storyline within so long after a first development goes in one message. "
        'By default "1m" where the route has a mail channel, else "0s": each on its own.',
    )
    digest: Cron | None = Field(
        default=None, description='When the digest goes out, as a cron line: "0 7 * * *". None: never.'
    )


class SiteShape(Shape):
    """storywatch.toml: every key is optional."""

    timezone: TimeZone = Field(default="UTC", description="Of quiet hours, digests and times in messages.")
    language: Language = Field(default="en", description="Of messages.")
    rules: Text = Field(default="rules", description="The directory of the rules.")
    lexicons: Text | None = Field(
        default=None, description="The directory of your own lexicons; lexicons/ where it exists."
    )
    storage: StorageShape = Field(default=StorageShape(), description="Where everything is kept.")
    polling: PollingShape = Field(default=PollingShape(), description="How feeds are asked.")
    messages: MessagesShape = Field(default=MessagesShape(), description="How messages read.")
    web: WebShape = Field(default=WebShape(), description="The page.")
    health: HealthShape = Field(default=HealthShape(), description="Health and metrics for supervisors and Prometheus.")
    feeds: FeedsShape = Field(default=FeedsShape(), description="Which feeds are polled.")
    channels: dict[Name, ChannelShape] = Field(default={}, description="Ways out. The channel console is always there.")
    routes: dict[Name, RouteShape] = Field(
        default={}, description="Who hears of what. The route console is always there."
    )
    defaults: AlertShape = Field(default=AlertShape(), description="For each rule's [alert].")
