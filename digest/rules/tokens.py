"""Text → tokens, and a rule's word → the tokens that it wants; knows neither rules nor papers.

What is decided, and why. A text on the left gives the forms on the right; the tests read this very table.

    Knowledge distillation    → knowledge distillation       | case is folded; no stemming
    pre-training              → pre training pretraining     | written both ways, often in one abstract
    U-Net-based               → u net based unet unetbased netbased  | each run, or UNet would miss it
    CIFAR10                   → cifar 10 cifar10             | as CIFAR-10, which gives the same three
    M3E                       → m 3 e m3e                    | no run of these parts: m3 is another thing
    MobileNetV3               → mobilenet v 3 mobilenetv3 v3 | a version stands behind a hyphen unwritten
    yolov9                    → yolo v 9 yolov9 v9           | without a capital: four letters before the v
    conv2                     → conv 2 conv2                 | three are too few: this is no version of "con"
    HIV1                      → hiv 1 hiv1                   | nor is this of "hi"
    E³NeRF CO₂                → e 3 nerf e3nerf co 2 co2     | small digits are digits
    GAN's                     → gan                          | a possessive s is no word of its own
    don't O’Neil              → dont oneil                   | other apostrophes join
    Poincaré Łukasz Straße    → poincare lukasz strasse      | nobody types accents in a rule
    α-divergence              → alpha divergence αdivergence | where TeX was read there is no "alpha" any more
    扩散GAN                   → 扩 散 gan                    | no spaces to cut at: a run is a phrase
    ガン カン                 → ガ ン カ                     | no accent: the mark makes another letter
    losses biases analyses    → loss bias analysis           | number, after the tables below
    bus uses thus physics     → bus use thus physics         | no "us" in uses, no "thu" in thus
    GANs GPUs As              → gan gpu as                   | a capital before the s; one letter is no word
    code https://github.com/x → code                         | 104 of 446 papers say github, all in addresses
    on github.com/x y.com     → on y com                     | without scheme only with a path
    state_of the/art          → state of the art             | all that is neither letter nor digit separates
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from digest.rules.number import singular

# Letters that are no accented form of another: NFKD leaves them as they are.
_NO_ACCENT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss"})
_GREEK = {  # of a letter alone; words of Greek stay Greek
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_VOICING = "\u3099\u309a"

_APOSTROPHES = "'’ʼ＇"
_HYPHENS = "-‐‑–−"  # and the dash and minus that stand for one between two letters
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
# Marks that no letter takes in under NFC: Hebrew, Arabic, Indic and Thai words would fall to pieces without.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0970-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u1dc0-\u1dff"
)
_STOP = (
    r"(?:[,;:!?]|(?<!\b[eE]\.g)(?<!\b[iI]\.e)(?<!\b[vV]s)(?<!\b[eE]t al)\.)"
    r"[\"'’”)\]]*(?=\s)|[。，、；：！？]"  # full-width stops have their space inside
)
_ENDS = ".!?。！？"  # of these signs only those end a sentence too

_ET = re.compile(r"\b[eE]t$")
_SHORTENED = re.compile(r"\b(?:e\.g|i\.e|vs|et al)\.", re.IGNORECASE)
_AS_SPACES = "-‐‑‒–—−/\\'’‘ʼ＇`()[]{}<>"


def _word(letter: str) -> str:
    segment = (
        f"{letter}+(?:[{_APOSTROPHES}](?![sS](?!{letter})){letter}+)*(?:[{_APOSTROPHES}][sS](?!{letter}))?"
    )
    return f"{segment}(?:[{_HYPHENS}]{segment})*"


_ASCII_WORD = _word("[A-Za-z0-9]")
_LONE = re.compile(f"[{_HAN}{_KANA}]")
_ANY_WORD = f"[{_HAN}]|[{_KANA}][{_VOICING}\uff9e\uff9f]?|" + _word(
    f"(?:[^\\W_{_APOSTROPHES}{_HAN}{_KANA}]|[{_MARKS}])"
)


@cache  # the one for any script takes 12 ms to compile, and many a paper and rule is ASCII
def _scanner(ascii_only: bool) -> re.Pattern[str]:
    return re.compile(f"({_ASCII_WORD if ascii_only else _ANY_WORD})|{_STOP}")


# RFC 3986 §2: an address is ASCII; RFC 1035 §2.3.4: a label has 63 characters at most. What ends the sentence
# is not the address's.
_URL_TAIL = r"[!#-;=?-~]*[A-Za-z0-9/]"
_DOMAINS = ("ai", "app", "co", "com", "de", "dev", "edu", "fr", "gov", "io", "net", "org", "uk")
_ADDRESS = re.compile(
    rf"\b(?:(?:https?|ftp)://{_URL_TAIL}|www\.{_URL_TAIL}"
    rf"|(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{'|'.join(_DOMAINS)})/(?:{_URL_TAIL})?"
    rf"|(?:[a-z0-9-]{{1,63}}\.){{2,5}}(?:{'|'.join(_DOMAINS)})\b)",
    re.IGNORECASE,
)
_SIGNS_OF_ADDRESS = ("://", "www.", *(f".{domain}" for domain in _DOMAINS))  # cheaper to look for

JOINED_PARTS = 4  # of a longer compound only such runs, and the whole: no chain of hyphens costs its square
KNOWN_WORDS = 1 << 15  # some 20 MB of words already taken apart; a year of abstracts repeats most of them
LONGEST_KNOWN = 100  # characters: what is longer seldom comes twice, and a text without spaces is one word


class Piece(NamedTuple):
    """One token of a word: its form without number, its form with it, and where in the word it lies."""

    form: str
    plain: str
    first: int  # its place among the word's single tokens, and the place after its last
    last: int
    begin: int  # characters
    end: int
    capitals: bool  # two at least


Place = tuple[int, int, Piece]  # the position and the character at which the piece's word begins
Span = tuple[int, int]


class Tokens:
    """The tokens of one field of a paper, made when a rule first asks."""

    def __init__(self, text: str, as_read: str = "") -> None:
        self.text = text
        self.as_read = as_read  # just as long, where it is read otherwise than it stands

    @property
    def read(self) -> str:
        """What tokens are made of."""
        return self.as_read or self.text

    @cached_property
    def index(self) -> dict[str, list[Place]]:
        """Where each form stands."""
        return _indexed(self.read)

    @cached_property
    def layout(self) -> tuple[list[int], list[int]]:
        """For each word, compounds whole: the character at which it begins, and the number of its sentence."""
        return _laid_out(self.read)

    @cached_property
    def bare(self) -> str:
        """The text without web addresses, just as long."""
        return _without_addresses(self.text)

    @cached_property
    def prefixes(self) -> str:
        """All forms with their number, a line each: whether any begins so is one search."""
        plains = {piece.plain for places in self.index.values() for _, _, piece in places}
        return "\n" + "\n".join(plains)


class Wanted(NamedTuple):
    """A token that a rule asks for."""

    form: str
    prefix: bool = False
    # Finds only tokens with two capitals, or CAN would find every "can". A title in capitals has two in each.
    acronym: bool = False


Row = tuple[Wanted, ...]
Step = tuple[Row, ...]  # any of its rows


def _indexed(text: str) -> dict[str, list[Place]]:
    index: dict[str, list[Place]] = defaultdict(list)
    position = 0
    for found in _scanner(text.isascii()).finditer(_without_addresses(text)):
        word = found[1]
        if not word:
            position += 1  # nobody stands here, so no phrase gets across
            continue
        begin = found.start()
        pieces, length = _pieces(word)
        for piece in pieces:
            index[piece[0]].append((position, begin, piece))
        position += length
    return dict(index)


def _laid_out(text: str) -> tuple[list[int], list[int]]:
    begins: list[int] = []
    sentences: list[int] = []
    sentence = 0
    for found in _scanner(text.isascii()).finditer(_without_addresses(text)):
        if found[1]:
            begins.append(found.start())
            sentences.append(sentence)
        else:
            sentence += found[0][0] in _ENDS
    return begins, sentences


def _without_addresses(text: str) -> str:
    """The text, just as long, with a full stop and spaces for each web address: no phrase gets across."""
    if not any(sign in text for sign in _SIGNS_OF_ADDRESS):
        return text
    return _ADDRESS.sub(lambda address: ".".ljust(len(address[0])), text)


def pieces_of(text: str) -> Iterator[tuple[Piece, ...]]:
    """The tokens of a text, word by word; none where no phrase gets across."""
    for found in _scanner(text.isascii()).finditer(f"{_without_addresses(text)} "):
        yield _pieces(found[1])[0] if found[1] else ()


def ends_in_et(chunk: str) -> bool:
    """Whether this is the et of an et al.: the one stop that nobody can judge by what is between two spaces."""
    return bool(_ET.search(_without_addresses(chunk)))


def words(text: str) -> list[Span]:
    """Where the words of a query's term stand: compounds whole, each Han or Kana character by itself."""
    return [found.span(1) for found in _scanner(text.isascii()).finditer(text) if found[1]]


