"""Mails that came back: whose letter they speak of is signed, what they say is read, and twice is once."""

import json
import mailbox
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import templating
from digest.renderers import mail
from digest.secrets import KEY, Secret, Secrets
from digest.sending import letters, tokens
from digest.sending.letters import Sender
from digest.store import Store, issues, open_store, subscribers
from digest.store.subscribers import Suppression
from digest.subscribers import bouncing, enrolling, returned, subscribing
from digest.subscribers.returned import Kind, Returned
from tests import homes
from tests import issues as made_up

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECRETS = Secrets(b"\1" * KEY, (Secret(1, b"\2" * KEY),))
BOX = "b+{}@bounce.example.org"


def token(purpose: tokens.Purpose = "bounce", subscriber: int = 1, issue: int | None = 12) -> str:
    return tokens.make(SECRETS.newest, purpose, *([subscriber] if issue is None else [subscriber, issue]))


def report(status: str, action: str = "failed", diagnosis: str = "", to: str = "") -> bytes:
    """A bounce as RFC 3464 has it."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to or BOX.format(token())}
Subject: Undelivered Mail
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

I could not deliver your mail.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 21 Nov 2026 06:01:00 +0000

Final-Recipient: rfc822; reader@example.net
Action: {action}
Status: {status}
Diagnostic-Code: {diagnosis or "smtp; 550 no"}

--x
Content-Type: message/rfc822

Subject: Daily Papers

--x--
""".encode()


def complaint(letter: bytes, kind: str = "abuse") -> bytes:
    """A complaint as RFC 5965 has it."""
    return (
        b"From: feedback@isp.example\nTo: fbl@example.org\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="x"\n\n'
        b"--x\nContent-Type: text/plain\n\nSomebody complained.\n"
        b"--x\nContent-Type: message/feedback-report\n\n"
        + f"Feedback-Type: {kind}\nUser-Agent: Example/1.0\nVersion: 1\n\n".encode()
        + b"--x\nContent-Type: message/rfc822\n\n"
        + letter.replace(b"\r\n", b"\n")
        + b"\n--x--\n"
    )


# --- what a mail says ---


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", "hard"),
        ("5.1.2 (no such domain)", "hard"),
        ("5.1.10", "hard"),
        ("5.2.1", "hard"),
        ("5.4.4", "hard"),
        ("5.2.2", "soft"),
        ("4.2.2", "soft"),
        ("4.1.1", "soft"),
        ("5.0.0", "soft"),
        ("", "soft"),
        ("nonsense", "soft"),
        ("5.7.1", "policy"),
        ("5.7.515", "policy"),
        ("5.1.8", "policy"),
        ("5.3.4", "policy"),
        ("5.6.3", "policy"),
    ],
)
def test_a_status_says_whether_there_is_nobody_or_it_is_our_fault(status: str, kind: Kind) -> None:
    why = re.sub(r" .*|nonsense", "", status) or "no status"
    assert returned.read(report(status), SECRETS) == Returned(1, 12, kind, why)


@pytest.mark.parametrize(
    ("diagnosis", "kind", "why"),
    [
        ("smtp; 550 5.1.1 <reader@example.net>: no such user", "hard", "5.1.1"),
        ("smtp; 550-5.7.1 Blocked, see\n https://example.net/5.1.1", "policy", "5.7.1"),
        ("smtp; 550 host 10.5.1.1 is unknown", "soft", "5.0.0"),
    ],
)
def test_a_status_without_a_meaning_gives_way_to_the_servers_words(
    diagnosis: str, kind: Kind, why: str
) -> None:
    assert returned.read(report("5.0.0", diagnosis=diagnosis), SECRETS) == Returned(1, 12, kind, why)


@pytest.mark.parametrize(
    ("action", "kind"), [("delayed", "late"), ("delivered", "other"), ("Relayed", "other")]
)
def test_what_has_not_failed_is_no_bounce(action: str, kind: str) -> None:
    found = returned.read(report("4.0.0", action), SECRETS)
    assert found is not None
    assert found.kind == kind


