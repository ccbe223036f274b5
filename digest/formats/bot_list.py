"""Papers that bots write in Markdown one below the other, each under a heading of its own.

    ### Title:                                  Paper-Daily-Notice and its clones, after arXiv's mails; the title
     - **Authors:** Jane Doe, Max Moe           stands behind `Title:`, alone in the heading, or on the next line
     - **Subjects:** Robotics (cs.RO)
     - **Arxiv link:** https://arxiv.org/abs/2605.00001
     - **Abstract**
     Words …

    # Title                                     arXiv-Daily-Reporter and others: `**Authors**: …`, `**Link**: [PDF](…)`

    ### [Title](https://arxiv.org/abs/…)        a newsletter of Hugging Face's papers: `Vote: 71`, `Authors: …`
    ## Title … [label](https://huggingface.co/papers/…)      another one: the link stands at the end

Traps: ids may be empty (`https://arxiv.org/abs/`), since arXiv changed its pages; `Subjects: Subjects:`; `There is no
result`; the same paper under several keywords. What newsletters write below a title is a translation or a machine's,
and no abstract.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from digest import identifiers
from digest.formats import _author_list, _fields, _markdown, _text
from digest.formats._head import Head
from digest.papers import Paper, Reject, links_in, paper, reject

LONGEST_SECTION = 1_000  # lines
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)?")
_FIELD = re.compile(
    r"\s{0,4}(?:[-*] )?\*\*(Title|Authors?|Subjects?|Arxiv link|Pdf link|Links?|Affiliations?|Abstract|Comments"
    r"|Journal|Date)(?::\*\*|\*\*:?)(.*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\A\d{1,3}\. ")
_ET_AL = re.compile(r",? et\.? ?al\.?\s*\Z")
_RULE = re.compile(r"\s*-{3,}\s*")
_AREA = re.compile(r"\(([a-z-]{2,12}(?:\.[A-Za-z-]{2,18})?)\)")
_VOTE = re.compile(r"(?:Votes?|Upvotes?|👍):? ?(\d{1,7})", re.IGNORECASE)
_PAGE = re.compile(r"https?://(?:huggingface\.co/papers|arxiv\.org/abs)/\d")


def sniff(head: Head) -> bool:
    """Fields of arXiv's mails under a heading, or headings with the marks of a newsletter."""
    if head.is_json or head.root or "Get trending papers in your email" in head.text:
        return False  # a copy of the page itself
    if not re.search(r"^#{1,4} ", head.text, re.MULTILINE):
        return False
    lines = head.lines
    told = [found[1].lower() for line in lines if (found := _FIELD.match(line))]
    fields = set(told)
    if min(told.count("authors"), told.count("link") + told.count("links")) > 1 and _PAGE.search(head.text):
        return True
    if len(fields & {"authors", "subjects", "arxiv link", "pdf link", "link", "abstract"}) >= 3:
        return True
    titles = sum(_heading_link(line) is not None for line in lines)
    marks = sum(bool(_VOTE.fullmatch(line)) or line.startswith("Authors: ") for line in lines)
    ends = sum(_alone(line) is not None for line in lines)
    return min(titles, marks) > 0 or min(ends, sum(line.startswith("## ") for line in lines)) > 1


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The papers of the sections."""
    above: _Section | None = None  # the last section under a heading of the first two ranks
    for section in _sections(dump):
        if section.rank <= 2:
            above = section
        if any((found := _FIELD.match(line)) and found[1].lower() != "abstract" for line in section.body):
            yield _of_fields(section)
        elif link := _heading_link(f"# {section.heading}"):
            yield _of_newsletter(section, link.label, link.url)
        elif above and (url := next((url for line in section.body if (url := _alone(line))), None)):
            yield _of_newsletter(above, above.heading, url)


class _Section(NamedTuple):
    where: str
    rank: int
    heading: str
    body: list[str]


def _sections(dump: BinaryIO) -> Iterator[_Section]:
    """Each heading with the lines below it."""
    section: _Section | None = None
    for line in _text.lines(dump):
        if heading := _HEADING.fullmatch(line.text.strip()[:5_000]):
            if section:
                yield section
            section = _Section(line.where, len(heading[1]), heading[2] or "", [])
        elif section and _is_said(line.text) and len(section.body) < LONGEST_SECTION:
            section.body.append(line.text)
    if section:
        yield section


def _is_said(line: str) -> bool:
    """Whether there is more on a line than white space, or a rule below a section."""
    return bool(line.strip()) and not _RULE.fullmatch(line[:200])


def _heading_link(line: str) -> _markdown.Link | None:
    """The link to a paper's page that a heading is."""
    if not line.startswith("#"):
        return None
    text = line.lstrip("#").strip()[:5_000]
    link = next(iter(_markdown.links(text)), None)
    return link if link and link.start == 0 and identifiers.of_link(link.url) else None


def _alone(line: str) -> str | None:
    """The address of the paper's page that is all that stands on a line."""
    line = line.strip()
    if not line.startswith("[") or not line.endswith(")"):
        return None
    links = _markdown.links(line[:2_000])
    return (
        links[0].url if len(links) == 1 and links[0].end == len(line) and _PAGE.match(links[0].url) else None
    )


def _of_fields(section: _Section) -> Paper | Reject:
    title, fields = [_NUMBER.sub("", section.heading, count=1)], dict[str, list[str]]()
    into = title if section.heading[:5].lower() in {"", "title"} else []  # else a bot's own words follow
    for line in section.body:
        if found := _FIELD.match(line):
            into = fields.setdefault(found[1].lower().removesuffix("s"), [])
        into.append(found[2] if found else line)
    said = {name: _without(name, " ".join(lines)) for name, lines in fields.items()}
    places = (said.get(name, "")[:2_000] for name in ("arxiv link", "pdf link", "link"))
    links = links_in(" ".join(places))
    ids = [identifiers.of_link(link) for link in links]
    links = tuple(link for link in links if not link.endswith(("/abs", "/abs/", "/pdf", "/pdf/")))
    known = {one.key for one in ids if one}
    others = [
        link for link in links if (found_id := identifiers.of_link(link)) is None or found_id.key not in known
    ]
    made = paper(
        section.where,
        _markdown.words(_without("title", " ".join(title))),
        said.get("abstract", ""),
        ids=ids,
        resolve=_fields.resolved,
        authors=_author_list.split(_ET_AL.sub("", said.get("author", "")[:20_000])),
        categories=tuple(dict.fromkeys(_AREA.findall(said.get("subject", "")[:2_000]))),
        links=tuple(others) or links[:1],
    )
    return made if isinstance(made, Paper) else reject(made.where, made.reason, " ".join(section.body[:5]))


def _without(name: str, text: str) -> str:
    """What stands behind a field's name where that is repeated."""
    text = text.strip()
    for again in (f"{name}:", f"{name}s:", f"[{name}]", f"[{name}:]"):
        if text[: len(again)].lower() == again:
            return text[len(again) :].strip()
    return text


def _of_newsletter(section: _Section, title: str, url: str) -> Paper | Reject:
    """A title with its link; what stands below it is somebody else's words, but for votes and authors."""
    votes = next((found for line in section.body if (found := _VOTE.fullmatch(line.strip()))), None)
    authors = next((line[9:] for line in section.body if line.startswith("Authors: ")), "")
    return paper(
        section.where,
        _markdown.words(title),
        ids=[identifiers.of_link(url)],
        resolve=_fields.resolved,
        authors=_author_list.split(authors),
        upvotes=int(votes[1]) if votes else None,
        links=(url,),
    )
