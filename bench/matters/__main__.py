"""`python -m bench.matters` prints the table of accuracy; `--hard` hard cases of our own; `--scale 10000 100000` measures size."""

from __future__ import annotations

import argparse

from bench.matters import hard, scale, table


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.matters", description=__doc__)
    parser.add_argument("--scale", type=int, nargs="*", metavar="N", help="orders to make and group")
    parser.add_argument("--hard", action="store_true", help="hard cases in our own words; needs no data")
    parser.add_argument(
        "--as-written", action="store_true", help="with --scale: orders told in the same words"
    )
    parser.add_argument(
        "--processes", type=int, default=scale.PROCESSES, help="with --scale: that read facts"
    )
    asked = parser.parse_args()
    if asked.hard:
        hard.main()
    elif asked.scale is None:
        table.main()
    else:
        sizes = asked.scale or [10_000, 100_000, 1_000_000]
        scale.main(sizes, reword=not asked.as_written, processes=asked.processes)


if __name__ == "__main__":
    main()
