"""Templates: found file by file, wrong ones named, and the words they say things with."""

import re
from itertools import pairwise
from pathlib import Path

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import templating
from digest.errors import ConfigError
from digest.papers import readable


def said(folder: Path, source: str, name: str = "x.txt.j2", **context: object) -> str:
    (folder / name).write_text(source, "utf-8")
    return templating.fill(templating.environment(folder), name, **context)


def test_what_ships_has_no_mistake() -> None:
    assert templating.check(templating.environment(None)) == ()
    assert (templating.shipped("templates") / "digest.html.j2").is_file()


def test_a_home_overrides_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text("ours", "utf-8")
    templates = templating.environment(tmp_path)
    assert templating.fill(templates, "entry.html.j2") == "ours"
    assert "index.html.j2" in templates.list_templates()


def test_a_home_without_templates_has_those_that_ship(tmp_path: Path) -> None:
    templates = templating.environment(tmp_path / "none")
    assert templating.fingerprint(templates) == templating.fingerprint(templating.environment(None))


def test_only_html_is_escaped(tmp_path: Path) -> None:
    assert said(tmp_path, "{{ x }}", "a.html.j2", x="<&'\"") == "&lt;&amp;&#39;&#34;"
    assert said(tmp_path, "{{ x }}", "a.txt.j2", x="<&'\"") == "<&'\""


@pytest.mark.parametrize(
    ("source", "place", "problem"),
    [
        ("fine\n{% if %}", "x.txt.j2, line 2", "Expected an expression"),
        ("fine\nfine\n{{ nobody }}", "x.txt.j2, line 3", "'nobody' is undefined"),
        ("fine\n{% include 'gone.j2' %}", "x.txt.j2, line 2", "gone.j2"),
        ("fine\n{{ 'a' | nofilter }}", "x.txt.j2, line 2", "nofilter"),
        ("{{ word.length }}", "x.txt.j2, line 1", "has no attribute 'length'"),
    ],
)
def test_a_wrong_template_is_named(tmp_path: Path, source: str, place: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        said(tmp_path, source, word="x")
    assert f"{tmp_path}/{place}: " in str(error.value)
    assert problem in str(error.value)
    assert f"looked in {tmp_path}, {templating.shipped('templates')}" in str(error.value)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.j2: TemplateNotFound.*looked in"):
        templating.fill(templating.environment(tmp_path), "gone.j2")


def test_a_template_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.txt.j2").write_bytes(b"\xff\xfe")
    templates = templating.environment(tmp_path)
    with pytest.raises(ConfigError, match=r"x\.txt\.j2: UnicodeDecodeError"):
        templating.fill(templates, "x.txt.j2")
    with pytest.raises(ConfigError, match=r"x\.txt\.j2: UnicodeDecodeError"):
        templating.fingerprint(templates)
    assert len(templating.check(templates)) == 1


def test_check_finds_every_mistake(tmp_path: Path) -> None:
    sources = {
        "a.txt.j2": "fine {{ head.title }} {% include 'digest.md.j2' %} {% include 'no.j2' ignore missing %}",
        "b.txt.j2": "\n{% for %}",
        "c.txt.j2": "\n\n{% include 'gone.j2' %}{{ 1 | nofilter }}",
        "d.txt.j2": "{{ hed.title }}\n{% import 'also_gone.j2' as it %}",
        "not a template.txt": "{% for %}",
    }
    for name, source in sources.items():
        (tmp_path / name).write_text(source, "utf-8")
    mistakes = templating.check(templating.environment(tmp_path))
    assert [mistake.removeprefix(f"{tmp_path}/").partition(": ")[0] for mistake in mistakes] == [
        "b.txt.j2, line 2",
        "c.txt.j2, line 3",
        "d.txt.j2, line 2",
        "d.txt.j2, line 1",
    ]
    assert "no renderer gives 'hed' (did you mean 'head'?)" in mistakes[-1]


def test_the_fingerprint_follows_names_and_words(tmp_path: Path) -> None:
    told = {templating.fingerprint(templating.environment(None))}
    for name, words in (("a.j2", "b"), ("a.j2", "c"), ("ab.j2", "c"), ("entry.html.j2", "")):
        (tmp_path / name).write_text(words, "utf-8")
        told.add(templating.fingerprint(templating.environment(tmp_path)))
    assert len(told) == 5
    before = templating.fingerprint(templating.environment(tmp_path))
    (tmp_path / "picture.png").write_bytes(b"\xff")
    assert templating.fingerprint(templating.environment(tmp_path)) == before


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2026-11-21", "21 Nov 2026"),
        ("2026-01-02", "2 Jan 2026"),
        ("2026-11-21T06:00:00+00:00", "21 Nov 2026"),
        ("2019-10", "Oct 2019"),
        ("2019", "2019"),
        ("2019-13", "2019-13"),
        ("spring 2019", "spring 2019"),
        ("", ""),
    ],
)
def test_dates_are_as_precise_as_told(date: str, words: str) -> None:
    assert templating.day(date) == words


