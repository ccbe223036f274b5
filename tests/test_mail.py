"""The mail as receivers parse it, and the limits of what leaves the house."""

import email
import re
from email.message import EmailMessage
from email.policy import default

import pytest

from digest import templating
from digest.issue import Card, DumpRead, Issue
from digest.renderers import mail
from digest.renderers._mime import WORD_BYTES, phrase, unstructured
from tests import issues

TEMPLATES = templating.environment(None)


def message(issue: Issue) -> bytes:
    return "".join(mail.render(issue, TEMPLATES)).encode("ascii")


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


def test_both_parts_show_every_paper_of_a_small_issue() -> None:
    issue = issues.ordinary()
    for subtype in ("plain", "html"):
        words = part(issue, subtype)
        for card in issues.cards(6):
            assert card.title in words.replace("\n    ", " ")
        assert "Something may be missing" in words
        assert not re.search(r"\d more", words)


@pytest.mark.parametrize("number", [60, 300, 3000])
def test_the_mail_keeps_to_its_budget_and_tells_what_is_cut(number: int) -> None:
    issue = issues.issue(("First", issues.cards(number // 2)), ("Second", issues.cards(number // 2)))
    page = part(issue, "html")
    assert 0.8 * mail.BUDGET < len(page.encode()) <= mail.BUDGET
    full, named = page.count("<h3"), len(re.findall(r'<p style="margin:6px 0 0;font-size:14px">\d+\.', page))
    counted = re.findall(r"(?:and )?([\d,]+) (?:more|papers) <a[^>]*>on the page", page)
    assert full > 10
    shown = [int(each) for each in re.findall(r">(\d+)\. <a", page)]
    first, second = [n for n in shown if n <= number // 2], [n for n in shown if n > number // 2]
    assert first == list(range(1, len(first) + 1))
    assert second == list(range(number // 2 + 1, number // 2 + 1 + len(second)))
    assert 0.7 * len(second) < len(first) < 1.5 * len(second)  # the first group does not take all the room
    assert full + named + sum(int(each.replace(",", "")) for each in counted) == number
    if number == 3000:
        assert len(counted) == 2
        assert "https://digest.example.org/daily/2026-11-21/digest.html" in page


def test_text_and_html_show_the_same_papers() -> None:
    issue = issues.issue(("First", issues.cards(400)), limit=12)
    numbers = re.findall(r"(?m)^(\d+)\. ", part(issue, "plain"))
    assert numbers == re.findall(r">(\d+)\. <a", part(issue, "html"))
    assert "more on the page\n    https://digest.example.org/daily/2026-11-21/digest.html" in part(
        issue, "plain"
    )


def test_without_a_page_the_rest_is_only_counted() -> None:
    for changes in ({"public": None}, {"outputs": ("mail",)}):
        issue = issues.issue(("First", issues.cards(400)), **changes)
        for subtype in ("plain", "html"):
            assert re.search(r"and \d+ more in the digest.s other files", part(issue, subtype))
            assert "digest.html" not in part(issue, subtype)


def test_the_limit_of_a_group_cuts_cards() -> None:
    page = part(issues.ordinary(20, limit=3), "html")
    assert page.count("<h3") == 2 * 3
    assert page.count("Also in this group") == 2


def test_one_endless_paper_does_not_fill_the_mail() -> None:
    endless = issues.card(1, title="T" * 5000, abstract="word " * 40_000)
    page = part(issues.issue(("Group", (endless, *issues.cards(5)))), "html")
    assert page.count("<h3") == 6
    assert "T" * (mail.TITLE_SHOWN - 1) + "…" in page


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


def test_a_preheader_says_what_it_is() -> None:
    page = part(issues.ordinary(), "html")
    assert f"6 papers: {issues.card(1).title}</div>" in page


def test_a_bare_paper_can_be_mailed() -> None:
    bare = Card(entry="urn:x:1", work=1, title="Only a title", arrived=issues.NOW)
    words = part(issues.issue(("Group", (bare,))), "plain")
    assert "1. Only a title\n" in words