def test_words_of_old_servers_are_guessed_last() -> None:
    words = (
        "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\nTo: {}\n\n"
        "Hi. This is the qmail-send program at mx.example.net.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<reader@example.net>:\nSorry, no mailbox here by that name.\n"
    )
    found = returned.read(words.format(BOX.format(token())).encode(), SECRETS)
    assert found == Returned(1, 12, "hard", "by its words")


def test_an_answer_from_the_holidays_is_no_bounce() -> None:
    words = (
        f"From: reader@example.net\nTo: {BOX.format(token())}\nAuto-Submitted: auto-replied\n\nI am away.\n"
    )
    assert returned.read(words.encode(), SECRETS) == Returned(1, 12, "other", "no bounce")


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_token_is_found_where_servers_write_it_in_any_case(header: str) -> None:
    data = report("5.1.1").replace(b"To: b+", f"To: all@example.org\n{header}: B+".encode())
    for one in (data, data.replace(token().encode(), token().upper().encode())):
        assert returned.read(one, SECRETS) == Returned(1, 12, "hard", "5.1.1")


def test_forged_bounces_do_nothing() -> None:
    true = token()
    other = tokens.make(Secret(1, b"\7" * KEY), "bounce", 1, 12)
    last = "a" if true[-3] != "a" else "b"
    for forged in (other, true[:-3] + last + true[-2:], true[:-1], token("leave", 1, None) + "a" * 15):
        assert returned.read(report("5.1.1", to=BOX.format(forged)), SECRETS) is None
    assert returned.read(report("5.1.1", to="reader@example.net"), SECRETS) is None
    quoted = report("5.1.1", to="digest@example.org").replace(
        b"Subject: Daily", f"To: b+{true}@x.org\nX: ".encode()
    )
    assert returned.read(quoted, SECRETS) is None, "only a complaint may speak of the letter that it holds"


def test_a_mail_to_the_address_for_leaving_leaves() -> None:
    to = BOX.format(token("leave", 7, None))
    mail = f"From: somebody@else.example\nTo: <{to}>\nSubject: unsubscribe\n\n".encode()
    assert returned.read(mail, SECRETS) == Returned(7, None, "leave", "a mail to the address for leaving")
    found = returned.read(report("5.1.1", to=to), SECRETS)
    assert found is not None
    assert found.kind == "other", "nothing that we wrote can come back from there"


FROZEN = b"".join(mail.render(made_up.ordinary(), templating.environment(None)))


@pytest.mark.parametrize("bounces", ["b@bounce.example.org", ""])
@pytest.mark.parametrize(
    ("kind", "what"), [("abuse", "complaint"), ("not-spam", "other"), ("opt-out", "leave")]
)
def test_a_complaint_is_known_by_the_letter_that_it_holds(bounces: str, kind: str, what: str) -> None:
    to = subscribing.Subscriber(
        7, "daily", "a@b.example", "a@b.example", "b.example", "confirmed", "", None, NOW
    )
    sender = Sender("", "d@example.org", bounces, "https://d.example.org/u")
    letter = letters.letter(made_up.ordinary().head, FROZEN, to, sender=sender, secrets=SECRETS, key=1)
    found = returned.read(complaint(letter.data, kind), SECRETS)
    assert found is not None
    assert (found.subscriber, found.kind) == (7, what)
    assert returned.read(complaint(b"Subject: x\n\nof somebody else"), SECRETS) is None


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "failed", "delayed"]), st.text(max_size=40))
def test_whatever_comes_is_read(body: bytes, action: str, status: str) -> None:
    returned.read(body, SECRETS)
    to = f"To: {BOX.format(token())}\n".encode()
    returned.read(to + body, SECRETS)
    data = report("STATUS", action).replace(b"STATUS", status.encode("utf-8", "surrogatepass"))
    assert returned.read(data, SECRETS) is not None
    returned.read(data.replace(b"multipart/report", b"multipart/" + body[:9]), SECRETS)
    returned.read(complaint(body), SECRETS)


