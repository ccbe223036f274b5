"""The order of the papers in a group, and how it is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest import ranking
from digest.config import Order
from digest.issue import Card
from tests import homes


def card(title: str, **fields: object) -> Card:
    return Card(entry="urn:uuid:1", work=1, title=title, arrived=datetime(2026, 11, 20, tzinfo=UTC), **fields)  # type: ignore[arg-type]


# Each is before the next one by relevance.
CARDS = (
    card("in the title", found=1, in_title=((0, 1),)),
    card("three words", found=3, published="2020"),
    card("two words, liked", found=2, upvotes=9, published="2024"),
    card("two words, talked about", found=2, upvotes=2, comments=7),
    card("two words, new", found=2, upvotes=2, published="2026-11-20"),
    card("two words, of a day not told", found=2, upvotes=2, published="2026-11"),
    card("first to come", found=1),
    card("then another", found=1, upvotes=0),
)


def titles(order: Order, cards: tuple[Card, ...]) -> list[str]:
    return [cards[place].title for place in ranking.ordered(ranking.rank(order, one) for one in cards)]


def test_by_relevance() -> None:
    wanted = [one.title for one in CARDS]
    assert titles("relevance", CARDS) == wanted
    mixed = (*CARDS[5::-1], *CARDS[6:])
    assert titles("relevance", mixed) == wanted


def test_by_date_and_by_upvotes() -> None:
    by_date = titles("date", CARDS)
    assert by_date[:4] == [
        "two words, new",
        "two words, of a day not told",
        "two words, liked",
        "three words",
    ]
    assert by_date[4:] == ["in the title", "two words, talked about", "first to come", "then another"]
    assert titles("upvotes", CARDS)[:4] == [
        "two words, liked",
        "two words, talked about",
        "two words, new",
        "two words, of a day not told",
    ]


def test_why() -> None:
    assert ranking.why(CARDS[0]) == "1 word of the rule, in the title too, 0 upvotes, 0 comments, no date"
    assert ranking.why(CARDS[2]) == "2 words of the rule, 9 upvotes, 0 comments, 2024"


@pytest.mark.parametrize(("order", "first"), [("relevance", "Fewer"), ("upvotes", "Most"), ("date", "Many")])
def test_an_issue_is_in_order(order: str, first: str, tmp_path: Path) -> None:
    group = {"heading": "Kites", "match": "kite OR tail*", "order": order}
    home = homes.make(tmp_path / "home", daily=homes.schedule([group]))
    told = [("Many Rats", "A kite.", 3), ("Most Cats", "A tail.", 50), ("Fewer Kites", "A tail.", 1)]
    lines = [
        f'{{"title": "{t}", "abstract": "{a}", "upvotes": {n}, "date": "2026-11-{10 + n % 5}"}}'
        for t, a, n in told
    ]
    (home / "dumps" / "list.jsonl").write_text("\n".join(lines))
    homes.build(home)
    [issue] = homes.frozen(home).values()
    assert issue["cards"][0][0]["title"].startswith(first)
    said = homes.run(home, "show", "daily", "--why").stdout
    assert "2 words of the rule, in the title too, 1 upvotes" in said
    assert said.index(first) <= said.index("Most")


def test_an_order_that_is_none(tmp_path: Path) -> None:
    group = {"heading": "Kites", "match": "kite", "order": "best"}
    home = homes.make(tmp_path / "home", daily=homes.schedule([group]))
    said = homes.run(home, "check", code=2).stderr
    assert "order" in said
    assert "relevance" in said


def test_what_was_found_is_lit(tmp_path: Path) -> None:
    group = {"heading": "Kites", "match": '"kite tails" OR kite'}
    home = homes.make(tmp_path / "home", daily=homes.schedule([group]))
    line = '{"title": "On <Kite> & Kites", "abstract": "Kite tails; C++-kites."}'
    (home / "dumps" / "list.jsonl").write_text(line)
    homes.build(home)
    files = homes.tree(home / "outbox")
    [page] = [data.decode() for path, data in files.items() if path.endswith("digest.html")]
    assert "On &lt;<mark>Kite</mark>&gt; &amp; <mark>Kites</mark>" in page
    assert "<mark>Kite tails</mark>; C++-<mark>kites</mark>." in page
    [words] = [data.decode() for path, data in files.items() if path.endswith("digest.md")]
    assert "On &lt;**Kite**&gt; & **Kites**" in words
    assert "**Kite tails**; C++-**kites**." in words
