"""Hot matters drawn: a small time line each, and one map of where the calls came from. Plain numbers for SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians

from wenxiao.library.hot import Hot

#: The map's width and greatest height, and the margin around its points, in units of the drawing.
WIDTH, HEIGHT, MARGIN = 640, 420, 28
#: A map is never closer than this many degrees of latitude (about 500 m): one address is not enlarged to a whole page.
CLOSEST = 0.005
#: Calls about one matter that would be drawn nearer to each other than this are one dot.
NEAR = 18
#: Kilometres to a degree of latitude.
DEGREE = 111.2
_SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """The calls of one day: place and height of its bar, and whether it is among the last days."""

    x: int
    y: int
    height: int
    recent: bool
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class HotLine:
    """A hot matter with its time line; `width` is that of the drawing, `most` the calls of its fullest day."""

    hot: Hot
    bars: list[Bar]
    width: int
    most: int


@dataclass(frozen=True, slots=True)
class Dot:
    """Calls about one matter from one spot of the map; `rank` is that of the matter, `number` its name."""

    x: float
    y: float
    rank: int
    number: str
    count: int
    radius: float


@dataclass(frozen=True, slots=True)
class Map:
    """All dots, the height of the drawing, and a bar of scale: its length in the drawing and its words."""

    dots: list[Dot]
    height: int
    bar: float
    scale: str


def lines(found: Sequence[Hot], today: date) -> list[HotLine]:
    """The time line of each, a bar a day."""
    return [_line(one, today) for one in found]


def _line(one: Hot, today: date) -> HotLine:
    length, most = len(one.days), max(one.days, default=0)
    bars = []
    for at, count in enumerate(one.days):
        height = max(3, round(28 * count / most)) if count else 1
        day = today - timedelta(days=length - 1 - at)
        bars.append(Bar(7 * at, 30 - height, height, 2 * at >= length, day, count))
    return HotLine(one, bars, 7 * length, most)


def scatter(found: Sequence[Hot]) -> Map | None:
    """The map; None where no call has a place."""
    spots = [(spot, one.rank) for one in found for spot in one.spots]
    if not spots:
        return None
    north = max(spot.latitude for spot, _ in spots)
    south = min(spot.latitude for spot, _ in spots)
    west = min(spot.longitude for spot, _ in spots)
    east = max(spot.longitude for spot, _ in spots)
    narrow = max(0.01, cos(radians((north + south) / 2)))
    across, down = max((east - west) * narrow, CLOSEST), max(north - south, CLOSEST)
    unit = min((WIDTH - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / down)
    left = (WIDTH - (east - west) * narrow * unit) / 2
    height = round(min(HEIGHT, max(down * unit + 2 * MARGIN, 160)))
    top = (height - (north - south) * unit) / 2
    dots: dict[tuple[int, int, int], Dot] = {}
    numbers = {one.rank: one.matter.number for one in found}
    for spot, rank in spots:
        x = left + (spot.longitude - west) * narrow * unit
        y = top + (north - spot.latitude) * unit
        place = rank, round(x / NEAR), round(y / NEAR)
        count = dots[place].count + 1 if place in dots else 1
        x, y = (dots[place].x, dots[place].y) if place in dots else (round(x, 1), round(y, 1))
        dots[place] = Dot(x, y, rank, numbers[rank], count, round(min(16.0, 8 + 1.5 * (count - 1) ** 0.5), 1))
    kilometre = unit / DEGREE
    scale = max((s for s in _SCALES if s * kilometre <= WIDTH / 4), default=_SCALES[0])
    return Map(list(dots.values()), height, round(scale * kilometre, 1), f"{scale:g} km")