def test_what_nobody_would_write_costs_little_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    deep = b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5_000))
    assert returned.read(deep, SECRETS) is None
    to = f"To: {BOX.format(token())}\n".encode()
    for body in (b"could not be delivered to <a@b>\n" * 40_000, b"<a@" * 400_000, b" " * 1_000_000):
        for sender in (b"", b"From: MAILER-DAEMON@example.net\n"):
            begun = time.process_time()
            found = returned.read(to + sender + b"\n" + body, SECRETS)
            assert time.process_time() - begun < 10
            assert found is not None
    assert found is not None
    assert found.why == "no bounce"
    assert returned.read(to + b"\n", SECRETS) == Returned(1, 12, "other", "cannot be read: IndexError")
    assert caplog.records == []


@pytest.mark.parametrize(
    "parameters",
    ["a*=b; a*0=c", "report-type*=idna'x'%ff", "boundary*=idna'x'%ff", f"report-type*{'9' * 5_000}=x"],
)
def test_parameters_that_pythons_own_reader_stumbles_over_stop_nothing(parameters: str) -> None:
    words = f"To: {BOX.format(token())}\nContent-Type: multipart/report; {parameters}\n\n"
    assert returned.read(words.encode(), SECRETS) in (
        None,
        Returned(1, 12, "other", "cannot be read: IndexError"),
    )


@pytest.mark.parametrize("kind", ["\x1b[2J", "me@example.net", "x" * 41, "two words"])
def test_a_type_of_complaint_that_nobody_has_named_is_not_repeated(kind: str) -> None:
    found = returned.read(complaint(f"To: {BOX.format(token())}\n\n".encode(), kind), SECRETS)
    assert found == Returned(1, 12, "complaint", "feedback report: of an unknown type")


# --- what comes of it ---


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "digest.sqlite3")
    with opened.writing() as db:
        for number in range(1, 40):
            head = made_up.issue().head
            day = NOW - timedelta(days=40 - number)
            changes: dict[str, Any] = {"number": number, "name": f"daily-{number}", "made": day}
            issues.freeze(db, number, type(head)(**{**_fields(head), **changes}))
        for digest in ("daily", "weekly"):
            wishes = [subscribing.wish(f"reader{n}@example.net") for n in range(1, 4)]
            enrolling.enrol(db, digest, wishes, "test", NOW - timedelta(days=60))
    yield opened
    opened.close()


def _fields(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__struct_fields__}


def box(path: Path, *mails: bytes) -> Path:
    maildir = mailbox.Maildir(path)
    for each in mails:
        maildir.add(each)
    return path


def signed(store: Store, purpose: tokens.Purpose, subscriber: int, issue: int | None = None) -> str:
    with store.writing() as db:
        secret = subscribers.keys(db, NOW).newest
    return BOX.format(tokens.make(secret, purpose, *([subscriber] if issue is None else [subscriber, issue])))


def statuses(store: Store) -> dict[int, str]:
    with store.reading() as db:
        return {one.id: one.status for one in subscribers.every(db)}


def suppressed(store: Store, address: str, digest: str) -> Suppression | None:
    with store.writing() as db:
        found = subscribing.wish(address).address
        return dict(enrolling.kept_out(db, digest, [found], NOW)).get(address)


