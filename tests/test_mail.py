"""The mail as receivers parse it, and the limits of what leaves the house."""

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from digest import templating
from digest.errors import ConfigError
from digest.issue import Account, Card, DumpRead, Issue, Link
from digest.renderers import _cards, _compact, mail
from digest.renderers._mime import WORD_BYTES, phrase, unstructured
from digest.theme import Colours, DarkColours, Theme, contrast
from tests import issues

TEMPLATES = templating.environment(None)


def message(issue: Issue) -> bytes:
    return b"".join(mail.render(issue, TEMPLATES))


def parsed(issue: Issue) -> EmailMessage:
    found = email.message_from_bytes(message(issue), policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def part(issue: Issue, subtype: str) -> str:
    """The words of the text or the HTML part."""
    found = parsed(issue).get_body((subtype,))
    assert found is not None
    assert not found.defects
    words = found.get_content()
    assert isinstance(words, str)
    return words.replace("\r\n", "\n")


ISSUES = (
    issues.issue(),
    issues.ordinary(),
    issues.issue(("Hostile", issues.hostile())),
    issues.ordinary(title="Ω" * 300),
    issues.ordinary(title="x" * 300),
    issues.ordinary(title='A "quoted" \\ title =?utf-8?q?x?='),
    issues.issue(("Large", issues.cards(3000))),
)


@pytest.mark.parametrize("issue", ISSUES)
def test_lines_and_bytes_are_those_of_the_standards(issue: Issue) -> None:
    raw = message(issue)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert not re.search(rb"[^\r\n\t\x20-\x7e]", raw)
    assert raw.endswith(b"--\r\n")


@pytest.mark.parametrize("issue", ISSUES)
def test_headers_are_unique_and_addressed_to_nobody(issue: Issue) -> None:
    headers = parsed(issue)
    assert sorted(headers.keys()) == sorted(
        ["Subject", "Date", "List-Id", "Content-Language", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert headers["Date"].datetime == issue.head.made
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("issue", ISSUES)
def test_text_comes_first_and_then_html(issue: Issue) -> None:
    parts = list(parsed(issue).iter_parts())
    assert [each.get_content_type() for each in parts] == ["text/plain", "text/html"]
    assert {each["Content-Transfer-Encoding"] for each in parts} == {"quoted-printable"}
    assert part(issue, "html").rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Daily Papers", "Daily Papers: 6 papers, 21 Nov 2026"),
        ("Tägliche Papiere 论文 🎉", "Tägliche Papiere 论文 🎉: 6 papers, 21 Nov 2026"),
        ("A\r\nBcc: b@example.org", "A Bcc: b@example.org: 6 papers, 21 Nov 2026"),
        ("\u202eevil\x00\u200b title", "evil title: 6 papers, 21 Nov 2026"),
        ("=?utf-8?q?fake?=", "=?utf-8?q?fake?=: 6 papers, 21 Nov 2026"),
        ("long " * 40, "long long long long long long long long long long long…: 6 papers, 21 Nov 2026"),
        ("𝔘" * 200, "𝔘" * 54 + "…: 6 papers, 21 Nov 2026"),
    ],
)
def test_the_subject_comes_back(title: str, subject: str) -> None:
    issue = issues.ordinary(title=title)
    assert parsed(issue)["Subject"] == subject
    assert len(subject) <= 78
    headers = message(issue).partition(b"\r\n\r\n")[0]
    assert b"\nBcc" not in headers


def test_encoded_words_are_short_and_split_no_character() -> None:
    headers = message(issues.ordinary(title="a𝔘é" * 60)).partition(b"\r\n\r\n")[0].decode()
    words = re.findall(r"=\?[^?]*\?B\?([^?]*)\?=", headers)
    assert len(words) > 3
    assert all(len(word) + len("=?utf-8?B??=") <= 75 for word in words)
    for word in words:
        decoded = email.message_from_string(f"Subject: =?utf-8?B?{word}?=\n", policy=default)["Subject"]
        assert 0 < len(decoded.encode()) <= WORD_BYTES
        assert "\ufffd" not in decoded


@pytest.mark.parametrize(
    ("public", "wanted"),
    [
        ("https://digest.example.org", "daily.digest.example.org"),
        ("https://bücher.example/a", "daily.xn--bcher-kva.example"),
        ("http://localhost:8080", "daily.digest.localhost"),
        ("http://[::1]:8080", "daily.digest.localhost"),
        ("http://[", "daily.digest.localhost"),
        (None, "daily.digest.localhost"),
    ],
)
def test_the_list_has_a_name(public: str | None, wanted: str) -> None:
    header = parsed(issues.ordinary(public=public))["List-Id"]
    assert header.endswith(f"<{wanted}>")
    assert header.startswith('"Daily Papers"')


def test_a_digests_name_is_a_label_of_the_lists_name() -> None:
    assert (
        mail.list_id(issues.head(digest="My Digest!", name="My Digest!-1")) == "my-digest.digest.example.org"
    )
    assert mail.list_id(issues.head(digest="日")) == "list.digest.example.org"


def test_the_boundary_is_the_issues_own() -> None:
    one, other = issues.ordinary(), issues.days_before(issues.ordinary(), 1)
    assert parsed(one).get_boundary() == parsed(one).get_boundary()
    assert parsed(one).get_boundary() != parsed(other).get_boundary()


# ---- what is in it


def in_text(words: str) -> list[tuple[int, str]]:
    """Number and title of each paper that the text names, in its order."""
    found = re.findall(r"(?m)^(\d+)\. (.*(?:\n {4}\S.*)*)", words.partition("\nAddresses\n")[0])
    return [(int(number), " ".join(title.split())) for number, title in found]


def words_in(element: Any) -> str:
    """All text of an element."""
    return "".join(element.itertext())


def in_html(page: str) -> list[tuple[int, str, str]]:
    """Number, title and address of each paper that the HTML names, in its order, as lxml parses it."""
    tree = etree.HTML(page)
    links = tree.xpath("//h3/a | //a[@class='name']")
    parts = [(words_in(link).partition(". "), link.get("href")) for link in links]
    return [(int(number), title, address) for (number, _, title), address in parts]


def of(number: int, groups: int = 3, **changes: Any) -> Issue:
    """An issue of so many papers in so many groups of the same size, the last one larger by what is left."""
    papers, size = issues.cards(number), number // groups
    ends = [size * place for place in range(groups)] + [number]
    parts = [(f"Group {place}", papers[begin:end]) for place, (begin, end) in enumerate(pairwise(ends))]
    return issues.issue(*parts, **changes)


@pytest.mark.parametrize("number", [5, 50, 500, 5000])
def test_text_and_html_say_the_same_papers_in_the_same_order(number: int) -> None:
    issue = of(number)
    words, page = part(issue, "plain"), part(issue, "html")
    shown = in_html(page)
    assert len(page.encode()) <= mail.BUDGET
    assert [paper[:2] for paper in shown if not paper[1].startswith("Forg")] == []
    bare = [(number, re.sub(r" Ada Example.*", "", title)) for number, title in in_text(words)]
    assert bare == [paper[:2] for paper in shown]
    numbers = [paper[0] for paper in shown]
    assert numbers == sorted(set(numbers))
    assert all(title == issues.card(number).title for number, title, _ in shown)


@pytest.mark.parametrize("number", [5, 50, 500, 5000])
def test_every_paper_is_reached_by_its_link_or_through_the_page(number: int) -> None:
    issue = of(number)
    shown = in_html(part(issue, "html"))
    assert [address for _, _, address in shown] == [issues.card(n).links[0].url for n, _, _ in shown]
    words = part(issue, "plain")
    listed = [int(each) for each in re.findall(r"(?m)^\[(\d+)\] arXiv: https://example.org/abs/", words)]
    assert listed == [paper[0] for paper in shown]
    tree = etree.HTML(part(issue, "html"))
    counted = tree.xpath(f"//a[@href='{PAGE}'][contains(., ', on the page')]")
    rest = [int(each.text.removesuffix(", on the page").replace(",", "")) for each in counted]
    assert len(shown) + sum(rest) == number
    told = re.findall(r"Not named here: ([\d,]+)\non the page " + PAGE, words)
    assert [int(each.replace(",", "")) for each in told] == rest
    assert bool(rest) == (number >= 500)


PAGE = "https://digest.example.org/daily/2026-11-21/digest.html"


def test_fifty_papers_have_their_cards_and_five_hundred_their_names() -> None:
    assert part(of(50), "html").count('class="claim"') == 50
    page = part(of(500), "html")
    assert page.count('class="claim"') >= 12
    assert len(in_html(page)) >= 200
    assert len(page.encode()) > 0.97 * mail.BUDGET


def test_papers_that_can_all_be_named_are() -> None:
    page = part(of(120), "html")
    assert [number for number, _, _ in in_html(page)] == list(range(1, 121))
    assert "Not named here" not in page
    assert len(page.encode()) > 0.97 * mail.BUDGET  # a card has the room of the name that it replaces


def test_a_small_group_leaves_its_room_to_the_large_one() -> None:
    papers = issues.cards(400)
    for at, small in ((3, {1, 2, 3}), (397, {398, 399, 400})):
        page = part(issues.issue(("One", papers[:at]), ("Other", papers[at:]), ("None", ())), "html")
        shown = [number for number, _, _ in in_html(page)]
        assert small < set(shown)
        assert len(shown) > 180
        assert len(page.encode()) > 0.97 * mail.BUDGET
    two = part(issues.issue(("One", papers[:200]), ("Other", papers[200:])), "html")
    shown = [number for number, _, _ in in_html(two)]
    assert 0.8 < sum(number <= 200 for number in shown) / sum(number > 200 for number in shown) < 1.25


@pytest.mark.parametrize(
    ("outputs", "file"),
    [(("mail", "html"), "digest.html"), (("mail", "markdown"), "digest.md"), (("mail",), "issue.json")],
)
def test_where_no_address_is_set_the_rest_stands_in_a_file(outputs: tuple[str, ...], file: str) -> None:
    issue = of(500, public=None, outputs=outputs)
    for subtype in ("plain", "html"):
        words = " ".join(part(issue, subtype).split())
        assert re.search(rf"Not named here: \d+,? in the file daily/2026-11-21/{file} of the outbox", words)
        assert "digest.example.org" not in words


def test_the_limit_of_a_group_cuts_cards() -> None:
    page = part(issues.ordinary(20, limit=3), "html")
    assert page.count('class="claim"') == 2 * 3
    assert page.count("Also in this group") == 2
    assert [number for number, _, _ in in_html(page)] == list(range(1, 21))


def test_a_card_is_short() -> None:
    names = tuple(f"Author {number}" for number in range(40))
    links = tuple(Link(f"L{number}", f"https://example.org/{number}") for number in range(8))
    long = issues.card(1, authors=names, links=links, org="O" * 500, matched=("w" * 300,) * 30)
    page = part(issues.issue(("Group", (long,))), "html")
    assert "Author 0, Author 1, Author 2 and 37 more" in page
    assert "O" * (_compact.NAME - 1) + "…" in page
    assert len(re.findall(r">L\d<", page)) == _compact.LINKS
    assert len(re.findall("w" * (_compact.NAME - 1) + "…", page)) == _compact.WORDS


def test_an_abstract_is_shown_as_an_excerpt_with_the_words_lit() -> None:
    abstract = (issues.ABSTRACT * 2).strip()
    at = abstract.index("smaller")
    card = issues.card(1, abstract=abstract, in_abstract=((at, at + 7),))
    page = part(issues.issue(("Group", (card,))), "html")
    claim = etree.HTML(page).xpath("//p[@class='claim']")[0]
    assert words_in(claim).startswith("… We remove the weights")
    assert words_in(claim).endswith("less accurate.\xa0…")
    assert [mark.text for mark in claim.xpath("mark")] == ["smaller"]


def test_one_endless_paper_does_not_fill_the_mail() -> None:
    endless = issues.card(1, title="T" * 5000, abstract="word " * 40_000)
    page = part(issues.issue(("Group", (endless, *issues.cards(5)))), "html")
    assert page.count('class="claim"') == 6
    assert "T" * (_compact.TITLE - 1) + "…" in page
    named = part(issues.issue(("Group", (endless,)), limit=0), "html")
    assert "T" * (_compact.TITLE - 1) + "…" in named


def test_a_card_that_does_not_fit_is_named_whole_and_those_behind_it_too() -> None:
    wide = tuple(Link(f"L{number}", "https://example.org/" + "x" * 1900) for number in range(4))
    papers = tuple(issues.card(number, links=wide) for number in range(1, 30))
    page = part(issues.issue(("Group", papers)), "html")
    full = page.count('class="claim"')
    assert 0 < full < 29
    assert [number for number, _, _ in in_html(page)] == list(range(1, len(in_html(page)) + 1))
    assert page.count("</h3>") == full + 1


# ---- how it is written


def test_every_style_is_on_its_element_and_only_the_dark_ones_are_a_sheet() -> None:
    tree = etree.HTML(part(of(50), "html"))
    (sheet,) = tree.xpath("//style")
    assert re.fullmatch(
        r"@media \(prefers-color-scheme: dark\) \{(?:\s*[^{}]+\{[^{}]+\})+\s*\}\s*", sheet.text
    )
    told = tree.xpath(
        "//body//*[self::a or self::p or self::h1 or self::h2 or self::h3 or self::td or self::mark]"
    )
    assert len(told) > 300
    assert [each.tag for each in told if not each.get("style")] == []
    assert {each.get("role") for each in tree.xpath("//table")} == {"presentation"}
    assert tree.get("lang") == "en"
    assert tree.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert not tree.xpath("//img | //script | //link | //form | //*[@background]")
    levels = [int(each.tag[1]) for each in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_character_set_is_told_where_a_parser_looks_for_it() -> None:
    """HTML 4.2.5.5: within the first 1,024 bytes; the kept styles stand before it."""
    assert part(of(5), "html").index('<meta charset="utf-8">') < 1000


def test_outlook_gets_a_column_of_its_own() -> None:
    page = part(of(5), "html")
    begin, end = (
        page.count(f"<!--[if mso]>{what}") for what in ('<table role="presentation"', "</td></tr></table>")
    )
    assert begin == end == 1


def colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"(background-color|color):(#\w{6})", style.replace(": ", ":")))


