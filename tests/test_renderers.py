"""One suite for every file of digest/renderers, and what each of them says in its own way."""

import html
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import markdown
import pytest
from jinja2 import Environment

from digest import plugins, templating
from digest.issue import Card, GroupHead, Issue
from digest.papers import readable
from digest.theme import LEAST_CONTRAST, READ, contrast
from tests import issues

TEMPLATES = templating.environment(None)
PIECE = 256_000  # bytes at most: the frame of an issue with many dumps is in one piece
# The mail has a budget, the index no papers.
FULL = ("markdown", "html", "text", "bibtex", "ris", "atom", "rss", "jsonfeed")


@pytest.fixture(params=plugins.names("renderers"))
def renderer(request: pytest.FixtureRequest) -> ModuleType:
    return plugins.load("renderers", request.param)


def name_of(renderer: ModuleType) -> str:
    return renderer.__name__.rpartition(".")[2]


def rendered(renderer: ModuleType, issue: Issue, templates: Environment = TEMPLATES) -> str:
    """What the renderer makes of the issue, or of an archive that holds only this issue."""
    pieces = renderer.render(issues.read_by(renderer.READS, issue), templates)
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces).decode()


def words_of(renderer: ModuleType, text: str) -> str:
    """The words of a rendered file without its own marks, on one line."""
    if name_of(renderer) == "markdown":
        text = markdown.markdown(text)
    if name_of(renderer) == "jsonfeed":
        text = text.replace('\\"', '"').replace("\\\\", "\\")
    if name_of(renderer) != "text":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return " ".join(text.split())


def test_the_same_issue_gives_the_same_bytes(renderer: ModuleType) -> None:
    issue = issues.ordinary(8)
    fresh = templating.environment(None)
    assert rendered(renderer, issue).encode() == rendered(renderer, issue, fresh).encode()


def test_every_renderer_says_what_it_makes_and_reads(renderer: ModuleType) -> None:
    assert renderer.READS in {"issue", "archive", "feed"}
    assert re.fullmatch(r"[a-z]+\.[a-z]+", renderer.FILE)


def test_no_two_renderers_make_the_same_file() -> None:
    files = [plugins.load("renderers", name).FILE for name in plugins.names("renderers")]
    assert len(set(files)) == len(files)


BARE = ("bibtex", "ris", "search")  # nothing but papers


def test_an_empty_issue_renders(renderer: ModuleType) -> None:
    assert ("Daily Papers" in rendered(renderer, issues.issue())) == (name_of(renderer) not in BARE)


@pytest.mark.parametrize("name", ["index", "search"])
def test_an_archive_without_issues_renders(name: str) -> None:
    text = "".join(plugins.load("renderers", name).render(issues.archive(), TEMPLATES))
    assert ("Daily Papers" in text) == (name not in BARE)


def test_a_large_issue_renders_in_pieces(renderer: ModuleType) -> None:
    issue = issues.issue(("Large", issues.cards(3000)))
    pieces = list(renderer.render(issues.read_by(renderer.READS, issue), TEMPLATES))
    if name_of(renderer) in FULL:
        text = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces).decode()
        assert "Part 3000: Pruning" in " ".join(text.split())
        assert max(map(len, pieces)) < PIECE


@pytest.mark.parametrize("name", FULL)
def test_memory_does_not_grow_with_the_issue(name: str) -> None:
    def peak(number: int) -> int:
        stream = plugins.load("renderers", name)
        head = issues.head(GroupHead("Many", number))
        issue = Issue(head, lambda _: (issues.card(n) for n in range(number)))
        read = issues.read_by(stream.READS, issue)
        tracemalloc.start()
        for _ in stream.render(read, TEMPLATES):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # fills the cache of templates
    assert peak(800) < 1.5 * peak(200)


@pytest.mark.parametrize("name", FULL)
def test_every_title_is_in_every_full_output(name: str) -> None:
    stream = plugins.load("renderers", name)
    text = words_of(stream, rendered(stream, issues.ordinary(40, limit=3)))
    for card in issues.cards(40):
        assert card.title in text


def test_an_empty_group_is_not_shown(renderer: ModuleType) -> None:
    assert "Nobody" not in rendered(renderer, issues.ordinary())


def test_hostile_titles_stay_text(renderer: ModuleType) -> None:
    text = rendered(renderer, issues.issue(("Hostile", issues.hostile())))
    seen = text if name_of(renderer) != "jsonfeed" else text.replace("\\n", "")
    seen = seen.replace('<script>"use strict"', "")  # the page's own
    assert "<script" not in seen.replace("<script>alert(1)</script>", "" if is_plain(renderer) else "<script")
    assert not re.search(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe]", text
    )
    headers = text.partition("\r\n\r\n")[0] if name_of(renderer) == "mail" else text
    assert not re.search(r"(?m)^Bcc:", headers)
    text.encode()


