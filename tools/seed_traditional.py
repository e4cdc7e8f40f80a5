"""Write the table of traditional characters and their simplified forms from OpenCC (Apache-2.0).

    pip install opencc && python tools/seed_traditional.py

Single characters only, each to one character, so that offsets never move. Run once; the table does not age.
"""

from __future__ import annotations

from pathlib import Path

from opencc import OpenCC

TABLE = Path(__file__).parent.parent / "src/wenxiao/recognition/data/traditional.tsv"


def main() -> None:
    convert = OpenCC("t2s").convert
    pairs = [(char, convert(char)) for char in map(chr, range(0x4E00, 0xA000))]
    changed = [(old, new) for old, new in pairs if old != new and len(new) == 1]
    lines = "".join(f"{old}\t{new}\n" for old, new in changed)
    TABLE.write_text("# traditional, simplified; from OpenCC t2s (Apache-2.0)\n" + lines, encoding="utf-8")
    print(f"{len(changed)} characters, written to {TABLE}")


if __name__ == "__main__":
    main()
