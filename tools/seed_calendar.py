"""Write the table of days off and make-up working days from the PyPI package chinese-calendar.

    python tools/seed_calendar.py [OUT.csv]

The package follows the yearly notice of the State Council (国务院办公厅关于部分节假日安排的通知) and comes out soon
after it, in November; run this again then. Days that somebody entered by hand (another `source`) are kept.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from chinese_calendar import constants

TABLE = Path(__file__).parent.parent / "src/wenxiao/calendars/data/days.csv"
PACKAGE = "chinese-calendar"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def seeded() -> dict[date, tuple[int, str, str]]:
    source = f"{PACKAGE} {version(PACKAGE)}"
    days = {day: (0, NAMES[name], source) for day, name in constants.holidays.items()}
    days |= {day: (1, NAMES[name], source) for day, name in constants.workdays.items()}
    return days


def entered_by_hand(path: Path) -> dict[date, tuple[int, str, str]]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        date.fromisoformat(row["date"]): (int(row["is_workday"]), row["name"], row["source"])
        for row in rows
        if not row["source"].startswith(PACKAGE)
    }


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE
    days = seeded() | entered_by_hand(path)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["date", "is_workday", "name", "source"])
        for day, (is_workday, name, source) in sorted(days.items()):
            writer.writerow([day.isoformat(), is_workday, name, source])
    print(f"{len(days)} days, {min(days).year}-{max(days).year}, written to {path}")


if __name__ == "__main__":
    main()
