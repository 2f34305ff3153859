"""``python -m benchmarks [--full]``: every benchmark that this machine can run, one table after the other."""

from __future__ import annotations

import sys

from benchmarks import (
    ablation,
    deciding,
    feeds_cadence,
    feeds_corpora,
    feeds_parsing,
    feeds_polling,
    feeds_scaling,
    feeds_size,
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

SMALL = ["--items", "100000", "--storylines", "200"]  # of the page's database: made in some seconds


def main() -> int:
    """Run all; a benchmark that lacks its data says so and is passed over. ``--full``: the page's at its full size."""
    return max(
        matching.main([]),
        deciding.main([]),
        month.main([]),
        page.main([] if "--full" in sys.argv[1:] else SMALL),
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
        feeds_cadence.main([]),
        feeds_corpora.main([]),
        soak.main([]),
    )


if __name__ == "__main__":
    sys.exit(main())
