"""A leaf of a rule → what a line of marks must hold before the leaf can stand there; knows no paper."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, product
from math import prod
from typing import NamedTuple

from digest.rules.chunks import BEGINS, CAPITALS, CAPITALS_JOINED, EXACTLY, JOINED
from digest.rules.expressions import Exact, Near, Term
from digest.rules.tokens import Wanted

Marks = tuple[str, ...]  # any of them
Written = Term | Near | Exact  # what marks can tell of

MOST_WAYS = (
    16  # to write a phrase of hyphenated words; one with more is looked up wherever its first word stands
)
_RUN = re.compile(r"[^\W_]+")


class Demand(NamedTuple):
    """One way in which a leaf may stand in a line."""

    needs: tuple[Marks, ...]  # of each of these one
    phrase: str = (
        ""  # a row of tokens that must stand there; empty: a need alone, or no row, or one with a prefix
    )
    in_capitals: str = ""  # that row with the signs of capitals: proof, and the phrase alone is none
    is_proof: bool = False  # what stands there so is found; else it is to be looked up


def can_be_told(leaf: Written) -> bool:
    """Whether marks say anything of the leaf."""
    return not isinstance(leaf, Exact) or bool(_RUN.search(leaf.text))


def demands(leaf: Written) -> list[Demand]:
    """The ways in which a leaf may stand; none: marks say nothing of it."""
    match leaf:
        case Exact():
            runs = tuple((EXACTLY + run,) for run in _RUN.findall(leaf.text))
            return [Demand(runs)] if runs else []
        case Term() if prod(map(len, leaf.steps)) <= MOST_WAYS:
            return [_in_a_row(tuple(chain(*way))) for way in product(*leaf.steps)]
        case _:
            return [
                Demand(tuple(tuple(mark for row in step for mark in marks(row[0])) for step in leaf.steps))
            ]


def marks(wanted: Wanted) -> Marks:
    """What a line holds where such a token stands."""
    if wanted.prefix:
        return (BEGINS + wanted.form,)
    if wanted.acronym:
        return (CAPITALS + wanted.form, CAPITALS_JOINED + wanted.form)
    return (wanted.form, JOINED + wanted.form)


def wanted_of(leaf: Term | Near) -> Iterator[Wanted]:
    """Every token that a leaf asks for, in whatever way it is written."""
    return (wanted for step in leaf.steps for row in step for wanted in row)


def _in_a_row(row: Sequence[Wanted]) -> Demand:
    needs = tuple(map(marks, row))
    if len(row) == 1:
        return Demand(needs, is_proof=not (row[0].prefix and row[0].acronym))
    if row[-1].prefix:
        return Demand(needs)
    phrase = f" {' '.join(one.form for one in row)} "
    if not any(one.acronym for one in row):
        return Demand(needs, phrase, is_proof=True)
    signed = (f"{one.form} {CAPITALS}{one.form}" if one.acronym else one.form for one in row)
    return Demand(needs, phrase, f" {' '.join(signed)} ")
