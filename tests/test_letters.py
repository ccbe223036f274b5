"""Letters: the headers that bulk mail needs, parsed back by the standard library, whatever strangers are called."""

import email
import re
from dataclasses import replace as changed
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from digest import templating, values
from digest.issue import Head, Issue
from digest.renderers import mail
from digest.renderers._mime import message
from digest.secrets import KEY, Secret, Secrets
from digest.sending import letters, tokens
from digest.sending.letters import Letter, Sender, letter
from digest.sending.tokens import Token
from digest.subscribers import addresses
from digest.subscribers.subscribing import Subscriber
from tests import hostile, issues

TEMPLATES = templating.environment(None)
SECRETS = Secrets(b"\1" * KEY, (Secret(2, b"\3" * KEY), Secret(1, b"\2" * KEY)))
SENDER = Sender(
    "Daily Papers", "digest@example.org", "b@bounce.example.org", "https://d.example.org/u", "op@example.org"
)
NOTE = "The issue before may not have reached you: https://digest.example.org/daily/2026-11-20/digest.html"


def reader(address: str = "Me.Too@example.org", number: int = 42) -> Subscriber:
    found = addresses.parse(address)
    since = datetime(2026, 11, 1, tzinfo=UTC)
    return Subscriber(
        number, "daily", found.written, found.folded, found.domain, "confirmed", "", None, since
    )


def frozen(issue: Issue) -> bytes:
    return b"".join(mail.render(issue, TEMPLATES))


ORDINARY = issues.ordinary()
FROZEN = frozen(ORDINARY)


def written(
    head: Head = ORDINARY.head,
    data: bytes = FROZEN,
    to: Subscriber | None = None,
    sender: Sender = SENDER,
    notes: tuple[str, ...] = (),
    key: int = 1,
) -> Letter:
    return letter(head, data, to or reader(), sender=sender, secrets=SECRETS, key=key, notes=notes)


