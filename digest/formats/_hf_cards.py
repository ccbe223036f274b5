"""The cards of Hugging Face's lists, as lines → papers: for hf_cards_text, and for pages without props.

The title is a heading or, where a copy has none, the line after which words stand for the first time in a card; a card
ends where the next title or what stands above it (`Submitted by`, upvotes) begins. Ids come from the links of titles.

Traps: the number above a title is upvotes, the last one below a card is comments (one before it: GitHub's stars, so of
`authors631` nobody knows), `Upvote` and `GitHub` own the number below them. A sentence of under
350 characters in a trending card is the machine's, no abstract. Headings may go over two lines.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from digest.formats import _hf, _hf_card, _hf_lines
from digest.formats._hf_card import Card
from digest.formats._hf_lines import Line
from digest.markup import latex
from digest.papers import Paper, Reject, paper, reject

SUMMARY = 350  # characters: the longest machine-written one seen has 270, the shortest abstract 410
_NAVIGATION = re.compile(
    r"new|Daily Papers|by|AK|by ?\W*AK|by ?\W*AK ?(?:and the research community)?|and the research community|Subscribe"
    r"|Trending Papers|Daily|Weekly|Monthly|Papers|Search by arxiv id or title|Submit a paper|Submit|Previous|Next"
    r"|Previous Next|Hugging Face|Upvote|Extracted Text"
)
_HEADER = re.compile(
    r"Daily Papers|Trending Papers|by ?\W*AK ?(?:and the research community)?|and the research community|Subscribe"
    r"|Daily|Weekly|Monthly|Search by arxiv id or title|Submit a paper|Log In|Sign Up"
)
_FOOTER = re.compile(r"System theme|Company|© ?Hugging Face|TOS(?: Privacy.*)?|Previous(?: Next)?")


def papers(page: list[Line], received: datetime) -> Iterator[Paper | Reject]:
    """A paper for each card, however often it is printed; a reject for a title that stands alone among cards."""
    latest = _hf_lines.page_date(page, received)
    machine = any(
        (one.text == "Trending Papers" and one.level > 0) or "Published on " in one.text for one in page
    )
    before: Paper | None = None
    for lines in _cards(page):
        made = _paper(Card(lines), latest, machine)
        if isinstance(made, Reject):
            yield made
        elif before and _same(before, made):
            before = _merged(before, made)
        else:
            if before:
                yield before
            before = made
    if before:
        yield before


def _same(one: Paper, other: Paper) -> bool:
    """Whether it is the same card, printed again below itself."""
    return one.title == other.title and (not one.ids or not other.ids or one.ids == other.ids)


def _merged(one: Paper, other: Paper) -> Paper:
    """What the first leaves out, of the second."""
    missing = {
        name: getattr(other, name)
        for name in ("abstract", "ids", "n_authors", "org", "published", "comments", "upvotes", "links")
        if getattr(one, name) in ("", (), None)
    }
    return msgspec.structs.replace(one, **missing)


# --- lines → cards ---


def _cards(page: list[Line]) -> Iterator[list[Line]]:
    """The lines of each card, what stands above its title first. What stands above the first card is no part of any."""
    titles = _headings(page) or _first_words(page)
    ends = next((at for at, line in enumerate(page) if titles and at > titles[-1] and _ends(line)), len(page))
    starts = [_start(page, at, titles[number - 1] if number else -1) for number, at in enumerate(titles)]
    cards = [page[start:end] for start, end in zip(starts, [*starts[1:], ends], strict=False)]
    told = [at for at, card in enumerate(cards) if _hf_card.is_card(card)]
    for at, card in enumerate(cards):
        if told and (told[0] <= at <= told[-1] or card[0].level):
            yield card


def _ends(line: Line) -> bool:
    return bool(_FOOTER.fullmatch(line.text))


def _headings(page: list[Line]) -> list[int]:
    """Where the titles are, if they are headings: all of the level that most have, those that lead to papers first."""
    some = [
        (at, one)
        for at, one in enumerate(page)
        if one.level > 1 and (one.text or one.links) and not _is_navigation(one)
    ]
    linked = [one.level for at, one in some if any(map(_hf.of_link, (*one.links, *_below(page, at))))]
    levels = Counter(linked or [one.level for _, one in some])
    if not levels:
        return []
    level = levels.most_common(1)[0][0]
    return [at for at, one in some if one.level == level]


def _below(page: list[Line], at: int) -> tuple[str, ...]:
    return page[at + 1].links if at + 1 < len(page) and not page[at + 1].begins else ()


def _is_navigation(line: Line) -> bool:
    return bool(_NAVIGATION.fullmatch(line.text) or _hf_lines.INVITATION.fullmatch(line.text))


def _first_words(page: list[Line]) -> list[int]:
    """Where words begin after numbers, dates, counts or the name of a submitter."""
    found: list[int] = []
    begins, user = True, False
    submitted = -1  # where the last submitter stands that no title has followed yet
    for at in range(_below_header(page), len(page)):
        text = page[at].text
        if _ends(page[at]):
            break
        if named := _hf_card.SUBMITTED.fullmatch(text):
            found += [submitted] * (submitted >= 0)
            begins, user, submitted = True, not named[1], at
        elif user and text and not (_hf_card.NUMBER.fullmatch(text) and _hf_card.is_words(page, at + 1)):
            user = False
        elif text and text != "·" and (not _hf_card.is_words(page, at) or _is_navigation(page[at])):
            begins = True
        elif text and text != "·" and begins:
            found.append(at)
            begins, submitted = False, -1
    return found + [submitted] * (submitted >= 0)


def _below_header(page: list[Line]) -> int:
    """Where the cards may begin: below the page's name, its buttons and its own date."""
    start = 0
    for at, line in enumerate(page[:150]):
        is_header = _HEADER.fullmatch(line.text) or _hf_lines.INVITATION.fullmatch(line.text)
        is_date = start == at and re.fullmatch(_hf_lines.DATE, line.text)
        if is_header or (at and start == at and not line.text) or (at and is_date):
            start = at + 1
    return start


