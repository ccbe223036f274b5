"""The three feeds as readers understand them."""

import calendar
import html
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]  # it has no types of its own, and nobody publishes any
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from digest import plugins, templating
from digest.issue import Archive, Card, Issue, Link
from digest.papers import readable
from digest.renderers import atom
from tests import issues

TEMPLATES = templating.environment(None)
FEEDS = ("atom", "rss", "jsonfeed")
ATOM = "{http://www.w3.org/2005/Atom}"

# The essential part of jsonfeed.org/version/1.1.
_AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1}},
        "required": ["name"],
    },
}
_ITEM = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "url": {"type": "string", "pattern": "^https?://"},
        "title": {"type": "string"},
        "content_html": {"type": "string"},
        "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "date_modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "authors": _AUTHORS,
    },
    "required": ["id", "content_html"],
    "additionalProperties": False,
}
_FEED = {
    "type": "object",
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "pattern": "^https?://"},
        "feed_url": {"type": "string", "pattern": "^https?://"},
        "description": {"type": "string"},
        "language": {"const": "en"},
        "authors": _AUTHORS,
        "items": {"type": "array", "items": _ITEM},
    },
    "required": ["version", "title", "items"],
    "additionalProperties": False,
}


def rendered(name: str, archive: Archive) -> str:
    return "".join(plugins.load("renderers", name).render(archive, TEMPLATES))


def parsed(name: str, archive: Archive) -> Any:
    """What feedparser reads; it sets `bozo` where a feed is not well-formed."""
    feed = feedparser.parse(rendered(name, archive).encode())
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def moment(parts: time.struct_time) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parts), UTC)


def items(archive: Archive) -> list[dict[str, Any]]:
    """The items of the JSON Feed, once it fits the schema."""
    feed = json.loads(rendered("jsonfeed", archive))
    Draft202012Validator(_FEED, format_checker=FormatChecker()).validate(feed)
    found: list[dict[str, Any]] = feed["items"]
    return found


def hostile() -> Archive:
    return issues.archive(issues.issue(("Hostile", issues.hostile())))


@pytest.mark.parametrize("archive", [issues.archive(), issues.archive(issues.ordinary()), hostile()])
@pytest.mark.parametrize("public", ["https://digest.example.org", None])
def test_feeds_are_well_formed(archive: Archive, public: str | None) -> None:
    told = Archive(archive.digest, archive.title, archive.began, public, archive.heads, archive.entries)
    number = len(list(archive.entries()))
    for name in ("atom", "rss"):
        assert len(parsed(name, told).entries) == number
    assert len(items(told)) == number


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_feed_says_who_it_is(name: str) -> None:
    feed = parsed(name, issues.archive(issues.ordinary())).feed
    assert feed.title == "Daily Papers"
    assert feed.link == "https://digest.example.org/daily/index.html"
    assert {link.href for link in feed.links if link.rel == "self"} == {
        f"https://digest.example.org/daily/feed.{name}"
    }
    assert feed.language == "en"
    assert moment(feed.updated_parsed) == issues.NOW


def test_a_feed_without_a_public_address_names_none() -> None:
    archive = issues.archive(issues.ordinary(), public=None)
    assert "links" not in parsed("atom", archive).feed
    assert parsed("rss", archive).feed.link == "index.html"
    assert not {"home_page_url", "feed_url"} & json.loads(rendered("jsonfeed", archive)).keys()


def test_the_feed_id_is_the_digests_and_not_its_address() -> None:
    one, moved = (
        parsed("atom", issues.archive(public=public)).feed.id for public in (None, "https://b.example")
    )
    assert one == moved
    assert one.startswith("urn:uuid:")
    assert parsed("atom", issues.archive(digest="weekly")).feed.id != one


def test_a_feed_without_entries_was_updated_when_the_digest_began() -> None:
    feed = parsed("atom", issues.archive(issues.issue())).feed
    assert feed.updated == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_an_entry_tells_its_paper(name: str) -> None:
    entry = parsed(name, issues.archive(issues.ordinary())).entries[0]
    assert entry.id == issues.card(1).entry
    assert entry.title == issues.card(1).title
    assert entry.link == "https://example.org/abs/1?a=1&b=2"
    assert moment(entry.published_parsed) == issues.card(1).arrived
    content = entry.content[0].value if name == "atom" else entry.summary
    for told in (issues.ABSTRACT.strip(), "Institute of Examples", ">Code</a>", "Matched: Pruning, smaller"):
        assert told in content


