"""What rendering costs: an issue of 50 papers and one of 5,000 in every output, and 50 cards joined in another order.

    python -m benchmarks.rendering --dumps FOLDER [--seed 2026] [--runs 7]

FOLDER (or the variable DIGEST_DUMPS) has real dumps, one subfolder a format; titles and abstracts are theirs. Warm:
templates are compiled before the clock starts, and no paper is known. Nothing is written to a disk. All outputs
together are made side by side, as the outbox writes them. The least of a few runs counts, in milliseconds of the
processor. To reach: 50 papers in 50 ms, 5,000 in 110 times that, cards joined again in 1 ms.
"""

import argparse
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from time import process_time
from types import ModuleType

from jinja2 import Environment

from benchmarks.rules import abstracts
from digest import citations, plugins, templating
from digest.issue import Card, Issue
from digest.renderers import _cards, _feed, _shown, html, mail, markdown
from tests import issues

FEW, MANY, GROUPS = 50, 5_000, 5
Again = Callable[[], bytes]


def papers(real: dict[str, str], count: int, chance: random.Random) -> tuple[Card, ...]:
    """So many papers with real titles and abstracts; a word in each is lit."""
    chosen = chance.choices(sorted(real), k=count)
    return tuple(
        issues.card(number, title=title, abstract=real[title], in_title=((0, len(title.split()[0])),))
        for number, title in enumerate(chosen, start=1)
    )


def issue_of(cards: Sequence[Card]) -> Issue:
    """An issue of these papers in groups of one size."""
    size = len(cards) // GROUPS
    parts = (tuple(cards[size * place : size * (place + 1)]) for place in range(GROUPS))
    return issues.issue(*((f"Group {place}", part) for place, part in enumerate(parts, start=1)))


def whole(names: Sequence[str], issue: Issue, templates: Environment) -> int:
    """The bytes of these outputs of an issue, a piece of each in turn, no paper known before."""
    for kept in (_shown.shown, _feed.told, citations._told):
        kept.cache_clear()
    running = [
        one.render(issues.read_by(one.READS, issue), templates)
        for one in (plugins.load("renderers", name) for name in names)
    ]
    return sum(
        len(piece.encode() if isinstance(piece, str) else piece)
        for pieces in zip_longest(*running, fillvalue=b"")
        for piece in pieces
    )


# --- cards that are joined again: issue and templates → what joins its rendered cards in another order ---


def mail_html(issue: Issue, templates: Environment) -> Again:
    """The HTML part of the mail."""
    return _turned(mail.rendered(issue, templates).html)


def mail_text(issue: Issue, templates: Environment) -> Again:
    """The text part of the mail."""
    return _turned(mail.rendered(issue, templates).text)


def _turned(part: mail.Part) -> Again:
    def joined() -> bytes:
        turned = (
            replace(group, full=list(group.full)[::-1], references=list(group.references)[::-1])
            for group in part.groups
        )
        return b"".join(_cards.joined(part.frame, turned))

    return joined


def page(issue: Issue, templates: Environment) -> Again:
    """The page."""
    return _turned_in(html, issue, templates)


def markdown_file(issue: Issue, templates: Environment) -> Again:
    """The Markdown."""
    return _turned_in(markdown, issue, templates)


def _turned_in(renderer: ModuleType, issue: Issue, templates: Environment) -> Again:
    frame = renderer.frame(issue, templates)
    cards = [[renderer.card(one, templates) for one in issue.cards(place)] for place in range(GROUPS)]
    groups = [_cards.Filled(len(each), each[::-1]) for each in cards]
    return lambda: b"".join(_cards.joined(frame, groups))


def feed(name: str, issue: Issue, templates: Environment) -> Again:
    """A feed; its entries have no number."""
    renderer, whole_feed = plugins.load("renderers", name), issues.feed(issue)
    entries = [renderer.entry(one, templates) for one in whole_feed.entries()][::-1]
    return lambda: b"".join(renderer.joined(whole_feed, entries))


AGAIN: dict[str, Callable[[Issue, Environment], Again]] = {
    "page": page,
    "markdown": markdown_file,
    "mail, HTML": mail_html,
    "mail, text": mail_text,
    **{name: partial(feed, name) for name in ("atom", "rss", "jsonfeed")},
}


# --- the table ---


def least(runs: int, work: Callable[[], object]) -> float:
    """The least milliseconds of a few runs, after one that does not count."""
    work()
    taken = []
    for _ in range(runs):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return 1000 * min(taken)


def rows(real: dict[str, str], seed: int, runs: int) -> Iterator[str]:
    """The lines of the table, as they come."""
    templates = templating.environment(None)
    few, many = (issue_of(papers(real, count, random.Random(seed))) for count in (FEW, MANY))
    yield f"{'output':12} {'kB of 50':>10} {'50 papers ms':>14} {'5,000 ms':>10} {'ratio':>7}"
    every = plugins.names("renderers")
    for told, names in (*((name, [name]) for name in every), ("all together", every)):
        size = whole(names, few, templates)
        one, hundred = (
            least(count, partial(whole, names, each, templates)) for count, each in ((runs, few), (2, many))
        )
        yield f"{told:12} {size / 1000:10.1f} {one:14.2f} {hundred:10.0f} {hundred / one:6.0f} x"
    for name, again in AGAIN.items():
        yield f"{name:12} {FEW} cards joined again: {least(10 * runs, again(few, templates)):.3f} ms"


def main() -> None:
    """Draw papers, and render them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dumps", type=Path, default=os.environ.get("DIGEST_DUMPS"))
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--runs", type=int, default=7)
    said = asked.parse_args()
    if not said.dumps or not Path(said.dumps).is_dir():
        raise SystemExit(
            "real text is needed: --dumps FOLDER, or the variable DIGEST_DUMPS, with dumps in it"
        )
    for row in rows(abstracts(Path(said.dumps)), said.seed, said.runs):
        print(row, flush=True)


if __name__ == "__main__":
    main()
