"""Orders made from the real messages, whose true groups are known.

A seeded generator takes a real message as a pattern, gives it a place and a party of its own, and tells the matter
one to many times: in other words (`wording.toml`), other sentences left out or in another place, shorter, by another
caller, on another day. Places are made of syllables, so that a million orders have as many names as a real province.
Nothing made is stored.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ahocorasick

from bench.matters.data import messages
from wenxiao.recognition.matters.facts import find_names
from wenxiao.recognition.matters.words import words
from wenxiao.recognition.schema import Order

#: Characters that made names are built from.
SYLLABLES = "安平永和长兴金玉石桥青山白水龙泉凤凰松柏桃李荷塘梅溪云海星月东升西林南湖北岭天乐吉祥福寿康宁华盛景秀文昌德义仁信礼智明远宏达佳美嘉丽雅清新民建国立光辉春秋冬夏江河湖港洲岛坪冲垅坡岗岭"
#: Orders of a matter: most have one, a few have hundreds.
SIZES, SHARES = (1, 2, 3, 5, 8, 20, 60), (0.62, 0.18, 0.09, 0.06, 0.03, 0.015, 0.005)
#: The share of sentences that one telling keeps.
KEPT = 0.7
_WORDING = Path(__file__).parent / "wording.toml"
_SENTENCE = re.compile(r"(?<=[。！？!?])")

#: A text cut at the words that may be told otherwise: for each stretch all that may stand there, as written first.
Text = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A matter with its own names, ready to be told: title and sentences, and when the message came in."""

    title: Text
    sentences: list[Text]
    order: Order


class Generator:
    """Orders with the number of the matter that each belongs to. `reword` off: only sentences are left out, as the
    generator did at first."""

    def __init__(self, seed: int = 1, *, reword: bool = True) -> None:
        self._random = random.Random(seed)
        self._patterns = [(o, _names(o.title), _names(o.content)) for o in messages()]
        self._patterns = [pattern for pattern in self._patterns if pattern[1]]
        self._wording = Wording() if reword else None

    def orders(self, count: int) -> Iterator[tuple[Order, int]]:
        """`count` orders, matters told in a row (the day says when)."""
        made, matter = 0, 0
        while made < count:
            pattern = self._renamed(*self._random.choice(self._patterns))
            for _ in range(min(self._random.choices(SIZES, SHARES)[0], count - made)):
                yield self._told(pattern, made), matter
                made += 1
            matter += 1

    def _renamed(self, order: Order, head: list[str], body: list[str]) -> Pattern:
        swap = {name: self._name(name) for name in (*head, *body)}
        names = re.compile("(" + "|".join(map(re.escape, sorted(swap, key=len, reverse=True))) + ")")
        cut = self._wording.cut if self._wording else _as_written
        title, *sentences = (
            [
                stretch
                for at, part in enumerate(names.split(text))
                if part
                for stretch in cut(swap[part] if at % 2 else part, is_name=bool(at % 2))
            ]
            for text in (order.title, *_SENTENCE.split(order.content))
        )
        return Pattern(title, [sentence for sentence in sentences if sentence], order)

    def _name(self, like: str) -> str:
        """Another name of the same kind: it keeps nothing but the ending."""
        ending = max((e for e in words().kind_of if like.endswith(e)), key=len, default="")
        return "".join(self._random.choices(SYLLABLES, k=max(3, len(like) - len(ending)))) + ending

    def _told(self, pattern: Pattern, number: int) -> Order:
        kept = [part for part in pattern.sentences if self._random.random() < KEPT] or pattern.sentences
        if self._wording:
            title, content = self._wording.told(pattern.title, kept, self._random)
        else:
            title, content = _written(pattern.title), "".join(map(_written, kept))
        day = timedelta(days=self._random.expovariate(1 / 40))
        when = pattern.order.called_at + day if pattern.order.called_at else None
        return Order(order=str(number), title=title, content=content, caller=f"c{number}", called_at=when)


class Wording:
    """Tells texts in other words."""

    def __init__(self) -> None:
        data = tomllib.loads(_WORDING.read_text(encoding="utf-8"))
        self._shares: dict[str, float] = data["shares"]
        self._greetings, self._closings, self._titles = (
            data["form"][name] for name in ("greetings", "closings", "titles")
        )
        self._short = dict(map(tuple, data["short"]["forms"]))
        self._words = {word: group for group in reversed(data["synonyms"]["groups"]) for word in group}
        self._in_names, self._anywhere = _automaton(self._short), _automaton({**self._words, **self._short})

    def cut(self, text: str, *, is_name: bool) -> Iterator[tuple[str, ...]]:
        """The stretches of a text, with what may stand there."""
        start = 0
        for last, word in (self._in_names if is_name else self._anywhere).iter_long(text):
            begin = last + 1 - len(word)
            if begin > start:
                yield (text[start:begin],)
            yield (word, self._short[word]) if word in self._short else (word, *self._words[word])
            start = last + 1
        if start < len(text):
            yield (text[start:],)

    def told(self, title: Text, sentences: list[Text], chance: random.Random) -> tuple[str, str]:
        """One telling: title and content."""
        shares = self._shares
        if chance.random() < shares["brief"]:
            sentences = chance.sample(sentences, min(len(sentences), chance.randint(1, 2)))
        elif chance.random() < shares["mixed"]:
            sentences = chance.sample(sentences, len(sentences))
        head = self._put(title, chance)
        if chance.random() < shares["title"]:
            head = chance.choice(self._titles).format(head)
        parts = [self._put(sentence, chance) for sentence in sentences]
        if chance.random() < shares["greeting"]:
            parts.insert(0, chance.choice(self._greetings))
        if chance.random() < shares["greeting"]:
            parts.append(chance.choice(self._closings))
        return head, "".join(parts)

    def _put(self, text: Text, chance: random.Random) -> str:
        """Each word as written, or one of its like; a long form short."""
        put = []
        for stretch in text:
            share = self._shares["short" if len(stretch) == 2 else "word"]
            other = len(stretch) > 1 and chance.random() < share
            put.append(chance.choice(stretch[1:]) if other else stretch[0])
        return "".join(put)


def _as_written(text: str, *, is_name: bool) -> Iterator[tuple[str, ...]]:
    yield (text,)


def _written(text: Text) -> str:
    return "".join(stretch[0] for stretch in text)


def _automaton(terms: dict[str, Any]) -> Any:
    made: Any = ahocorasick.Automaton()
    for term in terms:
        made.add_word(term, term)
    made.make_automaton()
    return made


def _names(text: str) -> list[str]:
    return [name.text for name in find_names(text) if len(name.text) > 2]
