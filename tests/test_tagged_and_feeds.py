"""Line-tagged exports and feeds: what a golden document is too small to show."""

import pytest

from digest.errors import DumpError
from digest.formats import Head, _feed, _tagged, feed, load
from digest.papers import Paper, Reject
from tests import golden

RSS = '<?xml version="1.0"?><rss version="2.0"><channel>{}</channel></rss>'


def test_thousands_of_authors_are_authors() -> None:
    names = "".join(f"AU  - Doe, Jane{number}\n" for number in range(7_456))
    (found,) = golden.read("ris", f"TY  - JOUR\nTI  - Many\n{names}ER  - \n".encode())
    assert isinstance(found, Paper)
    assert len(found.authors) == 7_456
    assert found.authors[7] == "Jane7 Doe"


def test_a_record_that_never_ends_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tagged, "MAX_RECORD", 10_000)
    endless = "TY  - JOUR\nTI  - Endless\n" + "AU  - Doe, Jane\n" * 1_000
    found = golden.read("ris", f"{endless}ER  - \nTY  - JOUR\nTI  - The next\nER  - \n".encode())
    assert [type(one) for one in found] == [Reject, Paper]


def test_an_export_that_breaks_off_in_a_title_or_abstract_says_so() -> None:
    whole = "TY  - JOUR\nTI  - Whole\nER  - \n"
    found = golden.read("ris", f"{whole}TY  - JOUR\nPY  - 2024\nTI  - Not wh".encode())
    assert isinstance(found[1], Reject)
    assert "breaks off" in found[1].reason
    others = golden.read("ris", f"{whole}TY  - JOUR\nTI  - Whole\nPY  - 2024".encode())
    assert all(isinstance(one, Paper) for one in others)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ris", "\ufeffTY  - JOUR\r\nTI  - A"),
        ("ris", "TY - JOUR\nTI - A"),
        ("ris", "<1. >\nTY  -  JOUR\nAN  -  1"),
        ("wos", "\ufeffFN Thomson Reuters Web of Science\u2122\nVR 1.0"),
        ("medline", "\nPMID- 1\nOWN - NLM"),
        ("medline", "VN  - Ovid Technologies\nTI  - A"),
        ("refer", "%0 Book\n%T A"),
        ("refworks", "\n\nRT Journal Article\nA1 Doe"),
        ("json_feed", '{"title": "x", "version": "http://jsonfeed.org/version/1"}'),
    ],
)
def test_other_exporters_are_recognised(name: str, text: str) -> None:
    assert load(name).sniff(Head(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "TY is a tag\n",
        "PT is short\nfor something",
        "% a comment\n%% another",
        "RT @someone: a tweet\nand more",
        "<opml><body/></opml>",
        "<urlset/>",
        '<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#"/>',
        '{"version": "1.0", "items": []}',
        "# Reading RIS\n\nTY  - JOUR\nTI  - an example in Markdown",
    ],
)
def test_what_only_looks_alike_is_left(text: str) -> None:
    names = ("ris", "wos", "medline", "refer", "refworks", "feed", "json_feed")
    assert [name for name in names if load(name).sniff(Head(text.encode()))] == []


def test_a_feed_without_entries_has_no_records() -> None:
    assert golden.read("feed", RSS.format("<title>x</title>").encode()) == []


def test_entities_of_its_own_are_refused_and_never_reach_feedparser() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>&a; & c</title></item></channel></rss>'
    with pytest.raises(DumpError, match="entities"):
        golden.read("feed", bomb.encode())


def test_a_large_feed_is_read_strictly_and_its_rest_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RESCUED", 1_000)
    items = "".join(f"<item><title>Paper {number}</title></item>" for number in range(100))
    found = golden.read("feed", RSS.format(f"{items}<item><title>a & b</title></item>").encode())
    assert [type(one) for one in found] == [Paper] * 100 + [Reject]


@pytest.mark.parametrize("encoding", ["shift-jis", "utf-8", "no-such-encoding"])
def test_a_broken_feed_is_decoded_as_it_is_not_as_it_says(encoding: str) -> None:
    title = "日本語の論文の題名はここにあります"
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>'
    data = f"{head}<item><title>{title}</title><link>http://x.example/?a=1&b=2</link></item></channel></rss>"
    (found,) = golden.read("feed", data.encode("utf-8"))
    assert isinstance(found, Paper)
    assert found.title == title


@pytest.mark.parametrize(
    ("text", "alone", "names"),
    [
        ("Doe, Jane", True, ["Jane Doe"]),
        ("Jane Doe, Richard Roe and Max Poe", True, ["Jane Doe", "Richard Roe", "Max Poe"]),
        ("Jane Doe,\nRichard Roe", True, ["Jane Doe", "Richard Roe"]),
        ("Doe, J., Roe, R. M.", True, ["J. Doe", "R. M. Roe"]),
        ("Müller, Hans Peter", False, ["Hans Peter Müller"]),
        ("someone@example.org (Jane Doe)", True, ["Jane Doe"]),
        ("someone@example.org", True, []),
        ("Sandra and Anders Holt", True, ["Sandra and Anders Holt"]),
    ],
)
def test_names_in_one_field(text: str, alone: bool, names: list[str]) -> None:
    assert _feed._split(text, alone=alone) == names