def test_counts_have_their_plural() -> None:
    assert [templating.count(n, "paper") for n in (0, 1, 2, 24012)] == [
        "0 papers",
        "1 paper",
        "2 papers",
        "24,012 papers",
    ]


@given(st.text(alphabet="ab  \n-é", max_size=400), st.integers(0, 8), st.sampled_from(["", "1. ", "1234. "]))
def test_wrapped_text_keeps_its_words_and_its_columns(text: str, indent: int, prefix: str) -> None:
    wrapped = templating.wrap(text, indent, prefix)
    assert max(map(len, wrapped.split("\n"))) <= templating.COLUMNS + len(prefix)
    assert re.sub(r"\s", "", wrapped.removeprefix(prefix)) == re.sub(r"\s", "", text)
    lines = wrapped.split("\n")
    assert all(line.startswith(" " * indent) for line in lines[1:])
    for line, after in pairwise(lines):
        assert len(line) + 1 + len(after.split()[0]) > templating.COLUMNS


def test_addresses_are_never_broken() -> None:
    url = f"https://example.org/{'x' * 200}"
    assert f"    {url}" in templating.wrap(f"words before {url} after", 4).split("\n")


@given(st.text(max_size=60))
def test_markdown_says_the_text_itself(text: str) -> None:
    """What Python-Markdown makes of it is one paragraph that holds just these characters."""
    plain = readable(text)
    made = markdown.markdown(f"x {templating.markdown(text)} y")
    unescaped = made.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    for reference in re.findall(r"&#(\d+);", unescaped):
        unescaped = unescaped.replace(f"&#{reference};", chr(int(reference)))
    assert unescaped.split() == f"<p>x {plain} y</p>".split()


STARTS = (
    "1. x",
    "12) x",
    "- x",
    "+ x",
    "* x",
    "# x",
    "> x",
    "===",
    "---",
    "```x",
    "~~~",
    "    x",
    "| a | b |",
    ": x",
)


@pytest.mark.parametrize("text", STARTS)
def test_a_line_that_begins_with_text_is_a_paragraph(text: str) -> None:
    made = markdown.markdown(templating.markdown(text), extensions=["extra"])
    assert re.fullmatch(r"<p>[^<]*</p>", made)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("~~a~~", "&#126;&#126;a&#126;&#126;"),
        ("$a$ | b", "&#36;a&#36; &#124; b"),
        ("@b and a@ b", "&#64;b and a@ b"),
        ("Q&A, AT&T; &x", "Q&A, AT&amp;T; &x"),
        ("C# [^1] {a}", r"C\# \[^1\] \{a\}"),
        ("2026. A year - and 3.5 more (of 4)", r"2026\. A year - and 3.5 more (of 4)"),
    ],
)
def test_markdown_of_other_dialects_is_text_too(text: str, escaped: str) -> None:
    assert templating.markdown(text) == escaped


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("https://example.org/é/ü(1)", "https://example.org/é/ü(1)"),
        ('https://example.org/"><b>\r\nx\ud800', "https://example.org/%22%3E%3Cb%3E%0D%0Ax%3F"),
        ("https://[2001:db8::1]:80/a[0]?b]#[c", "https://[2001:db8::1]:80/a%5B0%5D?b%5D#%5Bc"),
        ("https://example.org/@name", "https://example.org/@name"),
        ("https://arxiv.org@example.org/", ""),
        ("https://arxiv.org%2F@example.org/", ""),
        ("https://[broken", ""),
        ("https://a[b].example/", ""),
        ("javascript:alert(1)", ""),
        (" https://example.org", ""),
        ("https:example.org", ""),
        ("https://", ""),
        ("//example.org", ""),
        ("https&#58;//example.org", ""),
        ("data:text/html,https://example.org", ""),
        ("", ""),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str, shown: str) -> None:
    assert templating.web(url) == shown
