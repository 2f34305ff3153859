"""Reading: what a parser process hands back."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.poll import Again, Candidate, Parsed


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed document as read: the parsed feed without its entries, and the candidates made of them.

    ``entries`` is how many there were, ``source`` stands for the sources they name.
    """

    parsed: Parsed
    candidates: tuple[Candidate, ...]
    entries: int = 0
    source: bytes = b""
    again: Again | None = None
