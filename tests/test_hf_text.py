"""Every dialect of the text of Hugging Face pages, and texts that are none of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations

import pytest

from digest.formats import SNIFFED, Head, hf_text, recognise
from digest.papers import Paper, Reject
from tests.pages import HEADER, Pair, page, paper

RECEIVED = datetime(2026, 11, 21, 7, tzinfo=UTC)
COUNTED = ("  • 4 authors", "·", "Oct 21, 2019")
PAIRS = [paper(n) for n in range(4)]


def read(text: str | bytes, received: datetime = RECEIVED) -> list[Paper | Reject]:
    data = text.encode() if isinstance(text, str) else text
    return list(hf_text.read(BytesIO(data), received))


def papers(records: Sequence[Paper | Reject]) -> list[Paper]:
    return [record for record in records if isinstance(record, Paper)]


def rejects(records: Sequence[Paper | Reject]) -> list[Reject]:
    return [record for record in records if isinstance(record, Reject)]


def told(records: Sequence[Paper | Reject]) -> list[Pair]:
    """The pairs of title and abstract; there must be no reject."""
    assert not rejects(records)
    return [(found.title, found.abstract) for found in papers(records)]


def first_card(*card: str, header: Sequence[str] = HEADER, received: datetime = RECEIVED) -> Paper:
    """The first of two papers, with this card below it; the second must not suffer."""
    records = read(page(PAIRS[:2], cards=[card], header=header), received)
    assert told(records) == PAIRS[:2]
    return papers(records)[0]


# --- the header ---


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize(
    "header", [some for size in range(len(HEADER) + 1) for some in combinations(HEADER, size)], ids=len
)
def test_each_header_line_is_there_or_not(header: Sequence[str], blank: bool) -> None:
    text = page(PAIRS, header=header, blank=blank)
    assert told(read(text)) == PAIRS
    assert hf_text.sniff(Head(text.encode()))


@pytest.mark.parametrize(
    "header",
    [
        (
            "Get trending papers in your email inbox once a day!",
            "Get trending papers in your email inbox!",
            "Subscribe",
        ),
        ("Daily Papers", "by AK and the research community", "Nov 20"),
        ("Daily Papers", "byAK and the research community"),
        ("Daily Papers", "by AK"),
        ("Daily Papers", "byAK"),
        ("Papers", "new")[1:],
    ],
)
def test_wordings_of_the_header(header: Sequence[str]) -> None:
    assert told(read(page(PAIRS, header=header))) == PAIRS


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize(
    "invited", [("Get trending papers in your email inbox!",), HEADER[:2], HEADER[1:2] * 2]
)
@pytest.mark.parametrize(
    "title",
    [
        "node2vec: Walks for Gardeners",
        "p-MoD: Mixtures",
        "Asymmetric Ponds in Winter",
        "r1-zero at Sea",
        "3D Kites",
    ],
)
def test_subscribe_glued_to_the_first_title(title: str, invited: Sequence[str], blank: bool) -> None:
    glued = [(f"Subscribe{title}", PAIRS[0][1]), *PAIRS[1:]]
    assert told(read(page(glued, header=invited, blank=blank))) == [(title, PAIRS[0][1]), *PAIRS[1:]]


@pytest.mark.parametrize("header", [(), HEADER, HEADER[:3], HEADER[1:2], ("Daily Papers",)])
@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize(
    "title",
    [
        "Subscriber Loyalty in Small Bakeries",
        "Subscribers Who Never Read",
        "Subscribed and Forgotten",
        "Subscribe to the Sea",
    ],
)
def test_a_title_that_begins_with_subscriber(title: str, place: int, header: Sequence[str]) -> None:
    pairs = [*PAIRS[:place], (title, paper(9)[1]), *PAIRS[place:]]
    assert told(read(page(pairs, header=header))) == pairs


@pytest.mark.parametrize("title", ["Subscriber-level Forecasts of Rain", "Subscribers: a Study of Habits"])
def test_nothing_is_glued_where_subscribe_has_a_line_of_its_own(title: str) -> None:
    pairs = [(title, PAIRS[0][1]), *PAIRS[1:]]
    assert told(read(page(pairs))) == pairs


def test_a_title_that_begins_with_subscriber_is_glued_too() -> None:
    pairs = [("SubscribeSubscriber Loyalty in Small Bakeries", PAIRS[0][1])]
    (found,) = papers(read(page(pairs, header=HEADER[1:2])))
    assert found.title == "Subscriber Loyalty in Small Bakeries"


def test_a_page_with_only_the_header() -> None:
    assert read(page([])) == []
    assert recognise(Head(page([]).encode())) == "hf_text"


# --- cards ---


@pytest.mark.parametrize(
    ("line", "n_authors", "org"),
    [
        ("  • 4 authors", 4, ""),
        ("• 1 authors", 1, ""),
        ("* 12 authors", 12, ""),
        ("- 1 author", 1, ""),
        ("3 authors", 3, ""),
        ("  • 1,024 authors", 1024, ""),
        ("  •\u00a07\u00a0authors", 7, ""),
        ("harbour-lab Harbour Lab", None, "Harbour Lab"),
        ("kites Kites", None, "Kites"),
        ("Meadow", None, "Meadow"),
        ("uni-sea University of the Sea (North)", None, "University of the Sea (North)"),
    ],
)
@pytest.mark.parametrize("blank", [True, False])
def test_authors_or_organisation(line: str, n_authors: int | None, org: str, blank: bool) -> None:
    records = read(page(PAIRS[:2], cards=[(line, "·", "Oct 21, 2019")], blank=blank))
    assert told(records) == PAIRS[:2]
    found = papers(records)[0]
    assert (found.n_authors, found.org, found.published) == (n_authors, org, "2019-10-21")


@pytest.mark.parametrize(
    ("line", "published", "comments"),
    [
        ("Oct 21, 2019", "2019-10-21", None),
        ("Mar 8, 2024 6", "2024-03-08", 6),
        ("Oct 23 1", "2026-10-23", 1),
        ("Oct 23 23", "2026-10-23", 23),
        ("Mar 5", "2026-03-05", None),
        ("Mar 5 0", "2026-03-05", 0),
        ("Nov 20", "2026-11-20", None),
        ("Nov 21", "2025-11-21", None),  # after the page's own date
        ("Dec 31 4", "2025-12-31", 4),
        ("Feb 29", "2024-02-29", None),
        ("Feb 29, 2020 1,204", "2020-02-29", 1204),
        ("Jan\u00a07,\u00a02021 2", "2021-01-07", 2),
        ("Feb 30, 2021", "", None),
        ("Feb 31 2", "", 2),
    ],
)
def test_dates_and_comments(line: str, published: str, comments: int | None) -> None:
    found = first_card("• 4 authors", "·", line)
    assert (found.published, found.comments, found.n_authors) == (published, comments, 4)


@pytest.mark.parametrize(
    ("page_date", "received", "published"),
    [
        ("Dec 26", RECEIVED, "2025-10-23"),  # the latest 26 December not after the time of receipt
        ("Nov 21", RECEIVED, "2026-10-23"),
        ("Nov 22", RECEIVED, "2025-10-23"),
        ("Oct 22", RECEIVED, "2025-10-23"),
        ("Oct 23", RECEIVED, "2026-10-23"),
        ("Oct 22, 2021", RECEIVED, "2020-10-23"),
        ("Daily Papers", RECEIVED, "2026-10-23"),  # no date: that of the receipt stands in
        ("Jan 3", datetime(2027, 1, 2, tzinfo=UTC), "2025-10-23"),
    ],
)
def test_a_year_left_out(page_date: str, received: datetime, published: str) -> None:
    header = [*HEADER[:-1], page_date]
    assert first_card("• 4 authors", "·", "Oct 23 1", header=header, received=received).published == published


@pytest.mark.parametrize(
    "card",
    [
        ("• 4 authors",),
        ("• 4 authors", "·"),
        ("·", "Oct 21, 2019"),
        ("• 4 authors", "· Oct 21, 2019"),
        ("kites Kites", "·"),
        (),
    ],
)
def test_cards_that_are_not_whole(card: Sequence[str]) -> None:
    records = read(page(PAIRS, cards=[card, COUNTED, card, card]))
    assert told(records) == PAIRS
    assert papers(records)[1].published == "2019-10-21"


def test_upvotes_stand_above_the_title() -> None:
    lines = ["7", *PAIRS[0], *COUNTED, "-", *PAIRS[1], *COUNTED, *PAIRS[2]]
    assert [found.upvotes for found in papers(read("\n".join(lines)))] == [7, None, None]


# --- text ---


@pytest.mark.parametrize(
    "title",
    [
        "Kites at Dawn",
        "K" * 176,
        "What Do Gardens Know?",
        "The Last Word of a Lighthouse.",
        "Orchards All the Way Down ....",
        "1000 Layers of Paint: a Memoir",
        "May 2024 Was Warm: Weather as a Prior",
        "Ünbändige Wörter — naïve café 数学",
    ],
)
def test_titles_of_all_lengths_and_ends(title: str) -> None:
    pairs = [PAIRS[0], (title, paper(8)[1]), PAIRS[1]]
    for blank in (True, False):
        assert told(read(page(pairs, blank=blank))) == pairs
        assert told(read(page(pairs, blank=blank, cards=[COUNTED] * 3))) == pairs


def test_an_abstract_of_exactly_500() -> None:
    pairs = [(PAIRS[0][0], PAIRS[0][1][:500].strip().ljust(500, "!")), PAIRS[1]]
    assert told(read(page(pairs))) == pairs


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("space", ["\u00a0", " ", "\u2009"])
def test_line_ends_marks_and_spaces(end: str, start: str, space: str) -> None:
    text = start + page(PAIRS, cards=[COUNTED] * 4).replace("\n", end).replace(" ", space)
    records = read(text)
    assert told(records) == PAIRS
    assert [(found.n_authors, found.published) for found in papers(records)] == [(4, "2019-10-21")] * 4
    assert hf_text.sniff(Head(text.encode()))


def test_words_as_they_stood_are_kept_beside_the_readable_ones() -> None:
    (found,) = papers(read(page([("Kites\u00a0 at\u200b Dawn and Dusk", PAIRS[0][1])])))
    assert found.title == "Kites at Dawn and Dusk"
    assert found.original == {"title": "Kites\u00a0 at\u200b Dawn and Dusk"}


def test_links_of_an_abstract() -> None:
    abstract = (
        PAIRS[0][1] + " Code: https://github.com/harbour/kites_(old). Data: (https://example.org/d?a=1)."
    )
    (found,) = papers(read(page([(PAIRS[0][0], abstract)])))
    assert found.links == ("https://github.com/harbour/kites_(old)", "https://example.org/d?a=1")


# --- what is none of it ---


@pytest.mark.parametrize(
    "other",
    [
        '<?xml version="1.0"?>\n<feed><entry><title>Kites</title></entry></feed>',
        "<!doctype html>\n" + page(PAIRS),
        '{"title": "Kites"}\n' + '{"abstract": "' + PAIRS[0][1] + '"}',
        '["' + PAIRS[0][1] + '"]',
        "@article{kites,\n title = {Kites},\n abstract = {" + PAIRS[0][1] + "}\n}",
        f"id,title,abstract\n1,{PAIRS[0][0]},{PAIRS[0][1]}",
        f'id,title,abstract\n1,"{PAIRS[0][0]}","{PAIRS[0][1]}"\n2,"{PAIRS[1][0]}","{PAIRS[1][1]}"',
        f"id\ttitle\tabstract\n1\t{PAIRS[0][0]}\t{PAIRS[0][1]}",
        f"id;title;abstract\n1;{PAIRS[0][0]};{PAIRS[0][1]}",
        f"TY  - JOUR\nTI  - {PAIRS[0][0]}\nAB  - {PAIRS[0][1]}\nER  -\n",
        f"TY  - JOUR\nAB  - {PAIRS[0][1]}\nER  -\n",
        f"PMID- 1\nTI  - {PAIRS[0][0]}\nAB  - {PAIRS[0][1]}\n\n",
        f"%0 Journal Article\n%T {PAIRS[0][0]}\n%X {PAIRS[0][1]}\n",
        f"## Papers of today\n\n- {PAIRS[0][0]}\n{PAIRS[0][1]}\n",
        f"| Title | Summary |\n|---|---|\n| {PAIRS[0][0]} | {PAIRS[0][1]} |\n",
        "\n\n".join(["Dear all,", *(paper(n)[1] for n in range(5)), "Yours"]),
        "A short note.\nIt has two lines.\n",
        "one\0two",
        "",
    ],
)
def test_other_kinds_of_text_are_left_to_others(other: str) -> None:
    assert not hf_text.sniff(Head(other.encode()[:SNIFFED]))
