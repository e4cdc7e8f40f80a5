"""What the wording of a reply and of its message says, clause by clause and as a whole: the model's first step.

Heads are linear in n-grams. Clause heads say what one clause is (a concrete undertaking, a finished result, a bare
forwarding …), with a look at the clauses beside it and at its place; text heads say what the whole is. Their values
are the features of the second step (`stack`).
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wenxiao.recognition.kernels import heads as kernels
from wenxiao.recognition.shape import Shapes
from wenxiao.recognition.shape import unpack as unpack_rarity
from wenxiao.recognition.weights import Hits, Weights, Wording
from wenxiao.recognition.wordclasses import WordClasses
from wenxiao.recognition.wording import Clauses, Ints, split

Floats = npt.NDArray[np.float64]

#: A clause's n-grams count themselves, and with these weights those of the clauses before and after.
OWN, BESIDE = 1.0, 0.4
#: How much a clause's place and a message's n-grams count beside a reply's.
PLACE, MESSAGE = 0.5, 0.6
#: What topic heads read, each by its own weights; the first column of each is the square of the n-grams' rarity.
TOPIC_PARTS = ("reply", "message", "title")
#: Added before logarithms, so that "none" is a number. Chosen once, by cross-validation.
FLOOR_MOST, FLOOR_SUM = 1e-3, 1e-2
MILLION = 1_000_000
#: A clause counts to a kind's share of a text from this chance on.
LIKELY_SHARE = 0.3
#: Features of each kind, and of kinds compared, that `pooled` makes.
BLOCKS, COMPARED = 9, 5
#: Where the compared kinds stand among the clause heads; a clause of `SETTLES` (done, informed, refused) ends a matter.
CONCRETE, INTENTION, DONE, REFUSED = 0, 1, 2, 4
SETTLES = [2, 3, 4]


def places(clauses: Clauses) -> Floats:
    """Ten facts about where a clause stands in its text and how long both are."""
    return kernels.places(clauses.owners, np.log1p(clauses.lengths) / 3)


def plain(heads: int, kinds: int) -> Ints:
    """The columns of the features by which topics are judged: where in a reply a clause stands tells nothing of those."""
    return np.append(np.arange(heads + 3 * kinds), heads + BLOCKS * kinds + COMPARED)


def pooled(values: Floats, clauses: Clauses, texts: int) -> tuple[Floats, Ints]:
    """Features of each text from its clauses' head values (log-odds), and which clause leads for each head.

    `BLOCKS` features for each head (its highest chance, their sum, the two highest, the highest of the last third and of
    the first, the share of the last third, the share by length, how many are likely, where the highest is), then how kinds
    compare (`_compared`), last how many clauses there are. Chances are counted in millionths: sums of whole numbers do not
    depend on company. A text without clauses has no leader: -1.
    """
    owners, heads = clauses.owners, values.shape[1]
    out = np.zeros((texts, BLOCKS * heads + COMPARED + 1))
    leaders = np.full((texts, heads), -1, dtype=np.int64)
    if not len(owners):
        return out, leaders
    chances = np.rint(MILLION / (1 + np.exp(-values))).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
    count = np.diff(np.append(starts, len(owners)))
    third = np.maximum(1, count // 3)[:, None]
    size = np.add.reduceat(clauses.lengths, starts)[:, None]
    told = kernels.gathered(chances, clauses.lengths, starts, LIKELY_SHARE * MILLION)
    most, first, two, late, early, total, late_total, by_length, likely = told
    blocks = (
        np.log(most / MILLION + FLOOR_MOST),
        np.log(total / MILLION + FLOOR_SUM),
        np.log(two / np.minimum(2, count)[:, None] / MILLION + FLOOR_MOST),
        # A promise followed by its result reads otherwise than a result followed by a promise.
        np.log(late / MILLION + FLOOR_MOST),
        np.log(early / MILLION + FLOOR_MOST),
        late_total / third / MILLION,
        by_length / size / MILLION,
        likely / count[:, None],
        (first - starts[:, None]) / np.maximum(1, count - 1)[:, None],
    )
    texts_at = owners[starts]
    out[texts_at] = np.concatenate((*blocks, _compared(most, first), np.log(count)[:, None]), axis=1)
    leaders[texts_at] = first
    return out, leaders


def _compared(most: Ints, first: Ints) -> Floats:
    """What settles a matter against what leaves it open: which comes later, and by how much it is likelier."""
    log = np.log(most / MILLION + FLOOR_MOST)
    settled, left = log[:, SETTLES], np.delete(log, SETTLES, axis=1)
    return np.stack(
        (
            first[:, DONE] > first[:, CONCRETE],
            first[:, DONE] > first[:, INTENTION],
            first[:, REFUSED] > first[:, CONCRETE],
            log[:, DONE] - left.max(axis=1),
            settled.max(axis=1) - left.max(axis=1),
        ),
        axis=1,
    ).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Read:
    """The first step's answer for a batch: features of each text, and what is needed to point at clauses.

    `clauses` are the replies'; `kinds` their head values; `leaders` the clause that is most of each kind in each text;
    `shares` what each clause adds to the first text head; `texts` the values of the text heads.

    `topics` are the log-odds of the topic heads, which weigh rare n-grams more and the title apart.
    """

    features: Floats
    clauses: Clauses
    kinds: Floats
    leaders: Ints
    shares: Floats
    texts: Floats
    topics: Floats


class Heads:
    """The first step, from its part of the model file."""

    def __init__(self, content: dict[str, Any], classes: WordClasses) -> None:
        self.kinds: list[str] = content["kinds"]
        self.heads: list[str] = content["heads"]
        self._bias = np.array(content["bias"]["clause"]), np.array(content["bias"]["text"])
        self._place = np.array(content["place"])
        self._unit = np.array(content["unit"]["clause"]), np.array(content["unit"]["text"])
        self._message_unit = np.array(content["unit"]["message"])
        self.topics: list[str] = content["topics"]["names"]
        self._topic_bias = np.array(content["topics"]["bias"])
        self._topic_unit = {part: np.array(content["topics"]["unit"][part]) for part in TOPIC_PARTS}
        reply, message = content["reply"], content["message"]
        packed, width = content["topics"], 1 + len(self.topics)
        by_topic = {part: unpack(packed[part], width) for part in TOPIC_PARTS}
        self._reply = Wording(
            reply["grams"].split(" "),
            unpack(reply["clause"], 3 * len(self.kinds)),
            np.hstack((unpack(reply["text"], len(self.heads)), by_topic["reply"])),
            classes,
        )
        self._message = Wording(
            message["grams"].split(" "),
            np.zeros((len(message["grams"].split(" ")), 1), np.int8),
            np.hstack((unpack(message["text"], len(self.heads)), by_topic["message"], by_topic["title"])),
        )
        self._shapes = Shapes(unpack_rarity(content["rarity"]))

    def read(self, replies: Sequence[str], messages: Sequence[str], titles: Sequence[int]) -> Read:
        """Features of each reply with its message, which begins with a title of as many code points as `titles` says."""
        texts, heads = len(replies), len(self.heads)
        clauses, asked = split(replies), split(messages)
        hits, asked_hits = self._reply.hits(clauses), self._message.hits(asked)
        kinds = self._clause_values(clauses, hits)
        hits = self._reply.once(hits, clauses.owners)
        sums, number, first = self._reply.shared_sums(hits, clauses.owners, texts)
        scale = self._unit[1] / np.sqrt(np.maximum(1, number))[:, None]
        titled = asked.starts < np.asarray(titles, dtype=np.int64)[asked.owners]
        asked_hits = self._message.once(asked_hits, asked.owners)
        title_hits = asked_hits.within(titled)  # the title comes first, so what it has stands first there
        asked_sums, asked_number = self._message.text_sums(asked_hits, asked.owners, texts)
        asked_scale = self._message_unit / np.sqrt(np.maximum(1, asked_number))[:, None]
        asked_whole = asked_sums[:, :heads] * asked_scale
        whole = self._bias[1] + sums[:, :heads] * scale + asked_whole
        title_sums, _ = self._message.text_sums(title_hits, asked.owners, texts)
        topics = self._topics(sums[:, heads:], asked_sums[:, heads:], title_sums[:, heads:])
        shares = first * scale[clauses.owners, 0]
        facts, leaders = pooled(kinds, clauses, texts)
        shapes = self._shapes.read(replies, messages, clauses, asked)
        features = np.concatenate((whole, facts, asked_whole, shapes), axis=1, dtype=np.float64).round(6)
        return Read(features, clauses, kinds, leaders, shares, whole, topics)

    def _topics(self, reply: Weights, message: Weights, title: Weights) -> Floats:
        """The topic heads: in each part the sum of its n-grams' weights over the length of the vector of their rarities."""
        width = 1 + len(self.topics)
        out = np.tile(self._topic_bias, (len(reply), 1))
        for part, sums in zip(TOPIC_PARTS, (reply, message[:, :width], title[:, width:]), strict=True):
            out += sums[:, 1:] * self._topic_unit[part] / np.sqrt(np.maximum(1, sums[:, :1]))
        return np.round(out, 6)

    def _clause_values(self, clauses: Clauses, hits: Hits) -> Floats:
        sums, number = self._reply.clause_sums(hits, len(clauses.owners))
        values = sums * (self._unit[0] / np.sqrt(np.maximum(1, number))[:, None])
        return kernels.clause_values(values, self._bias[0], places(clauses), self._place, clauses.owners)


def pack(weights: npt.NDArray[np.int8]) -> str:
    """Whole-number weights as text for the model file."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(weights.T).tobytes(), 9)).decode()


def unpack(text: str, columns: int) -> npt.NDArray[np.int8]:
    """The weights that `pack` wrote."""
    flat = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.int8)
    return flat.reshape(columns, -1).T