@pytest.mark.parametrize("dark", [False, True])
def test_all_that_is_written_can_be_read(dark: bool) -> None:
    """Each text on the nearest ground around it, in the colours that its styles give it."""
    at = issues.ABSTRACT.index("weight")
    card = issues.card(1, abstract=issues.ABSTRACT[:200], in_abstract=((at, at + 6),), in_title=((0, 10),))
    tree = etree.HTML(part(issues.issue(("Group", (card,)), limit=1), "html"))
    changed = (
        re.findall(r"([^{}\n]+)\{([^{}]*)\}", tree.xpath("//style")[0].text.partition("{")[2]) if dark else []
    )
    looks = {each: colours(each.get("style") or "") for each in tree.iter("*")}
    for selectors, style in changed:
        for selector in selectors.split(","):
            kind, _, name = selector.strip().partition(".")
            for each in tree.xpath(f"//{kind or '*'}" + (f"[contains(@class, '{name}')]" if name else "")):
                looks[each] |= colours(style)
    checked = 0
    for each in tree.xpath("//body//*[normalize-space(text())]"):
        ink, ground = (
            (
                next(looks[one][what] for one in (each, *each.iterancestors()) if what in looks[one])
                for what in ("color", "background-color")
            )
            if each.get("class") != "preheader"
            else ("#000000", "#ffffff")
        )
        assert contrast(ink, ground) >= 4.5, (each.tag, each.text, ink, ground)
        checked += 1
    assert checked > 15


