"""No finding of a feed validator that has a cure: schemas, the W3C validator's messages, a strict parse.

What has none without a public address: a feed then cannot say where it lies, and RSS not where its page does.
"""

import json
from collections.abc import Iterable
from html import unescape
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it has no types of its own, and nobody publishes any
import pytest

from digest import plugins, templating
from digest.issue import Card, Feed, Link
from digest.papers import readable
from tests import hostile, issues
from tests.feed_findings import NS, findings, strict

TEMPLATES = templating.environment(None)
FILES = {"atom": "feed.atom", "rss": "feed.rss", "jsonfeed": "feed.json"}


def rendered(name: str, feed: Feed) -> bytes:
    return b"".join(plugins.load("renderers", name).render(feed, TEMPLATES))


def address(name: str, feed: Feed) -> str:
    file = FILES[name]
    own = f"feed/{feed.volume:04}.{file.partition('.')[2]}" if feed.volume else file
    return f"{feed.public}/{feed.digest}/{own}" if feed.public else ""


def found(name: str, feed: Feed) -> list[str]:
    return findings(name, rendered(name, feed), address(name, feed))


def of_strangers() -> tuple[Card, ...]:
    """Everything that strangers write, in each place where they are asked."""
    links = [(hostile.ADDRESSES[n % len(hostile.ADDRESSES)]) for n in range(len(hostile.TEXTS))]
    return tuple(
        issues.card(
            number,
            title=f"{number} {text}",
            abstract=text,
            authors=(text, text[::-1]),
            org=text,
            matched=(text,),
            also=(text, f"{text} too"),
            links=(Link(text[:100], link), Link("again", link)),
        )
        for number, (text, link) in enumerate(zip(hostile.TEXTS, links, strict=True), start=1)
    )


def two() -> Iterable[Any]:
    newest = issues.issue(("A <b>bold</b> group &copy;", (issues.card(1, kind="revised"), issues.card(9))))
    return newest, issues.days_before(issues.ordinary(4), 1)


CASES = {
    "nothing": issues.feed(),
    "an empty issue": issues.feed(issues.issue()),
    "two issues": issues.feed(*two()),
    "a title of markup": issues.feed(issues.ordinary(), title="R&D <b>news</b> &amp; ]]> more", volumes=3),
    "the first volume": issues.feed(*two(), volume=1, volumes=2),
    "a volume between": issues.feed(*two(), volume=2, volumes=3),
    "the last volume": issues.feed(*two(), volume=2, volumes=2),
    "known attacks": issues.feed(issues.issue(("Hostile", issues.hostile()))),
    "strangers": issues.feed(issues.issue(("Hostile", of_strangers()))),
    "no address": issues.feed(*two(), public=None, volume=1, volumes=2),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FILES)
def test_a_validator_finds_nothing(name: str, case: str) -> None:
    assert found(name, CASES[case]) == []


@pytest.mark.parametrize("name", FILES)
def test_what_strangers_write_is_read_as_they_wrote_it(name: str) -> None:
    cards, feed = of_strangers(), CASES["strangers"]
    wanted = [readable(card.title) for card in cards]
    assert titles(name, rendered(name, feed)) == wanted


def titles(name: str, data: bytes) -> list[str]:
    if name == "jsonfeed":
        return [item["title"] for item in json.loads(data)["items"]]
    root = strict(data)
    if name == "rss":  # where it looks like markup it is markup: digest.renderers.rss.title
        return [
            unescape(title) if "&lt;" in title or "&amp;" in title else title
            for title in (node.text for node in root.iterfind("channel/item/title"))
        ]
    nodes = root.iterfind("a:entry/a:title", NS)
    return [unescape(node.text) if node.get("type") == "html" else node.text for node in nodes]


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_reader_that_forgives_sees_the_same_entries(name: str) -> None:
    """Of the short ones: on the others feedparser's own cleaning of HTML takes seconds."""
    cards = tuple(card for card in of_strangers() if len(card.abstract) < 200)
    feed = feedparser.parse(rendered(name, issues.feed(issues.issue(("Hostile", cards)))))
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [card.entry for card in cards]
    links = [link.href for entry in feed.entries for link in entry.get("links", ())]
    assert len(links) > 20
    assert {link.partition(":")[0].lower() for link in links} <= {"http", "https"}


SPOILT = {
    "atom": [
        (b"</updated>\n<link", b"x</updated>\n<link", "schema"),
        (b"<entry>\n<title>", b"<entry>\n<subtitle/><title>", "schema"),
        (b'rel="self"', b'rel="via"', "MissingSelf"),
        (b"urn:uuid:00000000-0000-5000-8000-000000000009", b"urn:uuid:00000000-0000-5000-8000-000000000001",
         "DuplicateEntries"),
        (b"06:00:30.000Z", b"06:00:30.001Z", "DuplicateUpdated"),
        (b'<title type="html">A &#x26;lt;b&#x26;gt;', b"<title>A &lt;/b>", "ContainsUndeclaredHTML"),
        (b"<name>Bo ", b"<name>Bo &lt;bo@example.org&gt; ", "ContainsEmail"),
        (b"&lt;p&gt;Matched", b"&lt;script&gt;Matched", "SecurityRisk"),
        (b"&lt;a href=\"https://example.org", b"&lt;a href=\"/", "ContainsRelRef"),
        (b"<name>Ada", b"<name>Ada\xc2\x85", "BadCharacters"),
        (b'rel="prev-archive"', b'rel="via"', "ArchiveIncomplete"),
        (b'rel="current"', b'rel="via"', "MissingCurrentInArchive"),
    ],
    "rss": [
        (b"<guid", b"<comments/><guid", "schema"),
        (b"Sat, 21 Nov", b"Sun, 21 Nov", "IncorrectDOW"),
        (b"&#x26;lt;b&#x26;gt;", b"&lt;/b>", "ContainsHTML"),
        (b"urn:uuid:00000000-0000-5000-8000-000000000009", b"urn:uuid:00000000-0000-5000-8000-000000000001",
         "DuplicateEntries"),
        (b'rel="self"', b'rel="current"', "DuplicateAtomLink"),
    ],
    "jsonfeed": [
        (b'"language":"en"', b'"language":"English"', "schema"),
        (b'"url":"https', b'"url":"javascript', "schema"),
        (b"8000-000000000009", b"8000-000000000001", "id twice"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said", "spoilt", "finding"), [(name, *case) for name, cases in SPOILT.items() for case in cases]
)
def test_the_findings_can_be_found(name: str, said: bytes, spoilt: bytes, finding: str) -> None:
    marked = issues.issue(
        ("Group", (issues.card(1, title="A <b>&copy;</b> tag"), issues.card(9))), public=issues.PUBLIC
    )
    feed = issues.feed(marked, volume=2, volumes=2)
    data = rendered(name, feed)
    assert said in data
    assert [
        one for one in findings(name, data.replace(said, spoilt, 1), address(name, feed)) if finding in one
    ]