def steps(term: str) -> tuple[Step, ...]:
    """What a term asks for, word by word; a star at its end makes the last word a prefix."""
    spans = words(term)
    star = term.endswith("*")
    return tuple(_step(term[slice(*span)], star and span == spans[-1]) for span in spans)


def stray_sign(text: str, spans: list[Span], quoted: bool) -> int | None:
    """Where the first sign stands that a term cannot hold: any but those that a phrase takes for a space."""
    begins, ends = [begin for begin, _ in spans], [end for _, end in spans]
    for upto, begin in zip([0, *ends], [*begins, len(text)], strict=True):
        for at in range(upto, begin):
            if not (quoted and (text[at].isspace() or text[at] in _AS_SPACES)):
                return at
    return None


def spaced(text: str, spans: list[Span]) -> str:
    """The words of a term with one space between them; none between Han or Kana of one run."""
    pairs = zip(spans, [*spans[1:], spans[-1]], strict=True)
    return "".join(text[begin:end] + " " * (following > end) for (begin, end), (following, _) in pairs)


def without_full_stops(phrase: str) -> str:
    """The phrase, just as long, without the stops of e.g. and its like, which end no phrase."""
    return _SHORTENED.sub(lambda found: found[0].replace(".", " "), phrase)


def stands_alone(word: str) -> bool:
    """Whether it is a Han or Kana character, which is a word by itself."""
    return bool(_LONE.match(word))