def parsed(made: Letter) -> EmailMessage:
    found = email.message_from_bytes(made.data, policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def words(made: Letter, subtype: str) -> str:
    part = parsed(made).get_body((subtype,))
    assert part is not None
    assert not part.defects
    said = part.get_content()
    assert isinstance(said, str)
    return said.replace("\r\n", "\n")


# --- headers ---


def test_headers_are_those_of_bulk_mail() -> None:
    made = written()
    headers = parsed(made)
    leave = tokens.make(SECRETS.named(1), "leave", 42)
    assert {name: str(value) for name, value in headers.items()} | {"Content-Type": ""} == {
        "From": "Daily Papers <digest@example.org>",
        "To": "Me.Too@example.org",
        "Message-ID": made.message_id,
        "List-Unsubscribe": f"<https://d.example.org/u/{leave}>, <mailto:b+{leave}@bounce.example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Owner": "<mailto:op@example.org>",
        "List-Help": "<mailto:op@example.org?subject=help>",
        "List-Archive": "<https://digest.example.org/daily/index.html>",
        "List-Post": "NO",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        "Feedback-ID": headers["Feedback-ID"],
        "Subject": "Daily Papers: 6 papers, 21 Nov 2026",
        "Date": "Sat, 21 Nov 2026 06:00:30 +0000",
        "List-Id": '"Daily Papers" <daily.digest.example.org>',
        "Content-Language": "en",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }
    assert len(headers.keys()) == len(set(headers.keys()))
    assert re.fullmatch(r"daily-2026-11-21:daily:digest:[a-z2-7]{5,15}", headers["Feedback-ID"])


def test_the_envelope_says_by_itself_whose_letter_it_is() -> None:
    made = written()
    local, _, domain = made.sender.partition("@")
    name, _, token = local.partition("+")
    assert (name, domain, made.to) == ("b", "bounce.example.org", "Me.Too@example.org")
    assert len(local) <= addresses.LONGEST_LOCAL
    assert tokens.read(token, "bounce", SECRETS) == Token(42, ORDINARY.head.number)
    assert written(sender=SENDER._replace(bounces="")).sender == "digest@example.org"


def test_each_attempt_is_the_same_and_each_reader_has_their_own() -> None:
    assert written() == written()
    other = written(to=reader(number=43))
    assert other.message_id != written().message_id
    assert written(key=2).message_id != written().message_id
    next_day = replace(ORDINARY.head, name="daily-2026-11-22")
    assert written(head=next_day).message_id != written().message_id
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.org>", other.message_id)


def test_nothing_of_one_reader_is_in_the_letter_of_another() -> None:
    mine, theirs = written(), written(to=reader("other@example.net", 43))
    for token in re.findall(rb"[a-z2-7]{24,39}(?=[@>\r])", mine.data):
        assert token not in theirs.data
    assert b"Me.Too" not in theirs.data


@pytest.mark.parametrize(
    ("sender", "ways"),
    [
        (SENDER._replace(unsubscribe=""), ["mailto:b+"]),
        (SENDER._replace(unsubscribe="", bounces=""), ["mailto:op@example.org?subject=leave%20daily%20"]),
        (SENDER._replace(bounces="", owner=""), ["https://d.example.org/u/"]),
        (SENDER._replace(unsubscribe="", bounces="", owner=""), []),
    ],
)
def test_no_way_to_leave_is_named_that_nobody_answers(sender: Sender, ways: list[str]) -> None:
    made = written(sender=sender)
    said = str(parsed(made).get("List-Unsubscribe", ""))
    found = re.findall(r"<([^>]*)>", said)
    assert len(found) == len(ways)
    assert all(one.startswith(way) for one, way in zip(found, ways, strict=True))
    assert ("List-Unsubscribe-Post" in parsed(made)) == bool(sender.unsubscribe)
    for subtype in ("plain", "html"):
        assert (found[0] in words(made, subtype)) if found else ("leave" not in words(made, subtype).lower())


LONGEST = SENDER._replace(
    unsubscribe=values.answering("https://digest.institute-of-examples.example.org"),
    bounces=values.tagged_mailbox("n" * 23 + "@bounce.example.org"),
)


@pytest.mark.parametrize("sender", [SENDER, LONGEST])
def test_no_other_program_breaks_the_line_of_a_token(sender: Sender) -> None:
    """The standard library folds what is longer than 78 anew, and turns words without a space into encoded ones."""
    made = written(sender=sender)
    again = parsed(made).as_bytes(policy=SMTP.clone(refold_source="all"))
    for data in (made.data, again):
        head = data.partition(b"\r\n\r\n")[0]
        assert re.search(rb"<https://[a-z.-]+(/u)?/[a-z2-7]{24}>", head)
        assert re.search(rb"<mailto:[a-z+2-7]+@bounce\.example\.org>", head)
        assert b"=?" not in head
    assert max(len(line) for line in made.data.split(b"\r\n") if b"://d" in line) <= letters.LINE


def test_an_address_that_is_too_long_for_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 49"):
        values.answering("https://papers.department-of-examples.example.org/leave/u")
    with pytest.raises(ValueError, match="https"):
        values.answering("http://example.org/u")
    for address in ("n" * 25 + "@example.org", "n" * 24 + "@bounce.example.org"):
        with pytest.raises(ValueError, match="a token is put into it"):
            values.tagged_mailbox(address)


# --- strangers ---

NAUGHTY = st.one_of(st.text(max_size=120), st.sampled_from([*hostile.MARKUP, *issues.HOSTILE]))


def check(made: Letter) -> EmailMessage:
    """Bytes and lines of the standards, and one line a header."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", made.data)
    assert not re.search(rb"[^\r\n\t\x20-\x7e]", made.data)
    assert max(map(len, made.data.split(b"\r\n"))) <= 998
    headers = parsed(made)
    assert len(headers.keys()) == len(set(headers.keys()))
    assert set(headers.keys()) <= set(parsed(written()).keys())
    assert str(headers["To"]) == made.to
    assert [part.get_content_type() for part in headers.iter_parts()] == ["text/plain", "text/html"]
    return headers


@settings(deadline=None)
@given(NAUGHTY, NAUGHTY, st.lists(NAUGHTY, max_size=2))
@example("Bcc: x@y.z\r\nBcc: x@y.z", "\r\n\r\nbody", ["a\r\n.\r\nQUIT\r\n"])
@example("=?utf-8?q?=0D=0ABcc:_x?=", "x" * 2_000, ["--=_boundary--"])
@example(" " * 50, "é" * 500, [letters.PLACE])
def test_whatever_title_name_and_note_are_they_stay_where_they_belong(
    title: str, name: str, notes: list[str]
) -> None:
    head = replace(ORDINARY.head, title=title)
    made = written(
        head, frozen(changed(ORDINARY, head=head)), sender=SENDER._replace(name=name), notes=tuple(notes)
    )
    headers = check(made)
    assert headers["From"].addresses[0].addr_spec == "digest@example.org"
    assert letters.PLACE not in words(made, "html")
    assert "<script" not in words(made, "html").lower()


@settings(deadline=None)
@given(st.emails(domains=st.sampled_from(["example.org", "exämple.org", "EXAMPLE.NET"])))
def test_every_address_that_is_taken_can_be_written_to(address: str) -> None:
    try:
        to = reader(address)
    except ValueError:
        return
    headers = check(written(to=to))
    assert headers["To"].addresses[0].addr_spec == to.address


BREAKS = ("\r\nBcc: x@example.org", "\n", "\r", "\0", "é", "\u2028", "\x7f")


@pytest.mark.parametrize("more", BREAKS)
def test_an_address_with_a_line_break_is_refused_wherever_it_stands(more: str) -> None:
    to = reader()._replace(address=f"me@example.org{more}")
    with pytest.raises(ValueError, match="cannot stand in a header"):
        written(to=to)
    for sender in (
        SENDER._replace(address=f"d@example.org{more}"),
        SENDER._replace(bounces=f"b@example.org{more}"),
        SENDER._replace(unsubscribe=f"https://example.org{more}"),
    ):
        with pytest.raises(ValueError, match=r"cannot stand in a header|no domain|control characters"):
            written(sender=sender)
    owner = parsed(written(sender=SENDER._replace(owner=f"op@example.org{more}")))["List-Owner"]
    assert re.fullmatch(r"<mailto:[\x21-\x7e]+>", str(owner))  # there it is part of an address, and quoted


@pytest.mark.parametrize(
    "text",
    ["a@b.example\r\nBcc: c@d.example", "X\n <a@b.example>", "a@b.example, c@d.example", "", "<>", "X <a>"],
)
def test_a_sender_that_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        values.mailbox(text)


def test_a_sender_has_a_name_or_none() -> None:
    assert values.mailbox("Daily Papers <d@example.org>") == ("Daily Papers", "d@example.org")
    assert values.mailbox('"Papers, daily" <d@exämple.org>') == ("Papers, daily", "d@xn--exmple-cua.org")
    assert values.mailbox("d@example.org") == ("", "d@example.org")
    assert str(parsed(written(sender=SENDER._replace(name="")))["From"]) == "digest@example.org"


# --- the words of its own ---


def test_both_parts_say_at_top_and_foot_how_to_leave() -> None:
    made = written(notes=(NOTE,))
    link = f"https://d.example.org/u/{tokens.make(SECRETS.named(1), 'leave', 42)}"
    for subtype in ("plain", "html"):
        said = words(made, subtype)
        before, first, _ = said.partition(link)
        assert len(before) < said.index("Forgetting on Purpose"), "above the first paper"
        assert said.rindex(link) > said.rindex("Dates are those of"), "below the last words"
        assert said.count(link) == 2
        assert first
        assert "Me.Too@example.org" in said
        assert said.index("https://digest.example.org/daily/2026-11-20") < said.index("Forgetting")
    assert max(map(len, words(made, "plain").split("\n"))) <= 100
    assert f"\n{link}\n" in words(made, "plain")
    assert f'<a href="{link}"' in words(made, "html")


def test_the_rest_is_the_frozen_mail_to_the_byte() -> None:
    silent = SENDER._replace(unsubscribe="", bounces="", owner="")
    made = written(sender=silent).data
    before, blank, body = FROZEN.partition(b"\r\n\r\n")
    assert made.endswith(before + blank + body.replace(letters.PLACE.encode(), b""))
    assert letters.PLACE.encode() in FROZEN


def test_a_template_without_the_places_has_its_letters_too() -> None:
    bare = FROZEN.replace(letters.PLACE.encode(), b"")
    said = words(written(data=bare), "html")
    assert re.search(r"<body[^>]*>\s*<p[^>]*><a[^>]*>Unsubscribe", said)
    assert re.search(r"Unsubscribe</a></p>\s*</body>", said)


def test_a_place_within_a_long_line_breaks_no_line() -> None:
    html = "a" * 70 + letters.PLACE + "b" * 70 + letters.PLACE + "c" * 70
    parts = [("plain", b"Title\n\nWords\n"), ("html", html.encode())]
    data = b"".join(message([("Subject", "x")], parts, "seed"))
    silent = written(data=data, sender=SENDER._replace(unsubscribe="", bounces="", owner=""))
    for made in (silent, written(data=data)):
        assert max(map(len, made.data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert words(silent, "html").strip() == "a" * 70 + "b" * 70 + "c" * 70


def test_lines_of_both_parts_are_short() -> None:
    body = written(notes=(NOTE,)).data.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


def test_what_is_no_mail_of_an_issue_is_refused() -> None:
    for data in (b"", b"Subject: x\r\n\r\nwords", FROZEN[:200]):
        with pytest.raises(ValueError, match="no mail of an issue"):
            written(data=data)
