"""`python -m bench.matters` prints the table of accuracy; `--scale 10000 100000` measures size."""

from __future__ import annotations

import argparse

from bench.matters import scale, table


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench.matters", description=__doc__)
    parser.add_argument("--scale", type=int, nargs="*", metavar="N", help="orders to make and group")
    asked = parser.parse_args()
    if asked.scale is None:
        table.main()
    else:
        scale.main(asked.scale or [10_000, 100_000])


if __name__ == "__main__":
    main()
