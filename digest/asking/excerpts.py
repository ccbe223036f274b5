"""A paper and the places that a rule found → its title and the sentence that holds the words, the words lit up."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from digest.claims import sentences
from digest.rules import Reading, Spot, joined
from digest.rules.expressions import FIELDS

SENTENCE_SHOWN = 240  # characters around the words; the sentences of abstracts have 150
FIELD_SHOWN = 80  # of a list of authors

_TITLE, _ABSTRACT = FIELDS.index("title"), FIELDS.index("abstract")
# While lines are broken a mark counts as one character, and a phrase that is lit is not parted.
_ON, _OFF, _JOINED = "\ue000", "\ue001", "\ue002"

Span = tuple[int, int]


class Marks(NamedTuple):
    """What stands before and after words that are lit up, and how wide the lines are."""

    on: str = "*"
    off: str = "*"
    width: int | None = None  # None: lines are not broken


PLAIN = Marks()


def on_terminal(width: int) -> Marks:
    """Bold and underlined."""
    return Marks("\x1b[1;4m", "\x1b[0m", width)


def excerpt(reading: Reading, spots: Sequence[Spot], marks: Marks, before: str, indent: str) -> Iterator[str]:
    """The title, behind these words, and below it the sentences of the abstract that have most of the words; of other
    fields what was found there.
    """
    texts = [field.text for field in reading.fields]
    found: dict[int, list[Span]] = {}
    for field, begin, end in spots:
        found.setdefault(field, []).append((begin, end))
    in_title = found.pop(_TITLE, [])
    yield from _lines(_lit(texts[_TITLE], in_title), marks, before, indent)
    for field, spans in sorted(found.items()):
        if field == _ABSTRACT:
            shown = {_word(texts[_TITLE], span) for span in in_title}
            for sentence in _best(texts[field], spans, shown):
                yield from _lines(_part(texts[field], sentence, spans, SENTENCE_SHOWN), marks, indent, indent)
        else:
            part = _part(texts[field], (0, len(texts[field])), spans, FIELD_SHOWN)
            yield from _lines(f"{FIELDS[field]}: {part}", marks, indent, indent)


def _word(text: str, span: Span) -> str:
    return text[slice(*span)].casefold()


def _best(text: str, spans: Sequence[Span], shown: set[str]) -> list[Span]:
    """The sentence with the most different words, the first of them; and another one, where it has words that neither
    the title has shown nor the first.
    """
    every = sentences(text)
    has = {one: {_word(text, span) for span in spans if one[0] <= span[0] < one[1]} for one in every}
    first = max(every, key=lambda one: len(has[one]))
    second = max(every, key=lambda one: len(has[one] - has[first] - shown))
    return sorted({first, second}) if has[second] - has[first] - shown else [first]


def _part(text: str, whole: Span, spans: Iterable[Span], most: int) -> str:
    """This part of a text with its words lit; where it is long, the characters around the first of them."""
    begin, end = whole
    inside = [span for span in spans if begin <= span[0] < end]
    if end - begin > most and inside:
        begin = max(begin, min(inside[0][0] - most // 3, end - most))
        begin = _at_space(text, begin) if begin > whole[0] else begin
        end = min(end, max(begin + most, inside[0][1]))
    before, after = "… " if begin > whole[0] else "", " …" if end < whole[1] else ""
    cut = text[begin:end] if not after else text[begin:end].rsplit(" ", 1)[0]
    moved = [(max(a, begin) - begin, b - begin) for a, b in inside]
    return before + _lit(cut, [span for span in moved if span[1] <= len(cut)]).strip() + after


def _at_space(text: str, at: int) -> int:
    found = text.find(" ", at, at + 40)
    return found + 1 if found >= 0 else at


def _lit(text: str, spans: Iterable[Span]) -> str:
    """The text with marks around these places; places that touch are one."""
    pieces, at = [], 0
    for begin, end in joined(spans):
        pieces += [text[at:begin], _ON, text[begin:end].replace(" ", _JOINED), _OFF]
        at = end
    return "".join(pieces) + text[at:]


def _lines(text: str, marks: Marks, before: str, indent: str) -> Iterator[str]:
    lines = [before + text]
    if marks.width:
        width = max(40, marks.width)
        lines = wrap(
            text,
            width,
            initial_indent=before,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    for line in lines or [before]:
        yield line.replace(_ON, marks.on).replace(_OFF, marks.off).replace(_JOINED, " ")
