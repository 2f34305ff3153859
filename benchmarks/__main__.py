"""``python -m benchmarks``: every benchmark that this machine can run, one table after the other."""

from __future__ import annotations

import sys

from benchmarks import (
    feeds_cadence,
    feeds_corpora,
    feeds_parsing,
    feeds_polling,
    feeds_storing,
    matching,
    quality,
    thousand_feeds,
)


def main() -> int:
    """Run all; a benchmark that lacks its data says so and is passed over."""
    return max(
        matching.main([]),
        quality.main([]),
        thousand_feeds.main([]),
        feeds_polling.main([]),
        feeds_parsing.main([]),
        feeds_storing.main([]),
        feeds_cadence.main([]),
        feeds_corpora.main([]),
    )


if __name__ == "__main__":
    sys.exit(main())
