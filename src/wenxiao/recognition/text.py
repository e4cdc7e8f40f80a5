"""Reading Chinese official text: one form of writing, sentences and clauses, boilerplate, the date of signature.

Everything speaks of places in the text *as imported*: code points, white space untouched. A text is normalised
(`normalise`) for matching only, and its offset map leads back.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import signed as kernels
from wenxiao.recognition.lexicon import Texts
from wenxiao.recognition.numerals import LATEST_SHORT_YEAR, NUMERAL, number, short_year, year_number

DATA = Path(__file__).parent / "data"

#: Chinese punctuation that NFKC would turn into its Latin look-alike. Patterns accept both, so it stays as it is.
KEPT = "，。；：？！（）《》〈〉“”‘’、【】「」『』〔〕—…·～％＋－　\xa0"
#: What ends a sentence, and what ends a clause.
STOPS, CUTS = "。！？!?；;\n\r…", "，。！？；：!?;\n\r…,:"
# Begins with one set of characters, which is what a search can skip to; a run holds … alone or none of it.
_SENTENCE_END = re.compile(rf"[{STOPS}](?:(?<=…)…*|(?<!…)[{STOPS[:-1]}]*)")
_CLAUSE_END = re.compile(f"[{CUTS}]+")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in one form of writing. `offsets[i]` is where character i stood in the original; None: nothing moved."""

    text: str
    offsets: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) of a non-empty [start, end) here."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def normalise(text: str) -> Normal:
    """NFKC character by character (Chinese punctuation kept), and traditional characters made simplified.

    Most texts need nothing and come back as they are. One character may become several (㎡, ⑩) or none that
    differ; the offset map then leads back to the one it came from.
    """
    return Normal(text) if _odd().search(text) is None else _normalised(text)


def normalise_many(texts: Sequence[str]) -> list[Normal]:
    """`normalise` of each: which of them need it is asked of all characters at once."""
    read = Texts(texts)
    odd = _is_odd().take(np.minimum(read.codes, 0xFFFF))
    counts = np.add.reduceat(odd, read.bases, dtype=np.int64).tolist() if texts else []
    return [_normalised(text) if count else Normal(text) for text, count in zip(texts, counts, strict=True)]


def _normalised(text: str) -> Normal:
    table = _forms()
    forms = [table[char] for char in text]
    joined = "".join(forms)
    if len(joined) == len(text):
        return Normal(joined)
    return Normal(joined, tuple(i for i, form in enumerate(forms) for _ in form))


class _Forms(dict[str, str]):
    """The normal form of each character, worked out when first met."""

    def __missing__(self, char: str) -> str:
        form = unicodedata.normalize("NFKC", char) or char
        self[char] = form
        return form


