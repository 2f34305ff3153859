"""``python -m benchmarks [--full]``: every benchmark that this machine can run, one table after the other."""

from __future__ import annotations

import sys

from benchmarks import (
    ablation,
    deciding,
    feeds_cadence,
    feeds_corpora,
    feeds_growth,
    feeds_parsing,
    feeds_polling,
    feeds_scaling,
    feeds_size,
    feeds_steady,
    feeds_storing,
    feeds_stuck,
    matching,
    month,
    one_line,
    page,
    quality,
    soak,
    thousand_feeds,
)

FEW = ["--feeds", "1000,10000"]  # of those whose number grows: a hundred thousand take a quarter of an hour
SMALL = ["--items", "100000", "--storylines", "200"]  # of the page's database: made in some seconds


def main() -> int:
    """Run all; a benchmark that lacks its data says so and is passed over. ``--full``: those of size at full size."""
    full = "--full" in sys.argv[1:]
    return max(
        matching.main([]),
        deciding.main([]),
        month.main([]),
        page.main([] if full else SMALL),
        quality.main([]),
        one_line.main([]),
        ablation.main([]),
        thousand_feeds.main([]),
        feeds_polling.main([]),
        feeds_parsing.main([]),
        feeds_storing.main([]),
        feeds_stuck.main([]),
        feeds_scaling.main([]),
        feeds_size.main([]),
        feeds_growth.main([] if full else FEW),
        feeds_steady.main([]),
        feeds_cadence.main([]),
        feeds_corpora.main([]),
        soak.main([]),
    )


if __name__ == "__main__":
    sys.exit(main())
