"""Issues and archives for tests, made of papers that nobody wrote."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from digest.issue import (
    Account,
    Archive,
    Card,
    DumpRead,
    Entry,
    Feed,
    GroupHead,
    Head,
    Issue,
    Link,
    Titled,
    entries,
)

NOW = datetime(2026, 11, 21, 6, 0, 30, tzinfo=UTC)
PUBLIC = "https://digest.example.org"
ABSTRACT = (
    "A network that keeps every weight it was ever given is slow to answer and dear to run. We remove the "
    "weights that the validation set does not miss, ask a small teacher what was lost, and repeat until "
    "nothing more can go. On four public collections the remaining network is nine times smaller and one "
    "point less accurate. "
)


def card(number: int = 1, **changes: Any) -> Card:
    """An ordinary paper, told apart by its number."""
    made = Card(
        entry=f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
        work=number,
        title=f"Forgetting on Purpose, Part {number}: Pruning with a Patient Teacher",
        abstract=ABSTRACT * 2,
        authors=("Ada Example", "Bo Łukasz", "Chidi Sample"),
        org="Institute of Examples",
        published="2026-11-20",
        comments=3,
        upvotes=0,
        links=(
            Link("arXiv", f"https://example.org/abs/{number}?a=1&b=2"),
            Link("Code", f"https://example.net/code/{number}"),
        ),
        matched=("Pruning", "smaller"),
        also=("Everything else",),
        arrived=NOW - timedelta(hours=2, seconds=number),
    )
    return replace(made, **changes)


def cards(number: int) -> tuple[Card, ...]:
    """So many ordinary papers."""
    return tuple(card(n) for n in range(1, number + 1))


HOSTILE = (
    "<script>alert(1)</script> & <b>bold</b> &amp; &copy;",
    "Data ]]> and <!-- comment --> and <![CDATA[ more",
    "Zero \x00 one \x1f two \ufffe three \ud800 four",
    "Right \u202eot tfel\u202c, hidden \u200bspace, \u2066isolate\u2069",
    "**Bold** _and_ `code` [link](javascript:alert(1)) ![image](x) # $x^2$ | a ~~b~~ ==c== ^d",
    "1. Not a list",
    "12) Nor this",
    "- Nor that #",
    "+ Nor that C# C++",
    "# Heading",
    "> quoted",
    "=====",
    "--- a: b",
    "    indented {% raw %} {{ template }} {: .class }",
    "Hello\r\nBcc: everyone@example.org\r\n\r\n.\r\nMore",
    "A" * 1200,
    "word " * 300,
    "From here to \u201cthere\u201d: naïve Ω-networks 中文标题 🎉",
    "https://example.org/ @everyone :tada: <javascript:alert(1)>",
    "back\\slash \\* and trailing\\",
)


def hostile() -> tuple[Card, ...]:
    """Papers whose writers meant harm, or had bad luck."""
    links = (
        Link("<b>run</b>", "javascript:alert(1)"),
        Link("spaced", " \tjavascript:alert(1)"),
        Link("encoded", "https%3A//example.org"),
        Link("entity", "java&#115;cript:alert(1)"),
        Link("data", "data:text/html,<script>alert(1)</script>"),
        Link("good](x) <i>", 'https://example.org/a b"><script>(x)*_`\r\nBcc: a@example.org'),
    )
    return tuple(
        card(number, title=title, abstract=title, authors=(title,), org=title, links=links, matched=(title,))
        for number, title in enumerate(HOSTILE, start=1)
    )


def head(*groups: GroupHead, **changes: Any) -> Head:
    """The head of an issue with these groups, with one of each kind of dump and verdict."""
    papers = sum(group.papers for group in groups)
    made = Head(
        digest="daily",
        title="Daily Papers",
        name="daily-2026-11-21",
        number=12,
        date="2026-11-21",
        made=NOW,
        slot=NOW,
        since=None,
        timezone="Europe/Berlin",
        groups=groups,
        account=Account(papers + 10, 2, 1, papers + 6, 1, 7),
        dumps=(
            DumpRead(
                origin="monday.txt", source="hand", format="hf_text", records=51, papers=49, rejects=2, new=40
            ),
            DumpRead(
                origin="odd.bin",
                source="drop",
                format=None,
                records=0,
                papers=0,
                rejects=0,
                new=0,
                problem="none of the known formats",
            ),
        ),
        sources={"hand": "complete", "drop": "broken", "arxiv": "stale", "feed": "partial", "slow": "quiet"},
        note="A *quiet* week.",
        note_html="<p>A <em>quiet</em> week.</p>",
        outputs=("markdown", "html", "text", "mail", "atom", "rss", "jsonfeed"),
        public=PUBLIC,
    )
    return replace(made, **changes)


def issue(*groups: tuple[str, tuple[Card, ...]], limit: int | None = None, **changes: Any) -> Issue:
    """An issue of these groups; `changes` are of its head."""
    heads = (GroupHead(heading, len(papers), limit) for heading, papers in groups)
    return Issue(head(*heads, **changes), lambda place: iter(groups[place][1]))


def ordinary(number: int = 6, **changes: Any) -> Issue:
    """An issue of three groups, the second one empty."""
    half = number // 2
    papers = cards(number)
    return issue(
        ("Compression & efficiency", papers[:half]),
        ("Nobody’s", ()),
        ("Everything else", papers[half:]),
        **changes,
    )


def archive(*issues: Issue, **changes: Any) -> Archive:
    """The archive of these issues, newest first."""
    cards = {each.head.name: each.cards for each in issues}

    def titles(head: Head) -> Iterator[Titled]:
        for place in range(len(head.groups)):
            yield from (Titled(paper.title, paper.authors) for paper in cards[head.name](place))

    told: dict[str, Any] = {"digest": "daily", "title": "Daily Papers", "public": PUBLIC, "titles": titles}
    return Archive(**(told | {"heads": tuple(each.head for each in issues)} | changes))


def feed(*issues: Issue, **changes: Any) -> Feed:
    """The feed of these issues, newest first."""

    def stream() -> Iterator[Entry]:
        for each in issues:
            yield from entries(each)

    told: dict[str, Any] = {
        "digest": "daily",
        "title": "Daily Papers",
        "began": datetime(2026, 1, 1, tzinfo=UTC),
    }
    given = {"public": PUBLIC, "heads": tuple(each.head for each in issues), "entries": stream}
    return Feed(**(told | given | changes))


def read_by(reads: str, issue_made: Issue) -> Issue | Archive | Feed:
    """What a renderer that READS this makes a file of."""
    if reads == "issue":
        return issue_made
    return feed(issue_made) if reads == "feed" else archive(issue_made)


def days_before(issue_made: Issue, days: int) -> Issue:
    """The issue as it would have been made so many days before."""
    then = date(2026, 11, 21) - timedelta(days=days)
    made = replace(
        issue_made.head,
        name=f"daily-{then}",
        number=12 - days,
        date=f"{then}",
        made=NOW - timedelta(days=days),
    )
    return Issue(made, issue_made.cards)
