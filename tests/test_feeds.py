"""The three feeds as readers understand them."""

import calendar
import html
import json
import re
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]  # it has no types of its own, and nobody publishes any
import pytest

from digest import config, plugins, templating
from digest.issue import Card, Feed, Issue, Link
from digest.papers import readable
from digest.renderers import atom
from digest.writing import side_by_side
from tests import homes, issues

TEMPLATES = templating.environment(None)
FEEDS = ("atom", "rss", "jsonfeed")
ATOM = "{http://www.w3.org/2005/Atom}"


def rendered(name: str, feed: Feed) -> str:
    return b"".join(plugins.load("renderers", name).render(feed, TEMPLATES)).decode()


def parsed(name: str, feed: Feed) -> Any:
    """What feedparser reads; it sets `bozo` where a feed is not well-formed."""
    found = feedparser.parse(rendered(name, feed).encode())
    assert not found.bozo, found.get("bozo_exception")
    return found


def moment(parts: time.struct_time) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parts), UTC)


def items(feed: Feed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(rendered("jsonfeed", feed))["items"]
    return found


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_feed_says_who_it_is(name: str) -> None:
    feed = parsed(name, issues.feed(issues.ordinary())).feed
    assert feed.title == "Daily Papers"
    assert feed.link == "https://digest.example.org/daily/index.html"
    assert {link.href for link in feed.links if link.rel == "self"} == {
        f"https://digest.example.org/daily/feed.{name}"
    }
    assert feed.language == "en"
    assert moment(feed.updated_parsed) == issues.NOW
    assert len(parsed(name, issues.feed(issues.ordinary())).entries) == 6


def test_a_feed_without_a_public_address_names_none() -> None:
    feed = issues.feed(issues.ordinary(), public=None)
    assert "links" not in parsed("atom", feed).feed
    assert parsed("rss", feed).feed.link == "index.html"
    assert not {"home_page_url", "feed_url"} & json.loads(rendered("jsonfeed", feed)).keys()


def test_the_feed_id_is_the_digests_and_not_its_address() -> None:
    one, moved = (
        parsed("atom", issues.feed(public=public)).feed.id for public in (None, "https://b.example")
    )
    assert one == moved
    assert one.startswith("urn:uuid:")
    assert parsed("atom", issues.feed(digest="weekly")).feed.id != one


def test_a_feed_without_entries_was_updated_when_the_digest_began() -> None:
    feed = parsed("atom", issues.feed(issues.issue())).feed
    assert feed.updated == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_an_entry_tells_its_paper(name: str) -> None:
    entry = parsed(name, issues.feed(issues.ordinary())).entries[0]
    assert entry.id == issues.card(1).entry
    assert entry.title == issues.card(1).title
    assert entry.link == "https://example.org/abs/1?a=1&b=2"
    assert moment(entry.published_parsed) == issues.card(1).arrived
    content = entry.content[0].value if name == "atom" else entry.summary
    for told in (issues.ABSTRACT.strip(), "Institute of Examples", ">Code</a>", "Matched: Pruning, smaller"):
        assert told in content
    assert [tag.term for tag in entry.tags] == ["Compression & efficiency", "Everything else"]
    assert moment(entry.updated_parsed) == issues.NOW


def test_an_item_of_the_json_feed_tells_its_paper() -> None:
    item = items(issues.feed(issues.ordinary()))[0]
    assert item["id"] == issues.card(1).entry
    assert item["title"] == issues.card(1).title
    assert item["url"] == "https://example.org/abs/1?a=1&b=2"
    assert item["date_published"] == "2026-11-21T04:00:29Z" == issues.card(1).arrived.strftime("%FT%TZ")
    assert item["date_modified"] == "2026-11-21T06:00:30.005Z"
    assert item["tags"] == ["Compression & efficiency", "Everything else"]
    assert [author["name"] for author in item["authors"]] == list(issues.card(1).authors)


def test_authors_of_an_entry() -> None:
    root = ElementTree.fromstring(rendered("atom", issues.feed(issues.ordinary())))  # noqa: S314 (our own)
    entry = root.findall(f"{ATOM}entry")[0]
    assert [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")] == list(issues.card(1).authors)


def twice() -> Feed:
    """Paper 1 came as new a day ago, and revised today."""
    before = issues.days_before(issues.issue(("Group", (issues.card(1), issues.card(2)))), 1)
    today = issues.issue(("Group", (issues.card(1, kind="revised", title="Revised title"), issues.card(3))))
    return issues.feed(today, before)


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
    feed = issues.feed(issues.issue(("Hostile", (issues.card(1, title=title, abstract=title),))))
    if name == "jsonfeed":
        shown, content = items(feed)[0]["title"], items(feed)[0]["content_html"]
    else:
        entry = parsed(name, feed).entries[0]
        shown = html.unescape(entry.title) if as_html(entry.title_detail) else entry.title
        content = entry.content[0].value if name == "atom" else entry.summary
    assert " ".join(shown.split()) == readable(title)
    assert "<script" not in content
    assert "<b>" not in content


def as_html(detail: Any) -> bool:
    return detail.type != "text/plain" or "&lt;" in detail.value


def test_an_rss_title_with_a_bare_bracket_is_plain_text() -> None:
    text = rendered("rss", one(issues.card(1, title="If x < y & z")))
    assert "<title>If x &#x3C; y &#x26; z</title>" in text


def test_an_rss_title_that_looks_like_markup_is_escaped_as_html() -> None:
    text = rendered("rss", one(issues.card(1, title="A <b> tag")))
    assert "<title>A &#x26;lt;b&#x26;gt; tag</title>" in text


def test_an_atom_title_that_looks_like_markup_says_how_to_read_it() -> None:
    text = rendered("atom", one(issues.card(1, title="A <b>&copy;</b> tag")))
    assert '<title type="html">A &#x26;lt;b&#x26;gt;&#x26;amp;copy;&#x26;lt;/b&#x26;gt; tag</title>' in text
    assert "<title>If x &#x3C; y &#x26; z</title>" in rendered(
        "atom", one(issues.card(1, title="If x < y & z"))
    )


def test_what_xml_cannot_hold_is_left_out_whatever_a_template_says(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text("a\x1fb\ufffec", "utf-8")
    pieces = atom.render(one(issues.card(1)), templating.environment(tmp_path))
    assert feedparser.parse(b"".join(pieces)).entries[0].content[0].value == "abc"


def one(card: Card) -> Feed:
    return issues.feed(issues.issue(("Group", (card,))))


def test_an_entry_without_a_web_address_has_no_link() -> None:
    feed = one(issues.card(1, links=(Link("bad", "javascript:alert(1)"),), authors=()))
    assert "url" not in items(feed)[0]
    assert "authors" not in items(feed)[0]
    assert "links" not in parsed("atom", feed).entries[0]


def test_all_feeds_show_the_same_content() -> None:
    feed = issues.feed(issues.ordinary())
    root = ElementTree.fromstring(rendered("atom", feed))  # noqa: S314 (our own)
    atom = [node.text for node in root.iter(f"{ATOM}content")]
    root = ElementTree.fromstring(rendered("rss", feed))  # noqa: S314 (our own)
    rss = [node.text for node in root.iterfind("channel/item/description")]
    assert atom == rss == [item["content_html"] for item in items(feed)]


def test_cdata_ends_survive() -> None:
    root = ElementTree.fromstring(rendered("atom", one(issues.card(1, title="a ]]> b"))))  # noqa: S314 (our own)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "a ]]> b"


def test_moments_are_told_in_utc() -> None:
    arrived = issues.NOW.astimezone(timezone(timedelta(hours=-9)))
    feed = one(issues.card(1, arrived=arrived))
    assert items(feed)[0]["date_published"] == "2026-11-21T06:00:30Z"
    assert "<pubDate>Sat, 21 Nov 2026 06:00:30 +0000</pubDate>" in rendered("rss", feed)


def test_names_of_days_and_months_are_english() -> None:
    made: Issue = issues.days_before(issues.ordinary(), 20)
    text = rendered("rss", issues.feed(made))
    assert "<lastBuildDate>Sun, 1 Nov 2026 06:00:30 +0000</lastBuildDate>" in text


def test_the_content_of_an_entry_is_rendered_once_for_all_feeds(tmp_path: Path) -> None:
    """Also where a feed has more entries than are kept: all are written side by side."""
    rendered: list[str] = []

    def noted(title: str) -> str:
        rendered.append(title)
        return title

    (tmp_path / "entry.html.j2").write_text("{{ row.card.title | noted }}", "utf-8")
    ours = templating.environment(tmp_path)
    ours.filters["noted"] = noted
    feed = issues.feed(issues.issue(("Many", issues.cards(300))))
    home = config.load(homes.make(tmp_path / "home"))
    files = {f"daily/feed.{name}": plugins.load("renderers", name).render(feed, ours) for name in FEEDS}
    made = side_by_side(home, files, "")
    assert len(rendered) == 300
    assert [file.path for file in made] == list(files)
    for name in FEEDS:
        assert (home.outbox / f"daily/feed.{name}").read_bytes().count(b"Part 299:") == 2


@pytest.mark.parametrize("name", FEEDS)
def test_entries_are_joined_in_any_order(name: str) -> None:
    renderer, feed = plugins.load("renderers", name), issues.feed(issues.ordinary())
    entries = [renderer.entry(one, TEMPLATES) for one in feed.entries()]
    assert b"".join(renderer.joined(feed, entries)).decode() == rendered(name, feed)
    turned = b"".join(renderer.joined(feed, entries[::-1])).decode()
    wanted = [issues.card(number).entry for number in range(6, 0, -1)]
    assert re.findall(r"urn:uuid:0000[0-9a-f-]+", turned) == wanted