def test_the_text_is_written_in_72_columns_with_its_addresses_at_the_end() -> None:
    words = part(issues.issue(("Hostile", issues.hostile()), ("More", issues.cards(30))), "plain")
    assert [line for line in words.splitlines() if len(line) > 72 and "://" not in line] == []
    papers, _, addresses = words.partition("\nAddresses\n")
    assert "https://example.net/code" not in papers
    assert (
        "\n[50] arXiv: https://example.org/abs/30?a=1&b=2\n     Code: https://example.net/code/30\n"
        in addresses
    )


# ---- cards that are joined again


def test_the_same_cards_in_another_order_are_another_issue() -> None:
    """What a reader with an order of her own gets is what the whole path would have made for her."""
    papers = issues.cards(12)
    made = mail.rendered(issues.issue(("Group", papers)), TEMPLATES)
    wanted = mail.rendered(issues.issue(("Group", papers[::-1])), TEMPLATES)
    for one, other in zip(made, wanted, strict=True):
        (group,) = one.groups
        turned = [replace(group, full=list(group.full)[::-1], references=list(group.references)[::-1])]
        assert b"".join(_cards.joined(one.frame, turned)) == mail.body(other)


def test_a_template_without_a_place_for_cards_is_an_error_and_loses_no_paper(tmp_path: Path) -> None:
    for name in ("mail.html.j2", "mail_group.html.j2", "digest.txt.j2"):
        (tmp_path / name).write_text("<h1>Mine</h1>", "utf-8")
        with pytest.raises(ConfigError, match=f"{name}: write {{{{ cards }}}}"):
            mail.rendered(of(5), templating.environment(tmp_path))
        (tmp_path / name).unlink()


