"""What publishers put into titles and abstracts → plain words: case by case, and for any text at all."""

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import markup, papers
from digest.markup import latex
from digest.papers import readable

PLAIN = {
    "nothing": "nothing",
    "": "",
    "a &amp; b": "a & b",
    "a &amp;amp; b": "a & b",
    "a &amp;amp;lt; b": "a < b",
    "a &lt; b": "a < b",
    "p&lt;0.05 and q&gt;0.5": "p<0.05 and q>0.5",
    "&eacute;&#233;&#xe9;": "ééé",
    "AT&T": "AT&T",
    "R&D; x": "R&D; x",
    "x<y and p>0": "x<y and p>0",
    "$p<0.05$ and $q>1$": "$p<0.05$ and $q>1$",
    "for all x<b and c>d": "for all x<b and c>d",
    "a <unknown> tag": "a <unknown> tag",
    "a List<T> of it": "a List<T> of it",
    "<i>E. coli</i>": "E. coli",
    "<I>E. coli</I>": "E. coli",
    "H<sub>2</sub>O": "H2O",
    'x<sup class="a">2</sup>': "x2",
    "<b>bold</b>ly": "boldly",
    "one<br/>two": "one two",
    "one<br>two": "one two",
    "<p>one</p><p>two</p>": "one two",
    "<ul><li>one</li><li>two</li></ul>": "one two",
    "&lt;i&gt;E. coli&lt;/i&gt;": "E. coli",
    "<jats:p>One.</jats:p><jats:p>Two.</jats:p>": "One. Two.",
    "<jats:title>Abstract</jats:title><jats:p>One.</jats:p>": "One.",
    "<h2>Summary:</h2> One.": "One.",
    "<b>Abstract.</b> One.": "One.",
    "<jats:title>Methods</jats:title><jats:p>One.</jats:p>": "Methods One.",
    "<jats:italic>In vivo</jats:italic>": "In vivo",
    "One <!-- not this --> two": "One two",
    "One <!-- never closed": "One <!-- never closed",
    "One <script>alert(1)</script> two": "One two",
    "One <style>p {}</style> two": "One two",
    "One <SCRIPT>alert(1)</SCRIPT> two": "One two",
    "One <script>never closed": "One <script>never closed",
    "<mml:math><mml:mi>x</mml:mi><mml:mo>+</mml:mo><mml:mn>1</mml:mn></mml:math>": "x+1",
    "<math><mi>x</mi><annotation>x</annotation></math>": "x",
    "<alternatives><tex-math>$x$</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>": "$x$",
    "<inline-formula><jats:tex-math>$x$</jats:tex-math></inline-formula>": "$x$",
    '<a href="https://example.org">here</a>': "here",
    '<span lang="en">here</span>': "here",
    "one<wbr>two": "onetwo",
    "</p>": "",
    "<fixed-case>BERT</fixed-case>": "BERT",
    "<h2>": "",
    "a<b": "a<b",
    "1 <2> 3": "1 <2> 3",
    "<3": "<3",
    "İİİİ <script>x</script> rest": "İİİİ rest",
    "if i<p and p>q, then": "if i<p and p>q, then",
    '<p class = "x">one</p>': "one",
}


@pytest.mark.parametrize(("text", "words"), PLAIN.items())
def test_tags_and_entities(text: str, words: str) -> None:
    assert readable(markup.plain(text)) == words


@pytest.mark.parametrize(("text", "words"), [*PLAIN.items()])
def test_what_needs_no_resolving_is_known(text: str, words: str) -> None:
    if readable(text) != words:
        assert markup.has_markup(text) or "<" in text
    if not markup.has_markup(text) and "<" not in text:
        assert markup.plain(text) == text


PIECES = st.sampled_from(
    ["<", ">", "</", "<i>", "</i>", "<!--", "-->", "<script>", "</script>", "<math", "</math>", "<tex-math", "&", ";",
     "&lt", "&amp;", "&#", "&#x110000;", "&#0;", "&#xd800;", "\\", "{", "}", "$", "~", "``", "''", "\\'", "\\\"", "\\i",
     "\\textbf", "\\emph{", "\\L", "\\v", "{\\it ", "word", " ", "\n", "\x00", "\ud800", "é", "İ", "p", "<jats:p>",
     "<p ", "%", "\\%", "\\\\", "^", "_", "_{", "^{2}", "\\alpha", "\\frac", "\\sqrt", "\\(", "\\)", "$x$", "\\cite{",
     "\\hat", "https://a.b/", "\x00", "5"]
)  # fmt: skip
WILD = st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join))


