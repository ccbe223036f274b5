"""Phrases of symbols → where they stand on a tape; all of them are followed at once, token by token."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digest.rules.keys import Flags, Keys, Numbers, Words, once, rows_between
from digest.rules.tape import Edges, Tape


class Phrases:
    """Phrases that share their beginnings; a node is a beginning, and the whole of what its leaves ask for."""

    def __init__(self) -> None:
        self._nodes: dict[int, int] = {}  # node and symbol, as one number, → node; 0 is the empty beginning
        self._leaves = array("q")  # node, leaf, node, leaf, …

    def add(self, symbols: Sequence[int], leaf: int) -> None:
        """A leaf stands where these tokens stand in a row."""
        node = 0
        for symbol in symbols:
            node = self._nodes.setdefault(node << 32 | symbol, len(self._nodes) + 1)
        self._leaves.extend((node, leaf))

    def ready(self) -> None:
        """Make the tables of all that was asked for."""
        nodes = np.fromiter(self._nodes.values(), np.int64, len(self._nodes))
        before, symbols = np.divmod(np.fromiter(self._nodes, np.int64, len(self._nodes)), 1 << 32)
        is_first = before == 0
        self._symbols = int(symbols.max(initial=0)) + 1
        self._first = np.zeros(self._symbols, np.int64)  # symbol → node
        self._first[symbols[is_first]] = nodes[is_first]
        later = np.flatnonzero(~is_first)
        self._follows = np.zeros(self._symbols, np.bool_)  # whether any phrase goes on with it
        self._follows[symbols[later]] = True
        self._next = Keys(self._key(before[later], symbols[later]))
        self._nodes_of_next = nodes[later][self._next.order]
        self._goes_on = np.zeros(len(nodes) + 1, np.bool_)
        self._goes_on[before] = True
        rows = np.array(self._leaves, np.int64).reshape(-1, 2)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        self._leaf = rows[:, 1]
        self._begins = np.searchsorted(rows[:, 0], np.arange(len(nodes) + 2))  # node → its leaves
        self._is_whole = self._begins[1:] > self._begins[:-1]
        self._nodes, self._leaves = {}, array("q")

    def _key(self, nodes: Numbers, symbols: Numbers) -> Words:
        return (nodes * self._symbols + symbols).astype(np.uint64)

    def found(self, tape: Tape, runs: Edges, others: Edges) -> tuple[Numbers, Numbers]:
        """The last run of each phrase that stands there, and its leaf."""
        line = _line(tape, runs, others)
        nodes = self._first[np.concatenate((runs.symbol, others.symbol))]
        after = np.concatenate((runs.after, others.after))
        lasts, leaves = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        while len(nodes := nodes[is_node := nodes > 0]):
            after = after[is_node]
            whole = self._is_whole[nodes]
            which, found = rows_between(self._begins[nodes[whole]], self._begins[nodes[whole] + 1])
            lasts.append(after[whole][which] - 1)
            leaves.append(self._leaf[found])
            on = self._goes_on[nodes] & ~tape.is_parted[after]
            nodes, after = self._onward(line, nodes[on], after[on])
        return np.concatenate(lasts), np.concatenate(leaves)

    def _onward(self, line: "_Line", nodes: Numbers, after: Numbers) -> tuple[Numbers, Numbers]:
        """One token further: the nodes that are reached, and the places behind them."""
        on = np.flatnonzero(self._follows[line.symbols[after]])
        which, reached = self._steps(nodes[on], line.symbols[after[on]])
        ends = after[on][which] + 1
        beside = np.flatnonzero(line.has_others[after])
        if not len(beside):
            return reached, ends
        sides = (np.searchsorted(line.others.first, after[beside], side) for side in ("left", "right"))
        of, edge = rows_between(*sides)
        which, too = self._steps(nodes[beside[of]], line.others.symbol[edge])
        size = len(line.symbols) + 1
        both = once(too * size + line.others.after[edge[which]])
        # A compound leads to one place by several ways; where the plain one has led, nobody is to go on twice.
        plain = np.flatnonzero(line.is_reached[ends])
        too, ends_too = np.divmod(both[~np.isin(both, reached[plain] * size + ends[plain])], size)
        return np.concatenate((reached, too)), np.concatenate((ends, ends_too))

    def _steps(self, nodes: Numbers, symbols: Numbers) -> tuple[Numbers, Numbers]:
        which, at = self._next.find(self._key(nodes, symbols))
        return which, self._nodes_of_next[at]


class _Line(NamedTuple):
    """What stands on a tape; arrays have a row for each run, and one more."""

    symbols: Numbers  # of runs; 0: nobody asks for it
    others: Edges  # by their first runs
    has_others: Flags  # whether one of them begins there
    is_reached: Flags  # whether one of them ends before it


def _line(tape: Tape, runs: Edges, others: Edges) -> _Line:
    size = len(tape.is_parted)
    symbols = np.zeros(size, np.int64)
    symbols[runs.first] = runs.symbol
    has_others, is_reached = np.zeros((2, size + 1), np.bool_)
    has_others[others.first] = is_reached[others.after] = True
    order = np.argsort(others.first, kind="stable")
    return _Line(symbols, Edges(*(one[order] for one in others)), has_others, is_reached)