def _start(page: list[Line], title: int, before: int) -> int:
    """Where the card begins whose title stands at `title`: at its submitter, or at the number above it."""
    for at in range(title - 1, max(before, title - 6), -1):
        if _hf_card.SUBMITTED.fullmatch(page[at].text):
            return at
    at = title - 1
    while at > before and not page[at].text and not page[at].links:
        at -= 1
    while at > before and not page[at].text:
        at -= 1
    if at > before and _hf_card.NUMBER.fullmatch(page[at].text):
        is_below = any("#community" in link for link in _links_of(page, at))
        if not is_below and not (at and _hf_card.UPVOTE.fullmatch(page[at - 1].text)):
            return at
    return title


def _links_of(page: list[Line], at: int) -> tuple[str, ...]:
    """The links of a line, or those that stand alone below it."""
    below = page[at + 1] if at + 1 < len(page) else None
    return page[at].links or (below.links if below and not below.text else ())


def _paper(card: Card, latest: date, machine: bool) -> Paper | Reject:
    where = f"line {card.lines[0].number}"
    title = _hf_lines.joined(card.title)
    if not _hf_card.is_card(card.lines) and not card.paragraphs:
        return reject(where, "a title without a card: no authors, no date, no link", title)
    abstract = " ".join(map(_hf_lines.joined, card.paragraphs))
    if machine and len(abstract) < SUMMARY and not re.search(r"[.!?] [A-Z]", abstract):
        abstract = ""
    day = _hf.day(*card.date, latest, card.id) if card.date else None
    return paper(
        where,
        title,
        abstract,
        ids=[card.id],
        resolve=latex.plain,
        n_authors=card.n_authors,
        org=card.org,
        published=day.isoformat() if day else "",
        comments=card.comments,
        upvotes=card.upvotes,
        links=_hf.outside(card.links, abstract),
    )
