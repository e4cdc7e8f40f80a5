"""The compiled loops against the same said plainly."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.commitments.features import FAMILIES, OFFSETS, Clauses
from wenxiao.recognition.commitments.model import default_model
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.demands import DemandReader
from wenxiao.recognition.kernels import heads, look
from wenxiao.recognition.lexicon import Lexicon, Texts
from wenxiao.recognition.places import Places
from wenxiao.recognition.schema import Order
from wenxiao.recognition.text import clauses, sentences, signatures, signatures_of_many

WORDS = default_words()
REPLIES = st.lists(
    st.text(
        alphabet="我局将于6月底前完成整改，。已转交住建部门；下一步8:30加强 巡查\n：\U00020000", max_size=60
    ),
    min_size=1,
    max_size=4,
)
MANY = settings(max_examples=150, deadline=None)


def known_words() -> dict[str, int]:
    """Class by word, read off the trie by walking it."""
    root, keys, nodes, class_of = WORDS.trie
    steps: dict[int, list[tuple[str, int]]] = {}
    for key, node in zip(keys.tolist(), nodes.tolist(), strict=True):
        if key:
            steps.setdefault(key >> 16, []).append((chr(key & 0xFFFF), node))
    found = {}
    waiting = [(chr(code), int(root[code])) for code in np.flatnonzero(root).tolist()]
    while waiting:
        word, node = waiting.pop()
        if class_of[node] >= 0:
            found[word] = int(class_of[node])
        waiting += [(word + char, to) for char, to in steps.get(node, ())]
    return found


CLASSES = known_words()
LONGEST = max(map(len, CLASSES))


def words_in(text: str) -> list[tuple[int, int, int]]:
    """(place, end, class) of the longest word at each place, those that an earlier one reaches into left out."""
    found, reach = [], 0
    for at in range(len(text)):
        word = next((text[at : at + n] for n in range(LONGEST, 0, -1) if text[at : at + n] in CLASSES), "")
        if word:
            if at >= reach and CLASSES[word] > 0:
                found.append((at, at + len(word), CLASSES[word]))
            reach = max(reach, at + len(word))
    return found


@given(REPLIES)
@MANY
def test_words_are_the_longest_at_each_place_within_their_clause(texts: list[str]) -> None:
    batch = Batch.of(texts)
    hits = Clauses(batch, WORDS).hits
    wanted = [
        (clause, number, int(batch.base[reply]) + at)
        for reply, text in enumerate(texts)
        for at, end, number in words_in(text.replace("\U00020000", "\uffff"))
        for clause in np.flatnonzero(batch.reply == reply).tolist()
        if batch.starts[clause] <= batch.base[reply] + at and batch.base[reply] + end <= batch.ends[clause]
    ]
    assert list(zip(*(part.tolist() for part in (hits.row, hits.number, hits.place)), strict=True)) == wanted


@given(REPLIES)
@MANY
def test_a_clause_has_the_features_of_its_words_and_of_its_neighbours(texts: list[str]) -> None:
    batch = Batch.of(texts)
    clauses = Clauses(batch, WORDS)
    rows, slots = clauses.features()
    starts = dict(zip(FAMILIES, OFFSETS, strict=True))
    own = [set(clauses.hits.number[clauses.hits.row == i].tolist()) for i in range(len(batch.starts))]

    def told(family: str, clause: int) -> list[int]:
        inside = (rows == clause) & (slots >= starts[family]) & (slots < starts[family] + FAMILIES[family])
        return sorted((slots[inside] - starts[family]).tolist())

    for i, classes in enumerate(own):
        assert told("class", i) == sorted(classes)
        for family, other in (("before", i - 1), ("two_before", i - 2), ("following", i + 1)):
            there = 0 <= other < len(own) and batch.reply[other] == batch.reply[i]
            away = look.MOST_CLASSES if there and batch.sentence[other] != batch.sentence[i] else 0
            assert told(family, i) == (sorted(number + away for number in own[other]) if there else [])
        earlier = [j for j in range(i) if batch.sentence[j] == batch.sentence[i]]
        assert told("so_far", i) == sorted(set().union(*(own[j] for j in earlier)))
        assert len(told("single", i)) == len(told("pair", i)) + 1 == batch.ends[i] - batch.starts[i]
        assert len(told("place", i)) == 5
        joined = i > 0 and batch.reply[i - 1] == batch.reply[i]
        assert [len(told(f, i)) for f in ("join", "before_first_two", "before_last_two")] == (
            [2, 1, 1] if joined else [0, 0, 0]
        )


@given(REPLIES)
@MANY
def test_the_sums_are_those_of_the_features_whatever_the_company(texts: list[str]) -> None:
    weights = default_model().both
    together = []
    for part in (texts, *([text] for text in texts)):
        clauses = Clauses(Batch.of(part), WORDS)
        rows, slots = clauses.features()
        sums, number = clauses.sums(weights)
        for column in range(2):
            wanted = np.bincount(rows, weights[slots, column], len(number)).astype(np.int64)
            assert sums[:, column].tolist() == wanted.tolist()
        assert number.tolist() == np.bincount(rows, minlength=len(number)).tolist()
        together.append(list(zip(sums.tolist(), number.tolist(), strict=True)))
    assert together[0] == [row for one in together[1:] for row in one]


def test_a_word_list_that_is_full_of_bits_fits() -> None:
    assert max(CLASSES.values()) < look.MOST_CLASSES


CHANCES = st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=9)


@given(CHANCES, CHANCES)
@MANY
def test_what_is_gathered_of_a_text_is_what_its_clauses_have(one: list, two: list) -> None:
    chances = np.array([*one, *two], dtype=np.int64)
    lengths = np.arange(1, len(chances) + 1)
    told = heads.gathered(chances, lengths, np.array([0, len(one)]), 4.0)
    for text, own in enumerate((one, two)):
        begin = len(one) * text
        third = max(1, len(own) // 3)
        for head in range(2):
            column = [clause[head] for clause in own]
            size = lengths[begin : begin + len(own)].tolist()
            assert told[:, text, head].tolist() == [
                max(column),
                begin + column.index(max(column)),
                sum(sorted(column)[-2:]),
                max(column[-third:]),
                max(column[:third]),
                sum(column),
                sum(column[-third:]),
                sum(c * s for c, s in zip(column, size, strict=True)),
                sum(c > 4 for c in column),
            ]


TEXTS = st.lists(
    st.text(alphabet="“”，。：,:！…；\n\u3000 12２①\U0001d7cf\U00020000甲乙已转", max_size=40),
    min_size=1,
    max_size=4,
)


@given(TEXTS)
@MANY
def test_sentences_and_clauses_are_those_of_one_text_at_a_time(texts: list[str]) -> None:
    places = Places(Texts(texts))
    for i, text in enumerate(texts):
        assert places.sentences(i) == sentences(text)
        assert places.clauses(i) == [c for start, end in sentences(text) for c in clauses(text, start, end)]
        assert places.clauses(i) == clauses(text)


@given(TEXTS)
@MANY
def test_different_words_are_counted_once_in_each_text(texts: list[str]) -> None:
    words = Lexicon({"a": ["甲", "甲乙", "已…转"], "b": ["乙", "甲"]})
    counted = words.different(texts)
    for i, text in enumerate(texts):
        found = words.find(text)
        for name in ("a", "b"):
            assert counted[name][i] == len({text[start:end] for start, end in found.get(name, ())})


@given(TEXTS)
@MANY
def test_words_are_found_in_the_order_of_their_ends_the_longer_first(texts: list[str]) -> None:
    terms = ["甲", "甲乙", "乙", "已", "转", "1", "12", "\U00020000甲", "。"]
    found = Lexicon({"any": terms}).find_many(Texts(texts)).rows
    wanted = [
        (i, 0, start, end)
        for i, text in enumerate(texts)
        for end in range(1, len(text) + 1)
        for start in range(max(0, end - 2), end)
        if text[start:end] in terms
    ]
    assert [tuple(row) for row in found.tolist()] == wanted


SIGNED = st.text(alphabet="2019年5月 3日号.-/。）二〇一九五\n\u3000您好UU网友回复：局已修", max_size=40)


@given(st.lists(SIGNED, min_size=1, max_size=4))
@example(["县城管局2019年5月3日", "已修。2019-5-3 您好", "局2019年5月3日", "回复：局19.5.3)。"])
@MANY
def test_the_sieve_lets_every_signature_through(replies: list[str]) -> None:
    assert signatures_of_many(replies) == [signatures(reply) for reply in replies]


DEMANDS = DemandReader()
ASKED = st.text(alphabet="请问何时修路灯不亮尽快处理，。？一二、1.（）\n希望查处", max_size=60)
ANSWERED = st.text(alphabet="您好路灯已修复将于年底处理，。；一二、1.（）\n感谢不属于", max_size=60)


@given(st.lists(st.tuples(ASKED, ASKED, ANSWERED), min_size=1, max_size=4))
@MANY
def test_demands_and_answers_of_many_are_those_of_one_step_by_step(texts: list[tuple[str, str, str]]) -> None:
    orders = [Order(title=title, content=content, reply=reply) for title, content, reply in texts]
    together = DEMANDS.read_many(orders)
    for order, demands in zip(orders, together, strict=True):
        field, cut = DEMANDS.message(order)
        reply = DEMANDS.answering.reply(order.reply)
        assert (demands == []) == (cut.ends == [])
        for rank, demand in enumerate(demands, 1):
            assert demand.field == field
            at = next(i for i in range(len(cut.ends)) if cut.span(i) == (demand.start, demand.end))
            if not reply.cut.ends:
                assert demand.answered == "no"
                continue
            asked = DEMANDS.asked(cut, at, rank, len(demands))
            match = DEMANDS.answering.match(asked, reply)
            assert demand.answered == DEMANDS.answering.verdict(asked, reply, match)
            if demand.answered != "no":
                assert (demand.reply_start, demand.reply_end) == reply.cut.span(match.at)