def test_a_hard_bounce_ends_all_mail_to_an_address(store: Store, tmp_path: Path) -> None:
    mails = box(tmp_path / "box", report("5.1.1", to=signed(store, "bounce", 1, 39)))
    tally = bouncing.read_all(store, [mails], NOW)
    assert tally.kinds == {"hard": 1}
    assert [(gone.digest, gone.reason, gone.why) for gone in tally.gone] == [
        ("daily", "bounced", "5.1.1"),
        ("weekly", "bounced", "5.1.1"),
    ]
    assert statuses(store) == {1: "bounced", 2: "confirmed", 3: "confirmed"} | {
        4: "bounced",
        5: "confirmed",
        6: "confirmed",
    }
    assert suppressed(store, "reader1@example.net", "another") == Suppression("bounced", NOW)
    again = bouncing.read_all(store, [mails], NOW)
    assert (again.before, again.gone) == (1, [])
    assert len(list(mailbox.Maildir(mails))) == 1


def test_five_soft_bounces_in_a_row_do_and_old_ones_fade(store: Store, tmp_path: Path) -> None:
    def soft(subscriber: int, issues_: range, words: str = "full") -> list[bytes]:
        to = [signed(store, "bounce", subscriber, issue) for issue in issues_]
        return [report("4.2.2", to=each, diagnosis=words) for each in to]

    five = [*soft(1, range(35, 40)), *soft(1, range(35, 40)), *soft(1, range(35, 40), "still full")]
    found = bouncing.read_all(store, [box(tmp_path / "five", *five)], NOW)
    assert (found.kinds, found.before) == ({"soft": 10}, 5)
    assert statuses(store)[1] == "confirmed"
    bouncing.read_all(store, [box(tmp_path / "six", *soft(1, range(34, 35)))], NOW)
    assert statuses(store)[1] == "bounced"
    bouncing.read_all(store, [box(tmp_path / "old", *soft(2, range(1, 8)))], NOW)
    assert statuses(store)[2] == "confirmed"
    policy = [report("5.7.1", to=signed(store, "bounce", 3, issue)) for issue in range(20, 40)]
    assert bouncing.read_all(store, [box(tmp_path / "policy", *policy)], NOW).kinds == {"policy": 20}
    assert statuses(store)[3] == "confirmed"


def test_soft_bounces_count_half_after_a_month() -> None:
    assert bouncing.score([NOW, NOW - timedelta(days=30), NOW - timedelta(days=60)], NOW) == 1.75
    daily = [NOW - timedelta(days=day) for day in range(6)]
    assert bouncing.score(daily[:5], NOW) < bouncing.ENOUGH <= bouncing.score(daily, NOW)
    monthly = [NOW - timedelta(days=30 * month) for month in range(100)]
    assert bouncing.score(monthly, NOW) < bouncing.ENOUGH


def test_who_asks_to_leave_leaves_one_digest_and_may_come_back(store: Store, tmp_path: Path) -> None:
    leaving = box(tmp_path / "box", f"To: {signed(store, 'leave', 1)}\n\n".encode())
    assert [gone.reason for gone in bouncing.read_all(store, [leaving], NOW).gone] == ["unsubscribed"]
    assert (statuses(store)[1], statuses(store)[4]) == ("unsubscribed", "confirmed")
    with store.writing() as db:
        wish = subscribing.wish("reader1@example.net")
        enrolling.again(db, "daily", [wish.address], "test", NOW)
        enrolling.enrol(db, "daily", [wish], "test", NOW)
    bouncing.read_all(store, [leaving], NOW)
    assert statuses(store)[1] == "confirmed", "the old mail is not read again"
    old = report("5.1.1", to=signed(store, "bounce", 1, 39))
    bouncing.read_all(store, [box(tmp_path / "old", old)], NOW)
    assert statuses(store)[1] == "confirmed", "nor does an issue count from before"


def test_mails_of_strangers_and_of_the_erased_change_nothing(store: Store, tmp_path: Path) -> None:
    to = signed(store, "bounce", 1, 39)
    with store.writing() as db:
        enrolling.erase(db, subscribing.wish("reader1@example.net").address, NOW)
    before = statuses(store)
    mails = box(tmp_path / "box", report("5.1.1", to=to), report("5.1.1"), b"", b"Subject: hello\n\n")
    tally = bouncing.read_all(store, [mails], NOW)
    assert (tally.mails, tally.erased, tally.strange, tally.gone) == (4, 1, 3, [])
    assert statuses(store) == before


