"""What one order says about place, party, problem, wish and time, read out of its text and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wenxiao.recognition.callers import known_name, known_phone
from wenxiao.recognition.matters.words import words
from wenxiao.recognition.numerals import number
from wenxiao.recognition.schema import Order
from wenxiao.recognition.text import normalise

#: A title shorter than this says nothing; the opening of the message then stands for it.
SHORT_TITLE = 5
#: How much of the message stands for a missing title, and how much of it is read at all, in code points.
OPENING = 80
READ = 1500
#: Names are looked for in this much of the message.
NAMED = 400


class Name(NamedTuple):
    """A place or party as written, without the area before it; `kind` is the list that its ending is in. `core` is
    what tells it from others of its kind (霁月花园: 霁月); all of it where nothing else is left."""

    text: str
    kind: str
    core: str


class Mark(NamedTuple):
    """An exact identifier: a bus route, a number plate, a house number. Never compared loosely."""

    kind: str
    value: str


@dataclass(slots=True)
class Facts:
    """One order as same-matter recognition sees it. `head` is the title or what stands for it, `full` all of it.

    `day` counts days from 1970-01-01 (fractions are hours), None where the source gives no time. `bare`: there is no
    text to read, only a category, a place and a time (many cities' 311 data); `category` then says the problem.
    """

    order: str
    head: str
    full: str
    names: tuple[Name, ...]
    body_names: tuple[Name, ...]
    marks: tuple[Mark, ...]
    head_marks: tuple[Mark, ...]
    head_problems: frozenset[str]
    problems: frozenset[str]
    wishes: frozenset[str]
    areas: frozenset[str]
    caller: str
    phone: str
    category: str
    address: str
    day: float | None
    bare: bool
    longitude: float | None
    latitude: float | None


#: `date.toordinal()` of 1970-01-01.
EPOCH = 719163
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SPACE = re.compile(r"\s+")
#: The longest run of characters that a name may have before its ending.
LONGEST = 9
_NOT_IN_NAMES = re.compile(r"[^\w·.]")
_URL = re.compile(r"https?://[\w./?=&%#-]*")
_HIDDEN = re.compile(r"\*{3,}")
_AREA = re.compile(r"[A-Z]\d{0,2}[市区县]|[A-Z]\d{1,2}(?![A-Za-z0-9路栋座])")
_TIDY = re.compile(r"^[、,.·\-_\d]+(?=[\u4e00-\u9fff])|^[省市区县号]")
_TOWN = re.compile(r"^.{1,6}?(?:街道|镇|乡|社区|片区)(?=..)")
_PHASE = re.compile(r"[一二三四五六七八九十\dA-Za-z]{1,3}(?:期|区|栋|座|号楼|组团|批)$")
_NUMERAL = re.compile(r"[零一二两三四五六七八九十]+")
# Kind, words without which it can't be there, pattern.
_MARKS = (
    (
        "route",
        ("路", "公交"),
        re.compile(r"(?<![\dA-Za-z])([A-Za-z]?\d{1,4}[A-Za-z]?)(?:路|线路|公交)(?!口|段|[、,]?\d)"),
    ),
    ("route", ("公交",), re.compile(r"公交(\d{1,4})线")),
    ("metro", ("号线",), re.compile(r"(\d{1,2}|[一二三四五六七八九十])号线")),
    (
        "plate",
        ("-", "·", "车", "牌"),
        re.compile(r"([\u4e00-\u9fff][A-Z][·\- ]?[A-Z0-9]{5,6})(?![A-Za-z0-9])"),
    ),
    ("train", ("次", "列"), re.compile(r"(?<![A-Za-z0-9])([GDCKTZ]\d{1,4})(?:次|列车|列)")),
    ("document", ("号",), re.compile(r"([〔\[(（【]\d{4}[〕\])）】]\d{1,5}号)")),
    (
        "house",
        ("栋", "幢", "号楼", "座"),
        re.compile(
            r"(?<![\dA-Za-z期])(\d{1,4}|[A-Za-z]\d{1,3}|[一二三四五六七八九十]{1,3})(?:栋|幢|号楼|座)"
        ),
    ),
    ("phase", ("期",), re.compile(r"([一二三四五六七八九]|\d)期")),
    ("year", ("年",), re.compile(r"((?:19|20)\d\d)(?:年度?)")),
    ("number", ("号",), re.compile(r"([\u4e00-\u9fff][路街巷道弄里村组庄]\d{1,5})号(?![线楼])")),
    ("unit", ("单元",), re.compile(r"(?<![\dA-Za-z])(\d{1,2}|[A-Za-z]|[一二三四五六七八九十])单元")),
    ("group", ("组",), re.compile(r"(?<![\dA-Za-z])(\d{1,2}|[一二三四五六七八九十]{1,3})组(?!团|[成织])")),
)
#: Places that hold others, by the two characters before what they end in: how far a name reaches to the left is often
#: open (双枫桥镇, 在枫桥镇), and two characters tell the towns of a county, and the villages of a town, apart.
_AREAS = (
    (
        "town",
        ("镇", "乡", "街道"),
        re.compile(
            r"([\u4e00-\u9fff]{2})(?:镇|乡(?![村下亲间土里愁])|街道(?:(?=办|[\u4e00-\u9fff]{2,4}[路街村社小])|(?<=[县区市]..街道)))"
        ),
    ),
    (
        "village",
        ("村", "社区"),
        re.compile(r"([\u4e00-\u9fff]{2})(?:村(?!民|级|支|干|务|书|主|镇|居|通)|社区)"),
    ),
)
#: Kinds of identifier, in the order in which pairs count them.
MARK_KINDS = (*dict.fromkeys(kind for kind, _, _ in (*_MARKS, *_AREAS)), "road", "junction")
_JUNCTION = re.compile(r"交汇|交会|交叉|路口|十字|交界")


def read_facts(order: Order) -> Facts:
    """Read one order. Works on any of: title, content, address, category; none of them is needed."""
    title, content, address = _clean(order.title), _clean(order.content), _clean(order.address)
    bare = len(content) < SHORT_TITLE and not _CHINESE.search(title)
    head = title if len(title) >= SHORT_TITLE else f"{title} {content[:OPENING]}".strip()
    full = f"{head}。{content[:READ]}。{address}"
    names = find_names(f"{head}。{address}")
    body_names = find_names(content[:NAMED])
    head_marks = find_marks(f"{head}。{address}") + _roads(names) + _junction(head, names)
    seen = words()
    head_problems = frozenset(seen.problems.find(head))
    when = order.called_at or order.dispatched_at
    return Facts(
        order=order.order,
        head=head,
        full=full,
        names=names,
        body_names=body_names,
        marks=tuple(dict.fromkeys((*head_marks, *find_marks(content[:NAMED]), *_roads(body_names)))),
        head_marks=head_marks,
        head_problems=head_problems,
        problems=head_problems | frozenset(seen.problems.find(content[:READ])),
        wishes=frozenset(seen.wishes.find(head)),
        areas=frozenset(_AREA.findall(f"{head} {order.area}")),
        caller=known_name(order.caller),
        phone=known_phone(order.phone),
        category=_clean(f"{title} {order.request_type} {order.category}" if bare else order.category),
        address=address,
        day=None if when is None else (when.toordinal() - EPOCH) + when.hour / 24,
        bare=bare,
        longitude=order.longitude,
        latitude=order.latitude,
    )


def _clean(text: str) -> str:
    text = normalise(text).text if text else ""
    return _SPACE.sub(" ", _HIDDEN.sub(" ", _URL.sub(" ", text))).strip()


def find_names(text: str) -> tuple[Name, ...]:
    """Places and parties in `text`, each once, in order. By endings and breaks; a common noun is not a name."""
    lists, found = words(), {}
    text = _NOT_IN_NAMES.sub("。", _AREA.sub("。", text))
    for piece in _pieces(text):
        if lists.last.isdisjoint(piece):  # most pieces, at a fraction of the price of a look by the automaton
            continue
        for raw, ending, tail in _ended(piece):
            name = _TIDY.sub("", raw.lstrip(lists.leading))
            name = _TOWN.sub("", name).lstrip(lists.leading) or name
            if len(name) >= 2 and name not in lists.common and not name.endswith(lists.never):
                core = name[: len(name) - tail]
                found[name] = Name(name, lists.kind_of[ending], core if len(core) > 1 else name)
    return tuple(found.values())


def _pieces(text: str) -> Iterator[str]:
    """The stretches of text between breaks and punctuation."""
    start = 0
    for last, term in words().breaks.iter_long(text):
        yield from text[start : last + 1 - len(term)].split("。")
        start = last + 1
    yield from text[start:].split("。")


def _ended(piece: str) -> list[tuple[str, str, int]]:
    """Runs of characters up to an ending, with the ending; endings that follow each other (早教中心) are one, and the
    number is how many characters they take."""
    found: list[tuple[str, str, int]] = []
    begin = end = first = 0
    last = ""
    for at, term in words().endings.iter_long(piece) if len(piece) > 1 else ():
        start = at + 1 - len(term)
        if last and start > end:
            found.append((piece[begin:end], last, end - first))
            begin, last = end, ""
        if not last:
            begin, first = max(begin, start - LONGEST), start
        if last or at > begin:
            last, end = term, at + 1
    if last:
        found.append((piece[begin:end], last, end - first))
    return found


def _roads(names: tuple[Name, ...]) -> tuple[Mark, ...]:
    """The roads among `names`, by their last three characters."""
    return tuple(Mark("road", n.text[-3:]) for n in names if n.kind == "road" and len(n.text) >= 3)


def _junction(head: str, names: tuple[Name, ...]) -> tuple[Mark, ...]:
    """The two roads that a title says meet: another pair of roads is another place, though one road is the same."""
    roads = sorted({name.text[-3:] for name in names if name.kind == "road"})
    return (Mark("junction", "与".join(roads)),) if len(roads) == 2 and _JUNCTION.search(head) else ()


def _figure(match: re.Match[str]) -> str:
    value = number(match[0])
    return match[0] if value is None else str(value)


def find_marks(text: str) -> tuple[Mark, ...]:
    """Exact identifiers in `text`, each once."""
    found: dict[Mark, None] = {}
    for kind, hints, pattern in _MARKS:
        for hint in hints:
            if hint in text:
                break
        else:
            continue
        for match in pattern.finditer(text):
            found[Mark(kind, _NUMERAL.sub(_figure, match[1].upper()))] = None
    never = words().no_area
    for area, endings, places in _AREAS:
        if any(ending in text for ending in endings):
            for match in places.finditer(text):
                if match[1] not in never and match[1][1] not in never:
                    found[Mark(area, match[1])] = None
    return tuple(found)