@lru_cache(KNOWN_WORDS)  # 100,000 rules have 30,000 words
def _step(word: str, prefix: bool) -> Step:
    parts = [_solid(part) for part in _PARTS.split(word)]
    row = *(_wanted(part, False) for part in parts[:-1]), _wanted(parts[-1], prefix)
    return (row,) if len(parts) == 1 else (row, (_wanted("".join(parts), prefix),))


def _wanted(solid: str, prefix: bool) -> Wanted:
    plain = fold(solid)
    form = singular(solid, plain)
    acronym = solid.isalpha() and 2 <= len(form) <= 4 and _capitals(solid)
    return Wanted(plain if prefix else form, prefix, acronym)


_PARTS = re.compile(f"[{_HYPHENS}]")
_PART = re.compile(f"[^{_HYPHENS}]+")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_POSSESSIVE = re.compile(f"[{_APOSTROPHES}][sS]$")
_VERSION = re.compile(r"^([^\W\d_]+)([vV]\d)")
_DIGITS = "\\d²³¹⁰⁴-⁹₀-₉"  # small ones too: `Transformer²` is found as `Transformer^2` is
_RUN = re.compile(f"[{_DIGITS}]+|[^{_DIGITS}]+")


def _pieces(word: str) -> tuple[tuple[Piece, ...], int]:
    return _known_pieces(word) if len(word) <= LONGEST_KNOWN else _cut(word)


def _cut(word: str) -> tuple[tuple[Piece, ...], int]:
    """The tokens of a word, and how many positions it takes: one for each run of letters or digits."""
    if word.isalpha():
        return (_piece(word, 0, 1, 0, len(word)),), 1
    segments = _segments(word)
    runs: list[Span] = []
    edges = [0]
    for begin, end in segments:
        runs += [(begin + run.start(), begin + run.end()) for run in _RUN.finditer(word[begin:end])]
        edges.append(len(runs))
    pieces = [_piece(_solid(word[begin:end]), n, n + 1, begin, end) for n, (begin, end) in enumerate(runs)]
    for i, j in _joined(len(segments)):
        if edges[j] - edges[i] > 1:
            solid = "".join(_solid(word[begin:end]) for begin, end in segments[i:j])
            pieces.append(_piece(solid, edges[i], edges[j], segments[i][0], segments[j - 1][1]))
    return tuple(pieces), len(runs)


_known_pieces = lru_cache(KNOWN_WORDS)(_cut)


def _piece(solid: str, first: int, last: int, begin: int, end: int) -> Piece:
    plain = fold(solid)
    return Piece(singular(solid, plain), plain, first, last, begin, end, _capitals(solid))


def _segments(word: str) -> list[Span]:
    """Where the parts of a compound stand, without the possessive s; a version is a part of its own."""
    segments: list[Span] = []
    for part in _PART.finditer(word):
        begin, end = part.span()
        if _POSSESSIVE.search(part[0]):
            end -= 2
        if cut := _version(word[begin:end]):
            segments.append((begin, begin + cut))
            begin += cut
        segments.append((begin, end))
    return segments


def _version(part: str) -> int:
    """Where the v of a version stands in MobileNetV3 and yolov9; 0: there is none."""
    found = _VERSION.match(part)
    if not found:
        return 0
    name, mark = found.groups()
    at_case = len(name) >= 2 and name[-1].isupper() != mark[0].isupper()
    return len(name) if at_case or len(name) >= 4 else 0


def _joined(segments: int) -> list[Span]:
    runs = [(i, j) for i in range(segments) for j in range(i + 1, min(i + JOINED_PARTS, segments) + 1)]
    return runs if segments <= JOINED_PARTS else [*runs, (0, segments)]


def _solid(part: str) -> str:
    return _APOSTROPHE.sub("", _POSSESSIVE.sub("", part))


def _capitals(solid: str) -> bool:
    return sum(map(str.isupper, solid)) >= 2


def fold(solid: str) -> str:
    """Without case and accents; never empty."""
    if solid.isascii():
        return solid.lower()
    marked = unicodedata.normalize("NFKD", solid)
    letters = "".join(c for c in marked if c in _VOICING or not (unicodedata.combining(c) or c.isspace()))
    folded = letters.casefold().translate(_NO_ACCENT)
    return _GREEK.get(folded) or unicodedata.normalize("NFC", folded) or solid