def test_only_a_mailbox_that_is_not_there_is_a_bounce_without_a_mail(store: Store) -> None:
    with store.writing() as db:
        one = subscribers.get(db, 1)
        assert one is not None
        for issue in range(20, 40):
            for reply in ("550 5.7.1 we do not like your server", "550 relaying denied", "554 5.2.2 full"):
                bouncing.refused(db, one, issue, reply, NOW)
    assert statuses(store)[1] == "confirmed"
    with store.writing() as db:
        bouncing.refused(db, one, 38, "550 5.1.1 no such user", NOW)
        bouncing.refused(db, one, 38, "550 5.1.1 no such user", NOW)
    assert statuses(store)[1] == "bounced"


# --- the program ---


def run(home: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return homes.run(home, "bounces", "read", *arguments, code=code)


def test_the_program_reads_a_maildir_and_an_mbox(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.run(home, "subscribers", "add", "daily", "a@example.net", "b@example.net")
    with_store = open_store(home / "digest.sqlite3")
    to = [signed(with_store, "bounce", number, 1) for number in (1, 2)]
    with_store.close()
    maildir = box(tmp_path / "maildir", report("5.1.1", to=to[0]), b"Subject: spam\n\n")
    mbox = tmp_path / "mbox"
    mbox.write_bytes(b"From x Sat Nov 21 06:00:00 2026\n" + report("5.1.2", to=to[1]) + b"\n")
    done = run(home, maildir, mbox)
    assert done.stdout.splitlines() == [
        "3 mails, 2 hard, 1 of strangers",
        "a@example.net gets no more of daily: bounced (5.1.1)",
        "b@example.net gets no more of daily: bounced (5.1.2)",
    ]
    said = json.loads(run(home, mbox, "--json").stdout)
    assert (said["mails"], said["before"], said["gone"]) == (1, 1, [])
    for wrong in (tmp_path, home / "digest.sqlite3"):
        assert "neither a Maildir" in run(home, wrong, code=2).stderr


def test_the_samples_are_mails() -> None:
    for data in (report("5.1.1"), complaint(b"Subject: x\n\n")):
        found = message_from_bytes(data, policy=default)
        assert isinstance(found, EmailMessage)
        assert not found.defects
        assert next(part.get_content_type() for part in found.iter_parts()) == "text/plain"


def test_a_letter_that_went_out_takes_its_reader_off_the_list(tmp_path: Path) -> None:
    settings = 'bounces = "b@bounce.example.org"\n[smtp]\nfrom = "d@example.org"\n'
    settings += '[delivery]\nkind = "folder"\npath = "letters"\n'
    home = homes.make(tmp_path / "home", settings, daily=homes.schedule(to=["a@example.net"]))
    homes.run(home, "subscribers", "add", "daily", "b@example.net")
    homes.drop(home, "one.html", 1, 2)
    homes.run(home, "build")
    homes.run(home, "send")
    sent = [each.read_bytes() for each in sorted((home / "letters").rglob("*.eml"))]
    assert len(sent) == 2
    to = [re.findall(rb"<mailto:([^>]*)>", each)[0] for each in sent]
    assert b"b+" in to[0]
    leaving = box(tmp_path / "leaving", *(b"From: x@example.net\nTo: " + each + b"\n\n" for each in to))
    done = run(home, leaving)
    assert "2 mails, 2 leave" in done.stdout
    homes.drop(home, "two.html", 3, 4)
    homes.run(home, "build", now="2026-11-21T07:00+00:00")
    homes.run(home, "send", now="2026-11-21T07:00+00:00")
    assert len(list((home / "letters").rglob("*.eml"))) == 2
