"""Reading: what a parser process hands back."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.poll import Candidate, Parsed


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed document as read: the parsed feed without its entries, and the candidates made of them."""

    parsed: Parsed
    candidates: tuple[Candidate, ...]