def both(text: str) -> str:
    return latex.plain(markup.plain(text), braces=True)


FUNCTIONS: list[Callable[[str], str]] = [markup.plain, markup.words, latex.plain, both]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(text=WILD)
def test_any_text_becomes_text(text: str) -> None:
    for function in FUNCTIONS:
        words = readable(function(text))
        assert words == unicodedata.normalize("NFC", words)
    markup.has_markup(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    words=st.lists(st.text("abcXYZ019äø中", min_size=1, max_size=8), min_size=1, max_size=8), data=st.data()
)
def test_no_word_is_lost(words: list[str], data: st.DataObject) -> None:
    """Whatever of markup, comparisons and TeX stands between the words."""
    between = [
        "<i>",
        "</i>",
        "<p>",
        " < ",
        " > ",
        "<br/>",
        "&amp;",
        "&lt;",
        " $x<1$ ",
        "~",
        "\\%",
        "<x>",
        " ",
        "<1",
        "\\\\",
    ]
    text = words[0]
    for word in words[1:]:
        text += data.draw(st.sampled_from(between)) + word
    for function in FUNCTIONS:
        found = function(text)
        at = 0
        for word in words:
            at = found.find(word, at)
            assert at >= 0, (text, found)
            at += len(word)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.text(st.characters(exclude_characters="<&\\~{}`'$^_", exclude_categories=["Cs"])))
def test_text_without_markup_stays(text: str) -> None:
    assert markup.plain(text) is text
    assert latex.plain(text, braces=True) is text
    assert markup.words(text) is text


REPEATED = ("<", ">", "<i", "<i>", "<i ", "<p ", "</", "<!--", "<!-- -->", "<script>", "<script></script>", "<math>",
            "<tex-math><math>", "&", "&amp;", "&amp", "&#", "\\", "{", "}", "{\\", "{\\it ", "\\textbf{", "\\'{", "\\'",
            "$", "$\\", "$$", "$x$", "$5 ", "$x^{", "$\\frac", "\\(", "^", "x^{", "x_1 ", "\\cite[", "\\sqrt{", "{\\mu",
            "~", "a~", "``", "\\v", "\\href{", "<b>abstract", "<b> ", "\\\\", "\\'\\i{")  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_long_texts_come_to_an_end(piece: str) -> None:
    """Text of which each sign may be the beginning of something: 40 kB of it end, and so do 200 kB."""
    for size in (10_000, 40_000):
        for function in FUNCTIONS:
            function(piece * (size // len(piece)))
            function("<jats:tex-math>x" + piece * (size // len(piece)) + "!")


@pytest.mark.parametrize("piece", REPEATED)
def test_the_work_grows_as_the_text(piece: str) -> None:
    """Counted in calls: four times the text takes at most four times as many, and a few."""
    for function in FUNCTIONS:
        few, many = (calls(function, piece * count) for count in (100, 400))
        assert many <= 4 * few + 120


def calls(function: Callable[[str], str], text: str) -> int:
    """How many functions are called on the way, those of C too."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Z" + "\u0335" * 40 + "algo", "Z" + "\u0335" * 4 + "algo"),
        ("a\ufdd0b\U0002fffe\uffffc", "abc"),
        ("tiê\u0301ng", "tiếng"),
    ],
)
def test_what_covers_its_neighbours_or_is_no_character(text: str, words: str) -> None:
    assert readable(text) == words == readable(words)


# ---- readable


def plainly(text: str) -> str:
    """What `readable` says, step by step."""
    seen = papers._INVISIBLE.sub("", " ".join(text.split()))
    return papers._PILE.sub(r"\1", unicodedata.normalize("NFC", " ".join(seen.split())))


ODD = st.sampled_from(" \n\t\xa0\xad\u0301\u034f\u0600\u200b\u2028\u212b\ue000\ufeff\ud800\x00aé中")


@pytest.mark.parametrize("around", ["{}", "a{}b", " {} ", "a {}", "e{}\u0301"])
def test_each_character_is_readable_or_gone(around: str) -> None:
    for number in (*range(0x3100), *range(0xD7F0, 0xE010), *range(0xF8F0, 0x10010), *range(0xDFFF0, 0xE01F0)):
        text = around.format(chr(number))
        assert readable(text) == plainly(text), hex(number)


@given(st.text(ODD, max_size=12))
def test_text_is_readable_whatever_stands_beside_what(text: str) -> None:
    assert readable(text) == plainly(text)