def is_plain(renderer: ModuleType) -> bool:
    """Where `<script>` is harmless: in plain text, and in a JSON string that is not HTML."""
    return name_of(renderer) in {"text", "mail", "jsonfeed", *BARE}


@pytest.mark.parametrize("title", issues.HOSTILE)
@pytest.mark.parametrize("name", ["markdown", "html", "text"])  # of feeds: test_feeds.py
def test_a_hostile_title_is_still_there(name: str, title: str) -> None:
    stream = plugins.load("renderers", name)
    text = rendered(stream, issues.issue(("Hostile", (issues.card(1, title=title),))))
    wanted = re.sub(r"\s", "", readable(title))
    assert wanted in re.sub(r"\s", "", words_of(stream, text))


def test_only_web_addresses_become_links(renderer: ModuleType) -> None:
    text = rendered(renderer, issues.issue(("Hostile", issues.hostile())))
    for attack in ("javascript:", "java&", "data:", "https%3A"):
        assert f'href="{attack}' not in text
        assert f'href=\\"{attack}' not in text
        assert f"(<{attack}" not in text


def test_a_card_tells_all_it_knows() -> None:
    card = issues.card(1, kind="revised", authors=tuple(f"Author {n}" for n in range(30)), n_authors=400)
    for name in ("markdown", "html", "text", "mail", "jsonfeed"):
        stream = plugins.load("renderers", name)
        text = words_of(stream, rendered(stream, issues.issue(("Group", (card,)))).replace("=\r\n", ""))
        for told in (
            "Author 2 and 397 more" if name == "mail" else "Author 7 and 392 more",
            "Institute of Examples",
            "20 Nov 2026",
            "3 comments",
            "0 upvotes",
            "Matched: Pruning, smaller",
            "Also under: Everything else",
            "arXiv",
        ):
            assert told in text, (name, told)
        assert "revised" in text.replace("13 new or revised", "").lower()


def test_what_is_not_told_is_not_shown() -> None:
    bare = Card(entry="urn:x:1", work=1, title="Only a title", arrived=issues.NOW)
    for name in ("markdown", "html", "text", "atom"):
        stream = plugins.load("renderers", name)
        text = rendered(stream, issues.issue(("Group", (bare,))))
        for untold in ("None", "comment", "upvote", "author\n", "Matched", "Also under"):
            assert untold not in text, (name, untold)


def test_only_the_number_of_authors_is_told_where_no_name_is() -> None:
    for number, told in ((1, "1 author"), (12, "12 authors")):
        text = rendered(plugins.load("renderers", "text"), one(issues.card(1, authors=(), n_authors=number)))
        assert f"    {told} · Institute" in text


def one(card: Card, limit: int | None = None) -> Issue:
    return issues.issue(("Group", (card,)), limit=limit)


@pytest.mark.parametrize("name", ["markdown", "html", "text"])
def test_the_head_and_the_footer_tell_what_became_of_all(name: str) -> None:
    stream = plugins.load("renderers", name)
    text = words_of(stream, rendered(stream, issues.ordinary(6, since="2026-10-01")))
    for told in (
        "Issue 12",
        "21 Nov 2026",
        "6 papers",
        "since 1 Oct 2026",
        "quiet",
        "Compression & efficiency",
        "16 papers came in: 12 new, 1 revised, 2 carried before, 1 withdrawn.",
        "6 stand in this issue and 7 under no group",
        "! monday.txt (hand, hf_text): 51 records, 49 papers, 2 rejects, 40 new",
        "! odd.bin (drop): not read: none of the known formats",
        "Something may be missing: arxiv is stale, drop is broken, feed is partial.",
        "broken: nothing could be read",
        "hand: complete",
    ):
        assert told in text, told


def test_an_issue_without_trouble_says_nothing_of_it() -> None:
    for name in ("markdown", "html", "text"):
        text = rendered(
            plugins.load("renderers", name), issues.ordinary(sources={"hand": "complete"}, dumps=())
        )
        assert "missing" not in text
        assert 'class="bad"' not in text


def test_papers_are_numbered_through_the_issue() -> None:
    text = rendered(plugins.load("renderers", "text"), issues.ordinary(40, limit=3))
    assert re.findall(r"(?m)^(\d+)\. ", text) == [str(n) for n in range(1, 41)]