def test_an_item_of_the_json_feed_tells_its_paper() -> None:
    item = items(issues.archive(issues.ordinary()))[0]
    assert item["id"] == issues.card(1).entry
    assert item["title"] == issues.card(1).title
    assert item["url"] == "https://example.org/abs/1?a=1&b=2"
    assert item["date_published"] == "2026-11-21T04:00:29Z" == issues.card(1).arrived.strftime("%FT%TZ")
    assert item["date_modified"] == "2026-11-21T06:00:30Z"
    assert [author["name"] for author in item["authors"]] == list(issues.card(1).authors)


def test_authors_of_an_entry() -> None:
    root = ElementTree.fromstring(rendered("atom", issues.archive(issues.ordinary())))  # noqa: S314 (our own)
    entry = root.findall(f"{ATOM}entry")[0]
    assert [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")] == list(issues.card(1).authors)


def twice() -> Archive:
    """Paper 1 came as new a day ago, and revised today."""
    before = issues.days_before(issues.issue(("Group", (issues.card(1), issues.card(2)))), 1)
    today = issues.issue(("Group", (issues.card(1, kind="revised", title="Revised title"), issues.card(3))))
    return issues.archive(today, before)


def test_a_revised_paper_is_shown_once_as_it_is_now() -> None:
    wanted = [issues.card(number).entry for number in (1, 3, 2)]
    assert [item["id"] for item in items(twice())] == wanted
    for name in ("atom", "rss"):
        entries = parsed(name, twice()).entries
        assert [entry.id for entry in entries] == wanted
        assert entries[0].title == "Revised title"


@pytest.mark.parametrize("title", issues.HOSTILE)
@pytest.mark.parametrize("name", FEEDS)
def test_a_hostile_title_is_text(name: str, title: str) -> None:
    archive = issues.archive(issues.issue(("Hostile", (issues.card(1, title=title, abstract=title),))))
    if name == "jsonfeed":
        shown, content = items(archive)[0]["title"], items(archive)[0]["content_html"]
    else:
        entry = parsed(name, archive).entries[0]
        shown = html.unescape(entry.title) if as_html(entry.title_detail) else entry.title
        content = entry.content[0].value if name == "atom" else entry.summary
    assert " ".join(shown.split()) == readable(title)
    assert "<script" not in content
    assert "<b>" not in content


def as_html(detail: Any) -> bool:
    return detail.type != "text/plain" or "&lt;" in detail.value


def test_an_rss_title_with_a_bare_bracket_is_plain_text() -> None:
    text = rendered("rss", one(issues.card(1, title="If x < y & z")))
    assert "<title>If x &lt; y &amp; z</title>" in text


def test_an_rss_title_that_looks_like_markup_is_escaped_as_html() -> None:
    assert "<title>A &amp;lt;b&amp;gt; tag</title>" in rendered("rss", one(issues.card(1, title="A <b> tag")))


def test_what_xml_cannot_hold_is_left_out_whatever_a_template_says(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text("a\x1fb\ufffec", "utf-8")
    pieces = atom.render(one(issues.card(1)), templating.environment(tmp_path))
    assert feedparser.parse("".join(pieces).encode()).entries[0].content[0].value == "abc"


def one(card: Card) -> Archive:
    return issues.archive(issues.issue(("Group", (card,))))


def test_an_entry_without_a_web_address_has_no_link() -> None:
    archive = one(issues.card(1, links=(Link("bad", "javascript:alert(1)"),), authors=()))
    assert "url" not in items(archive)[0]
    assert "authors" not in items(archive)[0]
    assert "links" not in parsed("atom", archive).entries[0]


def test_all_feeds_show_the_same_content() -> None:
    archive = issues.archive(issues.ordinary())
    root = ElementTree.fromstring(rendered("atom", archive))  # noqa: S314 (our own)
    atom = [node.text for node in root.iter(f"{ATOM}content")]
    root = ElementTree.fromstring(rendered("rss", archive))  # noqa: S314 (our own)
    rss = [node.text for node in root.iterfind("channel/item/description")]
    assert atom == rss == [item["content_html"] for item in items(archive)]


def test_cdata_ends_survive() -> None:
    root = ElementTree.fromstring(rendered("atom", one(issues.card(1, title="a ]]> b"))))  # noqa: S314 (our own)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "a ]]> b"


def test_moments_are_told_in_utc() -> None:
    arrived = issues.NOW.astimezone(timezone(timedelta(hours=-9)))
    archive = one(issues.card(1, arrived=arrived))
    assert items(archive)[0]["date_published"] == "2026-11-21T06:00:30Z"
    assert "<pubDate>Sat, 21 Nov 2026 06:00:30 +0000</pubDate>" in rendered("rss", archive)


def test_names_of_days_and_months_are_english() -> None:
    made: Issue = issues.days_before(issues.ordinary(), 20)
    text = rendered("rss", issues.archive(made))
    assert "<lastBuildDate>Sun, 1 Nov 2026 06:00:30 +0000</lastBuildDate>" in text