@cache
def _traditional() -> dict[str, str]:
    lines = (DATA / "traditional.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@cache
def _forms() -> _Forms:
    return _Forms({**_traditional(), **{char: char for char in KEPT}})


@cache
def _is_odd() -> npt.NDArray[np.bool_]:
    """Whether a character is not plain (`_odd`), by code point; the last stands for all beyond."""
    pattern = _odd()
    return np.array([pattern.match(chr(code)) is not None for code in range(1 << 16)])


@cache
def _odd() -> re.Pattern[str]:
    """Any character that is not plain: ASCII, kept punctuation or a simplified ideograph."""
    old = _traditional()
    plain, start = [], 0x4E00
    for code in [*map(ord, sorted(old)), 0xA000]:
        if code > start:
            plain.append(f"{chr(start)}-{chr(code - 1)}")
        start = code + 1
    return re.compile(f"[^\\x00-\\x7f{re.escape(KEPT)}{''.join(plain)}]")


def sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence, its closing mark included, surrounding white space left out."""
    pieces = []
    start = 0
    for end in [*[match.end() for match in _SENTENCE_END.finditer(text)], len(text)]:
        if start < end and (piece := _trimmed(text, start, end)):
            pieces.append(piece)
        start = end
    return pieces


def clauses(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """[start, end) of each clause within [start, end): between commas, colons and sentence ends, marks left out.

    Enumerations (、) stay together, and so do 8:30 and 1,500.
    """
    stop = len(text) if end is None else end
    pieces = []
    at = start
    for match in _CLAUSE_END.finditer(text, start, stop):
        left, right = match.span()
        if right == left + 1 and text[left] in ",:" and inside_number(text, left):
            continue
        if left > at:
            # Most clauses have no white space around them; asking here spares a call for each.
            if not (text[at].isspace() or text[left - 1].isspace()):
                pieces.append((at, left))
            elif piece := _trimmed(text, at, left):
                pieces.append(piece)
        at = right
    if at < stop and (piece := _trimmed(text, at, stop)):
        pieces.append(piece)
    return pieces


def inside_number(text: str, at: int) -> bool:
    """As it reads once normalised: a full-width ２ is a figure too."""
    return 0 < at < len(text) - 1 and is_figure(text[at - 1], -1) and is_figure(text[at + 1], 0)


def is_figure(char: str, place: int) -> bool:
    """Whether the first (0) or last (-1) character that `char` is once normalised is a figure."""
    form = char if char.isascii() else _forms()[char]
    return "0" <= form[place] <= "9"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """[start, end) without white space at its ends, None when there is nothing else."""
    if not text[start].isspace() and not text[end - 1].isspace():
        return start, end
    body = text[start:end]
    left, right = len(body) - len(body.lstrip()), len(body.rstrip())
    return (start + left, start + right) if right > left else None


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """A stretch of form in a reply: greeting, opening, thanks, contact, closing or signature."""

    kind: str
    start: int
    end: int


def boilerplate(reply: str) -> list[Boilerplate]:
    """The stretches of `reply` that every reply has, in order: what is left is what this one says."""
    found = [
        Boilerplate(kind, start, end) for start, end in sentences(reply) if (kind := _form(reply[start:end]))
    ]
    found += [Boilerplate("signature", s.start, s.end) for s in signatures(reply)]
    return sorted(found, key=lambda part: (part.start, part.end))


def is_boilerplate(piece: str) -> bool:
    """Whether any of `piece` is a stretch of form."""
    return any(_form(piece[start:end]) for start, end in sentences(piece)) or bool(signatures(piece))


def is_clause_of_form(clause: str) -> bool:
    """`is_boilerplate` of a clause, which is one sentence or none."""
    sentence = clause.strip()
    return bool(sentence) and (_form(sentence) != "" or bool(signatures(clause)))


def _form(sentence: str) -> str:
    kinds, pattern = _forms_of_reply()
    match = pattern.match(sentence)
    return kinds[match.lastindex - 1] if match and match.lastindex else ""


@cache
def _forms_of_reply() -> tuple[list[str], re.Pattern[str]]:
    """The kinds, and their patterns as one with a group for each: the first that fits, at a third of the price."""
    rules = tomllib.loads((DATA / "text.toml").read_text(encoding="utf-8"))["boilerplate"]
    pattern = re.compile("|".join(f"({rule['match']})" for rule in rules))
    if pattern.groups != len(rules):
        raise ValueError("text.toml: groups within a pattern must be (?:…)")
    return [rule["kind"] for rule in rules], pattern


@dataclass(frozen=True, slots=True)
class Signature:
    """The date under a reply, and where it stands."""

    date: date
    start: int
    end: int


# A date followed by nothing, or by the beginning of another reply pasted after it.
_SIGNED = re.compile(
    r"['’‘]?(?P<year>(?:19|20)\d\d|[二2][〇○零0O][一二12][〇○零一二三四五六七八九\d]"
    rf"|(?<![\d./\-－—{NUMERAL}])(?:\d\d|[一二][〇○零0O一二三四五六七八九]|廿[一二三四五六七八九]))\s{{0,2}}[年.\-/－—]\s{{0,2}}"
    rf"(?P<month>\d{{1,2}}|[{NUMERAL}元]{{1,3}})\s{{0,2}}[月.\-/－—]\s{{0,2}}"
    rf"(?P<day>\d{{1,2}}|[{NUMERAL}]{{1,4}})\s{{0,2}}[日号]?[)）]?[。.]?"
    r"(?=\s{0,40}(?:$|[“\"「【]?(?:UU|网友|网民|市民|尊敬|亲爱|您好|你好|[A-Z]?\d{0,3}[\u4e00-\u9fff]{0,12}回复[：:])))"
)
# What stands in every such date, no more than 7 characters after its beginning. It begins with one set of characters, so
# that a search skips to it: half the time of `_SIGNED` from the beginning.
_MARKED = re.compile(rf"[年.\-/－—]\s{{0,2}}(?:\d{{1,2}}|[{NUMERAL}元]{{1,3}})\s{{0,2}}[月.\-/－—]")
_YEAR = 7
_NOT_SIGNED = ("至", "到", "于", "在", "从", "自", "截止", "-", "—", "为", "前", "是")
#: How far back a signing unit may begin (code points), what ends a stretch before it, and what no unit's name has.
SIGNER = 60
_BREAK = re.compile(r"[。！？!?；;”\"\s]|(?<=[^\x00-\x7f])\.")
_BEFORE = " \t\xa0\u3000（(【[~"
_OWN_LINE = re.compile(r"(?:[\n\r]|\s{2})[^\S\n]{0,20}[（(【\[]?$")
_RUNS_ON = re.compile(r"[，,：:]|已")
#: A date further back from the time of the reply than this is not when it was signed.
NEAR = timedelta(days=400)


def signatures(reply: str) -> list[Signature]:
    """Dates that a reply is signed with: at its end, in brackets, or where one reply ends and the next begins.

    Each stands on its own or after who signs; a date at the end of a sentence that goes on before it tells of a day.
    """
    mark = _MARKED.search(reply)
    if mark is None:
        return []
    return _signed(reply, _SIGNED.finditer(reply, max(0, mark.start() - _YEAR)))


def _signed(reply: str, matches: Iterable[re.Match[str]]) -> list[Signature]:
    found = []
    for match in matches:
        signed = _date(match["year"], match["month"], match["day"])
        if signed and _stands_alone(reply[max(0, match.start() - SIGNER) : match.start()]):
            found.append(Signature(signed, match.start(), match.end()))
    return found


def signatures_of_many(replies: Sequence[str]) -> list[list[Signature]]:
    """`signatures` of each, several times faster: the pattern is tried only where a date may end a reply."""
    found: list[list[Signature]] = [[] for _ in replies]
    texts = Texts(replies)
    rows = kernels.places(texts.codes, texts.sizes, _kinds_in_signature()).tolist()
    for i, places in groupby(rows, itemgetter(0)):
        found[i] = _signed(replies[i], _matches(replies[i], [place for _, place in places]))
    return found


def _matches(reply: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """The matches of `_SIGNED`, given the places of what stands behind their years."""
    start = 0
    for place in places:
        for at in range(max(start, place - _YEAR), place):
            match = _SIGNED.match(reply, at)
            if match:
                yield match
                start = match.end()
                break
        else:
            start = max(start, place)


@cache
def _kinds_in_signature() -> npt.NDArray[np.uint8]:
    """What each character is to a date that a reply is signed with, by code point, as the bits of `kernels.signed`."""
    table = np.zeros(1 << 16, dtype=np.uint8)
    for chars, bit in (
        ("年.-/－—", kernels.AFTER_YEAR),
        ("月.-/－—", kernels.AFTER_MONTH),
        ("〇○零O0一二三四五六七八九", kernels.YEAR),
        (f"{NUMERAL}元", kernels.FIGURE),
        ("日号)）.。", kernels.BEHIND),
        ('“"「【U网市尊亲您你', kernels.NEXT),
        ("回", kernels.AGAIN),
    ):
        table[[ord(char) for char in chars]] |= bit
    for code in range(1 << 16):
        if chr(code).isspace():
            table[code] |= kernels.SPACE
        if chr(code).isdecimal():
            table[code] |= kernels.YEAR | kernels.FIGURE
    table[-1] |= kernels.YEAR | kernels.FIGURE  # it stands for all beyond, figures among them
    return table


def _stands_alone(before: str) -> bool:
    """Whether a date that follows `before` has a line of its own, opens its sentence, or follows the unit that signs or a
    closing phrase."""
    last = _BREAK.split(before.rstrip(_BEFORE))[-1]
    if not last or _OWN_LINE.search(before):
        return True
    if last.endswith(_NOT_SIGNED) or _RUNS_ON.search(last):
        return False
    return last.endswith(_signers()) or _form(last) == "closing"


@cache
def _signers() -> tuple[str, ...]:
    rules = tomllib.loads((DATA / "text.toml").read_text(encoding="utf-8"))
    return tuple(rules["signature"]["units"])


def _date(year: str, month: str, day: str) -> date | None:
    short = number(year) if len(year) == 2 else None
    numbers = (
        year_number(year) if short is None else short_year(short, LATEST_SHORT_YEAR),
        number(month),
        number(day),
    )
    try:
        return date(*numbers) if None not in numbers else None  # type: ignore[arg-type]
    except ValueError:
        return None