def test_text_obeys_the_limit_and_names_the_rest() -> None:
    text = rendered(plugins.load("renderers", "text"), issues.ordinary(20, limit=3))
    assert text.count("    A network that keeps") == 3 * 2
    assert text.count("Also in this group:") == 2
    assert (
        "\n[20] arXiv: https://example.org/abs/20?a=1&b=2\n     Code: https://example.net/code/20\n" in text
    )


def test_text_keeps_to_72_columns() -> None:
    cards = issues.hostile()
    lines = rendered(plugins.load("renderers", "text"), issues.issue(("Hostile", cards))).splitlines()
    assert [line for line in lines if len(line) > 72 and "://" not in line] == []


def test_the_page_needs_nothing_else() -> None:
    for name in ("html", "index"):
        text = rendered(plugins.load("renderers", name), issues.ordinary())
        assert not re.search(r"<(script [^>]|img|iframe|object|form)|@import|url\(|\ssrc=", text)
        assert set(re.findall(r'<link rel="(\w+)', text)) <= {"alternate", "canonical", "prev"}
        assert "default-src 'none'" in text


def test_the_page_has_headings_and_contents_that_lead_to_them() -> None:
    text = rendered(plugins.load("renderers", "html"), issues.ordinary())
    assert re.findall(r"<h(\d)", text) == ["1", *(["2", *["3"] * 3] * 2)]
    listed = text.partition('<nav id="contents"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#([^"]+)', listed) == re.findall(r'<h2 id="([^"]+)', text)
    assert {"contents", "papers"} <= set(re.findall(r'href="#([^"]+)', text))


def colours(scheme: str, style: str) -> dict[str, str]:
    """Name → `#rrggbb`, also where three digits say it."""
    parts = re.findall(r":root \{([^}]*--paper[^}]*)\}", style)
    told = re.findall(r"--(\w+): (#\w+)", parts[("light", "dark", "print").index(scheme)])
    return {name: re.sub(r"(\w)", r"\1\1", value) if len(value) == 4 else value for name, value in told}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_the_page_can_be_read(scheme: str) -> None:
    told = colours(scheme, templating.fill(TEMPLATES, "style.css.j2"))
    for ink, ground in READ:
        assert contrast(told[ink], told[ground]) >= LEAST_CONTRAST, (ink, ground)


def test_the_index_lists_issues_newest_first_with_the_files_each_has() -> None:
    newest, older = (
        issues.ordinary(outputs=("markdown", "html", "atom")),
        issues.days_before(issues.ordinary(4, outputs=("text", "gone")), 1),
    )
    text = "".join(plugins.load("renderers", "index").render(issues.archive(newest, older), TEMPLATES))
    assert re.findall(r'(?:<a|alternate"[^>]*) href="([^"]+)', text) == [
        "feed.atom",
        "feed.atom",
        "2026-11-21/digest.html",
        "2026-11-21/digest.md",
        "2026-11-20/digest.txt",
    ]
    assert text.index("6 papers") < text.index("4 papers")


def test_markdown_says_the_same_as_html() -> None:
    """What Python-Markdown makes of the Markdown has the page's headings and links, and no other."""
    issue = issues.issue(("Hostile *group*", issues.hostile()), note="", note_html="")
    page = rendered(plugins.load("renderers", "html"), issue)
    made = markdown.markdown(rendered(plugins.load("renderers", "markdown"), issue))
    for heading in ("h1", "h2", "h3"):
        assert headings(heading, made) == headings(heading, page)
    # The page links each title too, and the index.
    links = [link for link in hrefs(page) if not link.startswith(("#", ".."))]
    assert hrefs(made) == links[::2]
    assert not re.search(r"<(em|code|ol|blockquote|img|pre|del)", made)


def headings(level: str, page: str) -> list[str]:
    found = re.findall(rf"<{level}[^>]*>(.*?)</{level}>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", each)).strip() for each in found]


def hrefs(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'<a href="([^"]*)', page)]


def test_a_broken_card_stream_is_not_taken_for_a_broken_template() -> None:
    def broken(_: int) -> Iterator[Card]:
        yield issues.card(1)
        raise OSError("the store is away")

    issue = Issue(issues.ordinary().head, broken)
    with pytest.raises(OSError, match="the store is away"):
        rendered(plugins.load("renderers", "html"), issue)


def test_the_home_changes_one_template(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text("<p>ours: {{ row.card.title }}</p>", "utf-8")
    ours = templating.environment(tmp_path)
    assert "ours: Forgetting" in rendered(plugins.load("renderers", "jsonfeed"), issues.ordinary(), ours)
    assert rendered(plugins.load("renderers", "html"), issues.ordinary(), ours) == rendered(
        plugins.load("renderers", "html"), issues.ordinary()
    )
