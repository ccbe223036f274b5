"""An abstract → the one or two sentences of it that carry the claim: what the paper does, and what came out.

Most abstracts begin with what everybody knows, so the first sentence is taken only where no other says more. What a
sentence is worth is decided here and nowhere else, by the signs below; they were read against real abstracts.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

MOST = 320  # characters of a claim: two sentences of ordinary length, seven lines on a phone
READ = 8_000  # characters of an abstract that are read; the longest that arXiv takes have 1,920
LEFT_OUT = "…"
HARD_SPACE = "\u00a0"  # so that no line is only an ellipsis

Span = tuple[int, int]


class Claim(NamedTuple):
    """What is shown of an abstract, and where words stand in it that are lit."""

    text: str
    spans: tuple[Span, ...]


def claim(abstract: str, spans: Iterable[Span] = ()) -> Claim:
    """The sentences that carry the claim, in their order, with an ellipsis where something was left out.

    `spans`: the places in the abstract of the words that put the paper into its group.
    """
    lit = tuple(spans)
    if len(abstract) <= MOST or abstract.isspace():
        return Claim(abstract, lit)
    return _excerpt(abstract, _chosen(abstract[:READ], lit), lit)


# ---- sentences

# It begins with one class of characters, so that it is looked for three times as fast as two branches.
_END = re.compile(r"[.!?。！？](?:(?<=[。！？])|[\"'”’)\]]*\s+(?=[^\sa-z]))")
_BEFORE = re.compile(r"\w[\w.]*$")  # the last word before a full stop
_SHORTENED = frozenset(
    {"al", "approx", "ca", "cf", "dr", "e.g", "eq", "eqs", "etc", "fig", "figs", "i.e", "mr", "mrs", "p", "prof"}
    | {"ref", "refs", "resp", "sec", "st", "tab", "u.s", "viz", "vs", "w.r.t"}
)  # fmt: skip
_WORD = 20  # characters: a longer word is no abbreviation


def sentences(text: str) -> list[Span]:
    """Where the sentences of a text stand; `et al. Later`, `Fig. 2` and `J. Smith` end none."""
    ends = [found.end() for found in _END.finditer(text) if _is_end(text, found.start())]
    return [(begin, end) for begin, end in pairwise([0, *ends, len(text)]) if begin < end]


def _is_end(text: str, at: int) -> bool:
    if text[at] != ".":
        return True
    word = _BEFORE.search(text[max(0, at - _WORD) : at])
    if not word:
        return True
    initial = len(word[0]) == 1 and word[0].isupper() and word[0] != "I"
    return not initial and word[0].lower() not in _SHORTENED


# ---- what a sentence is worth

_DO = (
    "propos|present|introduc|develop|design|devis|describ|construct|build|formulat|deriv|prov|establish|argu|show|"
    "demonstrat|find|found|discover|reveal|report|observ|releas|contribut|conclud|identif|uncover|give|provid|obtain|"
    "stud|investigat|explor|examin|analy|consider|address|aim|offer|evaluat|test"
)
_THING = (
    "method|model|framework|algorithm|data ?set|benchmark|approach|architecture|system|theor|tool|library|corpus|"
    "survey"
)
_LIES = "available|released|accessible|found at"  # said of code, data and models

# What a sign is worth where it is asked what the paper does, and where it is asked what came out.
_SIGNS: tuple[tuple[int, int, str], ...] = (
    (4, 0, rf"\b(?:we|this \w+|(?:the|our|present) (?:paper|study|work|article|authors?))(?: \w+)? (?:{_DO})"),
    (3, 0, rf"\b(?:propos|present|introduc|develop).*\b(?:{_THING})"),
    (3, 0, r"\b(?:is|are) (?:propos|present|introduc|develop|shown|prov|deriv|studied|investigat|describ)"),
    (2, 0, r"^(?:here,? |in this \w+,? )?we \w+"),
    (2, 0, r"\b(?:novel|new|first)\b"),
    (1, 0, r"\b(?:in this \w+|here,? we|our (?:key|main|central)|to (?:this end|address|overcome|tackle))\b"),
    (1, 0, r"\b(?:propose|introduce|present)\b"),
    (0, 3, r"\b(?:outperform|surpass|exceed|beats?\b|state[- ]of[- ]the[- ]art|achiev|attain|improv|reduc|"
           r"speed-?up|superior)"),
    (0, 3, r"\b(?:results?|experiments?|evaluations?|findings|simulations|analysis|data) (?:\w+ )*(?:show|demonstrat|"
           r"indicat|suggest|reveal|confirm|highlight|establish)"),
    (0, 3, r"\bwe (?:\w+ )?(?:show|demonstrate|find|found|prove|observe|conclude)"),
    (0, 2, r"(?:\d|two|three|four|five|six|seven|eight|nine|ten)\s?(?:%|×|x\b|-fold|percent|times\b|"
           r"points?\b|dB\b)|\bp ?[<=] ?0?\.\d"),
    (0, 1, r"\b(?:significant|faster|fewer|smaller|larger|better|higher|lower|increas|decreas|compared|"
           r"associated|consistent)"),
    (0, 1, r"\d"),
    (0, 4, r"^(?:results?|conclusions?|findings|interpretation|discussion)\s*(?: and \w+)?[:.—]"),
    # What everybody knows, how it was done, where it lies.
    (-5, -5, rf"https?://|\b(?:code|data ?sets?|models?|demo|project page|materials?|software|checkpoints)\b.*"
             rf"\b(?:{_LIES})|\bwill (?:be )?(?:made|release)"),
    (-5, -5, r"^(?:background|objectives?|aims?|purpose|methods?|materials|introduction|setting|importance|context|"
             r"design|trial registration|funding|keywords|participants|patients)\b[\w\s]*[:.—]"),
    (-3, -3, r"^(?:however|yet|unfortunately|recent|existing|current|previous|prior|state-of-the-art|traditional|"
             r"conventional|although|"
             r"despite|in recent|over the (?:past|last)|most|many|while|both|there)\b"),
    (-2, -2, r"\bha(?:ve|s) (?:\w+ )?(?:been|become|shown|made|emerged|attracted|demonstrated|achieved|revolution)|"
             r"\b(?:remains?|still|often|typically|usually|struggle|suffer|fail)\b|"
             r"\bis an? (?:\w+ )?(?:challeng|key|crucial|fundamental|important)"),
    (-2, -2, r"^(?:it|they|these|those|such|its|their|specifically|moreover|furthermore|additionally|in addition|also|"
             r"finally|then|next|second|third|similarly|for example|for instance)\b"),
    (-2, -2, r"\?\W*$"),
    (-1, -1, r"\b(?:we also|in contrast|on the other hand)\b"),
)  # fmt: skip
_SECOND = 2  # worth of a second sentence: a lone number is not enough
_LONG = 240  # characters: beside a longer one there is no room for a second


@cache
def _found() -> Any:
    """All signs as one automaton: a sentence is read once, whatever the number of signs, in time linear to it."""
    import re2  # type: ignore[import-untyped]  # 14 ms that an issue without abstracts need not pay

    signs = re2.Set.SearchSet()
    for *_, pattern in _SIGNS:
        signs.Add(f"(?is){pattern}")
    signs.Compile()
    return signs


class _Worth(NamedTuple):
    says: int  # of what the paper does
    shows: int  # of what came out


def _worth(sentence: str, lit: int) -> _Worth:
    """The signs in a sentence; a word that the rule found is worth one more, two at the most."""
    found = [_SIGNS[n] for n in _found().Match(sentence) or ()]
    more = min(lit, 2) - (len(sentence) > _LONG)
    says, shows = sum(sign[0] for sign in found), sum(sign[1] for sign in found)
    return _Worth(says + more if says > 0 else 0, shows + more if shows > 0 else 0)


# ---- which are shown


def _chosen(text: str, spans: Sequence[Span]) -> list[Span]:
    """The sentence that says most of what the paper does, and beside it the one that shows most of what came out.

    Of equals the first; so it is the first of all where none has a sign.
    """
    every = {one: _worth(text[slice(*one)].strip(), _lit(text, one, spans)) for one in sentences(text)}
    first = max(every, key=lambda one: every[one].says)
    if every[first].says <= 0:
        first = max(every, key=lambda one: every[one].shows)
    fitting = [one for one in every if one != first and _length(one) + _length(first) <= MOST]
    second = max(fitting, key=lambda one: every[one].shows, default=first)
    return sorted({first, second}) if every[second].shows >= _SECOND else [first]


def _lit(text: str, sentence: Span, spans: Sequence[Span]) -> int:
    """How many words the rule found in a sentence, each counted once."""
    return len({text[slice(*span)].casefold() for span in spans if sentence[0] <= span[0] < sentence[1]})


def _length(span: Span) -> int:
    return span[1] - span[0]


# ---- the excerpt


def _excerpt(abstract: str, chosen: Sequence[Span], spans: Sequence[Span]) -> Claim:
    text, upto, lit = "", 0, []
    for begin, end in (_trimmed(abstract, *one) for one in chosen):
        cut = _cut(abstract, begin, end)
        text += _gap(abstract[upto:begin], text)
        lit += [(a - begin + len(text), b - begin + len(text)) for a, b in spans if begin <= a < b <= cut]
        text, upto = text + abstract[begin:cut], cut
    behind = f"{HARD_SPACE}{LEFT_OUT}" if abstract[upto:].strip() else ""
    return Claim(text + behind, tuple(lit))


def _trimmed(text: str, begin: int, end: int) -> Span:
    part = text[begin:end]
    return begin + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def _cut(text: str, begin: int, end: int) -> int:
    """The end of a sentence; of one that is too long, the last space that still fits."""
    if end - begin <= MOST:
        return end
    at = text.rfind(" ", begin + MOST // 2, begin + MOST)
    return at if at > 0 else begin + MOST


def _gap(between: str, before: str) -> str:
    """What stands before a sentence: the space of the abstract, or an ellipsis for what was left out."""
    if not between.strip():
        return between if before else ""
    return f" {LEFT_OUT} " if before else f"{LEFT_OUT} "
