"""Every feature of the rules at random, against an evaluator that is slow and obvious: same verdict, same spots.

A text is a list of pieces whose meaning stands in tables written by hand; a query is written together with what it
finds, so that nothing of `digest.rules` is believed, neither its tokens nor its tree.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import rules
from digest.rules import Reading, Spot, parse

# Words of texts, each with all ways to read it: | cuts it into tokens.
WORDS = {word.replace("|", ""): [*others.split(), word] for word, others in {
    "gan": "", "GAN": "", "GANs": "", "GANS": "", "Gans": "", "gans": "", "GANformer": "",
    "net": "", "nets": "", "Net": "", "NET": "", "bias": "", "biases": "", "studies": "", "study": "",
    "pre": "", "training": "", "train": "", "trained": "", "pretraining": "", "10": "", "a": "", "b": "", "u": "",
    "pre-|training": "pre-training", "Pre‑|training": "Pre‑training", "U-|Net": "U-Net", "U-|Nets": "U-Nets",
    "UNet": "", "U-|Net-|based": "U-Net-based U-Net-|based U-|Net-based", "CIFAR": "", "CIFAR|10": "CIFAR10",
    "CIFAR-|10": "CIFAR-10", "CIFAR|10-|trained": "CIFAR10-trained CIFAR10-|trained",
    "MobileNet|V|3": "MobileNetV3 MobileNet|V3", "M|3|E": "M3E", "Poincaré": "", "poincare": "",
    "e": "", "g": "", "vs": "", "扩": "", "散": "", "C": "", "H": "", "264": "", "J": "", "Quill": "", "Bo": "",
}.items()}  # fmt: skip
# What stands between them; a phrase gets across all but these.
ENDS_SENTENCE = [". ", "! ", "? ", ".) ", ".\n", "。", " https://gan.org/a ", " www.net.org "]
ENDS_PHRASE = [", ", "; ", ": ", "; “", *ENDS_SENTENCE]
BETWEEN = [*[" "] * 20, "  ", "\n", " (", ") ", "/", " “", " — ", *ENDS_PHRASE]
ADDRESS = re.compile(r"https\S+|www\S+")
# What is written in several pieces.
UNITS = {
    "e.g.": "e . g .",
    "vs.": "vs .",
    "扩散": "扩 散",
    "C++": "C ++",
    "C#": "C #",
    "H.264": "H . 264",
    "GAN's": "GAN 's",
}
SINGULAR = {
    "gans": "gan", "nets": "net", "unets": "unet", "biases": "bias", "studies": "study",
}  # fmt: skip


class Word(NamedTuple):
    """A word of a text."""

    written: str
    begin: int
    row: int  # a phrase stands within one
    sentence: int


class Text(NamedTuple):
    """A field of words."""

    text: str
    words: list[Word]


class Token(NamedTuple):
    """A stretch of a word, as one of its readings has it; and by which it is followed."""

    written: str
    begin: int
    word: int
    reading: int
    place: int


@dataclass
class Paper:
    """What is known of a paper, and what it should be to the rules."""

    texts: tuple[Text, ...]  # title, abstract, author, org, venue
    names: tuple[list[str], ...]  # category, source, id
    numbers: dict[str, int | None]
    date: str
    reading: Reading


Found = set[Spot] | None
Finds = Callable[[Paper, tuple[int, ...]], Found]


class Asked(NamedTuple):
    """A query, and what it finds in these fields of a paper."""

    query: str
    finds: Finds

    def __repr__(self) -> str:
        return self.query


def text_of(pieces: list[str]) -> Text:
    words, begin, row, sentence = [], 0, 0, 0
    for piece in pieces:
        if piece in WORDS:
            words.append(Word(piece, begin, row, sentence))
        row += piece in ENDS_PHRASE
        sentence += piece in ENDS_SENTENCE
        begin += len(piece)
    return Text("".join(pieces), words)


def tokens(text: Text, word: int) -> Iterator[Token]:
    """Of each of the readings of a word."""
    for reading, cut in enumerate(WORDS[text.words[word].written]):
        begin = text.words[word].begin
        for place, written in enumerate(cut.split("|")):
            yield Token(written.rstrip("-‑"), begin, word, reading, place)
            begin += len(written)


def following(text: Text, token: Token) -> list[Token]:
    """The tokens that may stand directly behind one: the next of its reading, else any first of the next word."""
    same = [t for t in tokens(text, token.word) if (t.reading, t.place) == (token.reading, token.place + 1)]
    after = token.word + 1
    if same or after == len(text.words) or text.words[after].row != text.words[token.word].row:
        return same
    return [t for t in tokens(text, after) if t.place == 0]


def plain(written: str) -> str:
    return re.sub("[-‑]", "", written).lower().replace("é", "e")


def form(written: str) -> str:
    return SINGULAR.get(plain(written), plain(written))


def capitals(written: str) -> int:
    return len(re.findall("[A-Z]", written))


def is_found(asked: str, there: str) -> bool:
    """Whether a word of a rule, which may end in a star, finds a token."""
    word = asked.removesuffix("*")
    is_acronym = word.isalpha() and 2 <= len(form(word)) <= 4 and capitals(word) >= 2
    if is_acronym and capitals(there) < 2:
        return False
    return plain(there).startswith(plain(word)) if asked.endswith("*") else form(word) == form(there)


def ends(asked: list[str], text: Text, token: Token) -> list[int]:
    """Where words in a row end, if they begin with this token."""
    if not is_found(asked[0], token.written):
        return []
    if len(asked) == 1:
        return [token.begin + len(token.written)]
    return [end for after in following(text, token) for end in ends(asked[1:], text, after)]


def rows(said: list[str]) -> list[list[str]]:
    """All the words in a row that a phrase may mean: of a compound its parts, or the parts joined."""
    ways = [[re.split("[-‑]", word), [re.sub("[-‑]", "", word)]] for word in said]
    return [[word for words in way for word in words] for way in product(*ways)]


def spans(said: list[str], text: Text) -> set[tuple[int, int]]:
    """Where a phrase stands; of several places that begin together the one that ends first."""
    shortest: dict[int, int] = {}
    for asked in rows(said):
        for token in (t for word in range(len(text.words)) for t in tokens(text, word)):
            for end in ends(asked, text, token):
                shortest[token.begin] = min(end, shortest.get(token.begin, end))
    return set(shortest.items())


def apart(said: list[str], distance: int, text: Text) -> set[tuple[int, int]]:
    """Where words stand near each other: in one sentence, with few others between the first and the last."""
    found = set()
    for choice in product(*(spans([word], text) for word in said)):
        places = [n for begin, end in choice for n in range(at(begin, text), at(end - 1, text) + 1)]
        others = max(places) - min(places) + 1 - len(places)
        is_one = len({text.words[n].sentence for n in places}) == 1
        if is_one and len(set(places)) == len(places) and others <= distance:
            found |= set(choice)
    return found


def at(sign: int, text: Text) -> int:
    """The word in which a sign stands."""
    return max(n for n, word in enumerate(text.words) if word.begin <= sign)


def exactly(said: str, text: Text) -> set[tuple[int, int]]:
    """Signs as they stand: from left to right, none of them twice, none in a web address."""
    bare = ADDRESS.sub(lambda found: "." * len(found[0]), text.text)
    found, upto = set(), 0
    for begin in range(len(bare)):
        for end in range(begin + 1, len(bare) + 1):
            is_it = re.sub(r"\s+", " ", bare[begin:end]) == said
            if begin >= upto and is_it and is_whole(bare[:begin], said, bare[end:]):
                found.add((begin, end))
                upto = end
    return found


def is_whole(before: str, said: str, behind: str) -> bool:
    """Whether these signs are no part of a longer word or sign."""
    if not said[-1].isalnum():
        return behind[:1] != said[-1] and not (said[0].isalnum() and before[-1:].isalnum())
    return not (before[-1:].isalnum() and said[0].isalnum()) and not (
        behind[:1].isalnum() or behind[:1] in ("+", "#")
    )


def in_words(find: Callable[[Text], set[tuple[int, int]]]) -> Finds:
    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        return {Spot(n, *span) for n in fields for span in find(paper.texts[n])} or None

    return finds


# What is asked of which texts: words of texts, words of rules, beginnings of words.
THEMES = [
    ("gan GAN GANs Gans GANS GANformer vs.", "gan GAN GANs Gans", "gan* GAN* gans*"),
    (
        "net nets NET u U-Net U-Nets UNet U-Net-based",
        "net Nets NET U-Net u-net UNet unet UNets netbased U-Net-based",
        "net* UNe* une* U-Net*",
    ),
    (
        "pre training train trained pretraining pre-training Pre‑training",
        "pre training pretraining pre-training",
        "pre* train* pre-train* pre‑tra*",
    ),
    ("CIFAR 10 CIFAR10 CIFAR-10 CIFAR10-trained", "CIFAR cifar10 CIFAR-10 10 trained", "cifar1* CIFAR-10*"),
    ("MobileNetV3 M3E 10 a", "MobileNet v3 MobileNet-V3 MobileNetV3 m3e m3 3 a", "mobil* mobilenetv*"),
    (
        "Poincaré poincare bias biases study studies e.g. GAN's",
        "Poincaré poincare bias biases study e",
        "bia* gan*",
    ),
    ("a b J Quill Bo", "a b J Quill Bo", "qui* poin*"),
    ("扩散 C++ C# C H.264 net GAN", "扩散 C 264 net", "net*"),
    (" ".join([*WORDS, *UNITS]), " ".join(WORDS), "net* pre* gan*"),
]
Theme = tuple[str, str, str]

EXACT = [
    "C++", "C#", "C", "H.264", "GAN", "gan", "GAN net", "net (GAN", "Poincaré", "U-Net", "training", "a a", "a", "++",
    "org",
]  # fmt: skip
PATTERNS = [
    r"gan[sf]?",
    r"\d+",
    r"u-?net",
    r"(a|b) (a|b)",
    r"^\w+",
    "[.!] [a-z]+",
    r"https?://\S+",
    r"v\d\b",
    "é",
    r"e\.g\.",
]


def taken_apart(said: list[str]) -> list[str]:
    return [piece for word in said for piece in UNITS.get(word, word).split()]


def word_alone(said: str) -> Asked:
    return Asked(said, in_words(lambda text: spans(taken_apart([said]), text)))


def phrase(said: list[str]) -> Asked:
    return Asked(f'"{" ".join(said)}"', in_words(lambda text: spans(taken_apart(said), text)))


def near(said: list[str], distance: int) -> Asked:
    return Asked(
        f'"{" ".join(said)}"~{distance}', in_words(lambda text: apart(taken_apart(said), distance, text))
    )


def exact(said: str) -> Asked:
    return Asked(f'="{said}"', in_words(lambda text: exactly(said, text)))


def pattern(said: str) -> Asked:
    expression = re.compile(said, re.IGNORECASE | re.ASCII)  # to RE2 \w and \d are ASCII
    slashed = said.replace("/", "\\/")
    return Asked(
        f"/{slashed}/", in_words(lambda text: {one.span() for one in expression.finditer(text.text)})
    )


def kinds_of_terms(theme: Theme) -> dict[str, st.SearchStrategy[Asked]]:
    word = st.sampled_from(theme[1].split())
    last = st.one_of(word, st.sampled_from(theme[2].split()))
    several = st.builds(lambda words, last: [*words, last], st.lists(word, min_size=1, max_size=3), last)
    exacts = [said for said in EXACT if said.split()[0] in theme[0]] or EXACT
    return {
        "words": last.map(word_alone),
        "phrases": several.map(phrase),
        "near": st.builds(near, several, st.integers(0, 5)),
        "exact": st.sampled_from(exacts).map(exact),
        "patterns": st.sampled_from(PATTERNS).map(pattern),
    }


# Names: what is asked, and whether a name is it.
NAMES = ("category", "source", "id")
CATEGORIES = ["cs.LG", "cs.CL", "cs", "csx", "stat.ML", "Computer Science"]
SOURCES = ["arxiv", "arxiv-rss", "drop"]
KEYS = ["arxiv:2601.00001", "arxiv:2601.00002", "doi:10.1000/kelp.1"]
ASKED = {
    "category": {"cs.LG": "cs.LG", "CS.lg": "cs.LG", "cs": "cs|cs.LG|cs.CL",
                 "c*": "cs|cs.LG|cs.CL|csx|Computer Science",
                 "cs.*": "cs.LG|cs.CL", "stat.ml": "stat.ML", '"computer  science"': "Computer Science", "ML": ""},
    "source": {"arxiv": "arxiv", "ARXIV*": "arxiv|arxiv-rss", "drop": "drop", "rss": ""},
    "id": {"2601.00001": KEYS[0], '"arXiv:2601.00002v2"': KEYS[1], '"https://arxiv.org/abs/2601.00001"': KEYS[0],
           "10.1000/KELP.1": KEYS[2], '"arxiv:2601.*"': f"{KEYS[0]}|{KEYS[1]}", "2601.00003": ""},
}  # fmt: skip


def name(field: int, said: str) -> Asked:
    wanted = ASKED[NAMES[field]][said].split("|")

    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        found, begin = set(), 0
        for one in paper.names[field]:
            if one in wanted:
                found.add(Spot(5 + field, begin, begin + len(one)))
            begin += len(one) + len("; ")
        return found or None

    return Asked(said, finds)


# Numbers and dates.
def is_so(known: Any, sign: str, asked: Any) -> bool:
    return bool(
        {"<": known < asked, "<=": known <= asked, ">": known > asked, ">=": known >= asked}.get(
            sign, known == asked
        )
    )


def number(field: str, sign: str, asked: int) -> Asked:
    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        known = paper.numbers[field]
        return set() if known is not None and is_so(known, sign, asked) else None

    return Asked(f"{field}:{sign}{asked}", finds)


def date(sign: str, asked: str) -> Asked:
    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        both = list(zip(paper.date.split("-"), asked.split("-"), strict=False))
        return set() if paper.date and is_so([k for k, _ in both], sign, [a for _, a in both]) else None

    return Asked(f"date:{sign}{asked}", finds)


sign = st.sampled_from(["", "=", "<", "<=", ">", ">="])
DATES = ["2025", "2025-12", "2025-12-31", "2026", "2026-01", "2026-01-01", "2026-01-15"]
compared = st.one_of(
    st.builds(number, st.sampled_from(["upvotes", "comments", "authors"]), sign, st.integers(0, 4)),
    st.builds(date, sign, st.sampled_from(DATES)),
)


# Rules of them, bracketed only where they must be.
def negated(one: Asked, is_minus: bool) -> Asked:
    query = f"-{one.query}" if is_minus and not one.query.startswith(("-", "NOT ")) else f"NOT {one.query}"
    return Asked(query, lambda paper, fields: set() if one.finds(paper, fields) is None else None)


def all_of(parts: list[Asked], between: str) -> Asked:
    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        hits = [part.finds(paper, fields) for part in parts]
        return None if None in hits else {spot for hit in hits for spot in hit or ()}

    return Asked(between.join(part.query for part in parts), finds)


def any_of(parts: list[Asked]) -> Asked:
    def finds(paper: Paper, fields: tuple[int, ...]) -> Found:
        hits = [hit for part in parts if (hit := part.finds(paper, fields)) is not None]
        return {spot for hit in hits for spot in hit} if hits else None

    return Asked(" OR ".join(part.query for part in parts), finds)


def in_field(field: str, n: int, part: Asked) -> Asked:
    return Asked(f"{field}:{part.query}", lambda paper, fields: part.finds(paper, (n,)))


def bracketed(part: Asked) -> Asked:
    return Asked(f"({part.query})", part.finds)


def either(one: st.SearchStrategy[Asked]) -> st.SearchStrategy[Asked]:
    """`a AND b NOT c OR d`, of such parts."""
    maybe_not = st.one_of(one, one, st.builds(negated, one, st.booleans()))
    row = st.builds(all_of, st.lists(maybe_not, min_size=1, max_size=3), st.sampled_from([" AND ", " "]))
    return st.lists(row, min_size=1, max_size=3).map(any_of)


FIELDS = {"title": 0, "ti": 0, "abstract": 1, "abs": 1, "author": 2, "au": 2, "org": 3, "venue": 4}


def of_name(n: int) -> st.SearchStrategy[Asked]:
    """A name or a bracket of them, of one of the three fields of names."""
    alone = st.builds(name, st.just(n), st.sampled_from(sorted(ASKED[NAMES[n]])))
    bracket = st.recursive(alone, lambda inner: either(inner).map(bracketed), max_leaves=3)
    return st.builds(in_field, st.just(NAMES[n]), st.just(5 + n), bracket)


def in_words_of(field: str, part: Asked) -> Asked:
    return in_field(field, FIELDS[field], part)


@cache
def kinds(theme: Theme) -> dict[str, st.SearchStrategy[Asked]]:
    """All that a rule is made of."""
    of_terms = kinds_of_terms(theme)
    bracket = st.recursive(
        st.one_of(*of_terms.values()), lambda inner: either(inner).map(bracketed), max_leaves=3
    )
    return {
        **of_terms,
        "fields": st.builds(in_words_of, st.sampled_from(sorted(FIELDS)), bracket),
        "names": st.one_of(*map(of_name, range(3))),
        "compared": compared,
        "everything": st.just(Asked("*", lambda paper, fields: set())),
    }


def queries(theme: Theme) -> st.SearchStrategy[Asked]:
    one = st.one_of(*kinds(theme).values())
    return either(st.recursive(one, lambda inner: either(inner).map(bracketed), max_leaves=4))


# Papers.
author = st.lists(st.sampled_from(["J.", "Quill", "Bo", "Poincaré", "gan", "a"]), min_size=1, max_size=3)
count = st.one_of(st.none(), st.integers(0, 4))


def pieces(said: list[tuple[str, str]]) -> list[str]:
    return [piece for unit, between in said for piece in (*UNITS.get(unit, unit).split(), between)]


def pieces_of_names(authors: list[list[str]]) -> list[str]:
    """The names with "; " between them; to the rules the full stop of an initial is a space."""
    found = []
    for name in authors:
        for n, unit in enumerate(name):
            found += [" " if n else "; ", *(["J", " "] if unit == "J." else [unit])]
    return found[1:]


@cache
def units(theme: Theme) -> st.SearchStrategy[tuple[str, str]]:
    """A word, and what stands behind it."""
    return st.sampled_from(list(product(theme[0].split(), BETWEEN)))


@st.composite
def papers(draw: st.DrawFn, theme: Theme) -> Paper:
    said = units(theme)
    sizes = ((0, 5), (3, 9), (0, 3), (0, 3))
    title, abstract, org, venue = (
        text_of(pieces(draw(st.lists(said, min_size=least, max_size=most)))) for least, most in sizes
    )
    authors = draw(st.lists(author, max_size=3))
    names = [
        draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) for known in (CATEGORIES, SOURCES)
    ]
    names.append(sorted(draw(st.sets(st.sampled_from(KEYS)))))
    upvotes, comments, day = draw(count), draw(count), draw(st.sampled_from(["", *DATES]))
    reading = rules.read(
        title.text,
        abstract.text,
        authors=[" ".join(name) for name in authors],
        org=org.text,
        venue=venue.text,
        categories=names[0],
        sources=names[1],
        keys=set(names[2]),
        upvotes=upvotes,
        comments=comments,
        date=day,
    )
    numbers = {"upvotes": upvotes, "comments": comments, "authors": len(authors) or None}
    return Paper(
        (title, abstract, text_of(pieces_of_names(authors)), org, venue), tuple(names), numbers, day, reading
    )


def check(asked: Asked, paper: Paper) -> None:
    spots = rules.match(parse(asked.query), paper.reading)
    wanted = asked.finds(paper, (0, 1))
    assert spots == (None if wanted is None else sorted(wanted))


@settings(max_examples=150, deadline=None)
@given(st.one_of(*(st.tuples(queries(theme), papers(theme)) for theme in THEMES)))
def test_a_rule_finds_what_the_slow_and_obvious_finds(case: tuple[Asked, Paper]) -> None:
    check(*case)


@pytest.mark.parametrize("kind", kinds(THEMES[0]))
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_so_does_each_kind_alone(kind: str, data: st.DataObject) -> None:
    theme = data.draw(st.sampled_from(THEMES))
    check(data.draw(kinds(theme)[kind]), data.draw(papers(theme)))
