"""Catalogues and reference managers: what golden documents cannot show."""

import time

import pytest

from digest import formats
from digest.errors import DumpError
from digest.formats import Head, _waiting, bibtex, dblp_json, dblp_xml, pubmed_xml
from digest.papers import Paper
from tests.golden import RECEIVED, read, stream


@pytest.mark.parametrize(
    "text",
    [
        "@article{doe2024,\n  title = {X}}",
        "\n\r\n  @ARTICLE {doe2024,\r\n title = {X}}",
        "% Encoding: UTF-8\n\n@Comment{jabref-meta: x;}",
        "Exported from my library, jane@example.org\n@inproceedings(doe2024, title = {X})",
        "@string{jf = {J}}",
        "@article{title = {X}}",
        "@misc{\n  key,\n title={X}}",
    ],
)
def test_bibtex_is_known_by_its_first_entry(text: str) -> None:
    assert bibtex.sniff(Head(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.org{home}, wrote:\n@jane, look",
        "# How to cite\n\n```bibtex\n@article{doe2024,\n  title = {X}}\n```",
        "@media (max-width: 3px), print {\n}",
        "import app\n\n@app(name, other)\ndef f(): pass",
        '{"a": 1}\n@article{x,',
        "<p>\n@article{x,",
        "@jane, have you seen this?",
        "",
    ],
)
def test_what_only_looks_like_bibtex(text: str) -> None:
    assert not bibtex.sniff(Head(text.encode()))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pubmed_xml", "<eFetchResult><ERROR>API rate limit exceeded</ERROR></eFetchResult>", "rate limit"),
        (
            "dblp_xml",
            '<result><query/><status code="500">Internal Error</status><hits total="0"/></result>',
            "Internal Error",
        ),
        ("dblp_json", '{"result":{"query":"x","status":{"@code":"429","text":"Slow"},"hits":{}}}', "429"),
    ],
)
def test_an_error_instead_of_an_answer(name: str, text: str, said: str) -> None:
    assert formats.load(name).sniff(Head(text.encode()))
    with pytest.raises(DumpError, match=said):
        read(name, text.encode())


def test_an_answer_without_hits_is_empty() -> None:
    assert not read("dblp_json", b'{"result":{"query":"x","status":{"@code":"200"},"hits":{"@total":"0"}}}')
    assert not read("pubmed_xml", b"<PubmedArticleSet></PubmedArticleSet>")


def test_the_order_stays_though_a_parent_never_comes() -> None:
    count = 2 * _waiting.MOST
    entries = [f"@misc{{k{i}, title = {{Paper {i}}}, crossref = {{lost}}}}" for i in range(count)]
    found = list(bibtex.read(stream("\n".join(entries).encode()), RECEIVED))
    assert [one.title for one in found if isinstance(one, Paper)] == [f"Paper {i}" for i in range(count)]


def test_a_parent_is_taken_from_above_and_from_below() -> None:
    text = (
        "@book{b, title = {The Book}, year = 1999}"
        "@incollection{%s, title = {Part}, crossref = {%s}}"
        "@book{c, title = {Below}}"
    )
    above, below = (
        [one for one in read("bibtex", (text % ("x", key)).encode()) if isinstance(one, Paper)][1]
        for key in ("B", "c")
    )
    assert (above.venue, above.published) == ("The Book", "1999")
    assert (below.venue, below.published) == ("Below", "")


@pytest.mark.parametrize(
    "piece", ["{", "}", '"', "a = 1 ", "a = 1, ", "\n@a{b,", "@a{b,", "\\", "a # ", " and ", " "]
)
def test_bibtex_takes_time_as_its_size(piece: str) -> None:
    def seconds(size: int) -> float:
        data = ("@article{a, title = {x}, author = {" + piece * (size // len(piece)) + "}}").encode()
        began = time.perf_counter()
        for _ in bibtex.read(stream(data), RECEIVED):
            pass
        return time.perf_counter() - began

    small = max(seconds(100_000), 0.01)
    assert seconds(400_000) < 12 * small


def test_macros_do_not_grow_without_end() -> None:
    steps = "".join(f"@string{{m{i + 1} = m{i} # m{i} # m{i} # m{i}}}" for i in range(40))
    text = f"@string{{m0 = {{word }}}}{steps}@misc{{a, title = {{Title}}, abstract = {' # '.join(['m40'] * 5000)}}}"
    found = read("bibtex", text.encode())
    assert len(found) == 1


def test_sniffing_needs_no_more_than_the_root() -> None:
    assert pubmed_xml.sniff(Head(b"\xef\xbb\xbf\n<!-- x -->\r\n<PubmedArticleSet>"))
    assert dblp_xml.sniff(Head(b'<?xml version="1.0"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp mdate="x">'))
    assert not dblp_xml.sniff(Head(b"<result><item/></result>"))
    assert not dblp_json.sniff(Head(b'{"result": [{"hits": 3}]}'))