def test_the_colours_are_those_of_the_theme() -> None:
    templates = templating.environment(None)
    templates.globals["theme"] = Theme(light=Colours(link="#123456"), dark=DarkColours(link="#fedcba"))
    page = mail.body(mail.rendered(of(5), templates).html).decode()
    assert "color:#123456" in page
    assert "a { color: #fedcba !important" in page
    assert Theme().light.link not in page


def test_many_dumps_are_summed_up() -> None:
    dumps = tuple(
        DumpRead(origin=f"{n}.txt", source="hand", format="hf_text", records=3, papers=2, rejects=1, new=2)
        for n in range(500)
    )
    page = part(issues.ordinary(dumps=dumps), "html")
    assert "19.txt" in page
    assert "20.txt" not in page
    assert "and 480 more dumps: 480 rejects, 0 not read" in page


def test_the_html_is_text_where_titles_are_hostile() -> None:
    page = part(issues.issue(("Hostile", issues.hostile())), "html")
    assert "<script" not in page
    assert not re.search(r'href="(?!https?://)', page)


def test_the_names_of_the_rest_are_text_too() -> None:
    page = part(issues.issue(("Hostile", issues.hostile()), limit=0), "html")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


def test_no_header_takes_a_line_break() -> None:
    for made in (unstructured("a\r\nBcc: b", 0), phrase("a\r\nBcc: b").strip('"')):
        assert made == "a Bcc: b"


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        (of(9), "9 papers · Group 0 3 · Group 1 3 · Group 2 3"),
        (of(9, account=Account(9, 0, 0, 9)), "9 new papers · Group 0 3 · Group 1 3 · Group 2 3"),
        (issues.issue(("One", issues.cards(1)), account=Account(1, 0, 0, 1)), "1 new paper · One 1"),
        (issues.issue(account=Account()), "0 new papers"),
        (issues.issue(*((f"{'Long' * 8} {n}", issues.cards(1)) for n in range(30))), "30 papers · LongLong"),
    ],
)
def test_a_preheader_says_what_it_is(issue: Issue, told: str) -> None:
    said = etree.HTML(part(issue, "html")).xpath("//div[@class='preheader']")[0].text
    words = said.replace("\u034f", "").strip("\xa0")
    assert words.startswith(told)
    assert len(words) <= mail.PREHEADER + 4
    assert words == told or words.endswith(" · …")


def test_a_bare_paper_can_be_mailed() -> None:
    bare = Card(entry="urn:x:1", work=1, title="Only a title", arrived=issues.NOW)
    words = part(issues.issue(("Group", (bare,))), "plain")
    assert "1. Only a title\n" in words
