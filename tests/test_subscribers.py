"""Subscribers: who can be put on a list, how they leave it, and that nobody but themselves brings them back."""

import csv
import json
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from digest import config
from digest.errors import ConfigError
from digest.sending import tokens
from digest.store import Store, open_store, subscribers
from digest.subscribers import addresses, enrolling, lists, subscribing
from digest.subscribers.subscribing import Left
from tests import homes

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return homes.make(tmp_path / "home", daily=homes.schedule(), weekly=homes.schedule())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "digest.sqlite3")
    yield opened
    opened.close()


def run(home: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return homes.run(home, "subscribers", *arguments, code=code)


def listed(home: Path, digest: str = "") -> list[tuple[str, str, str]]:
    """Digest, address and status of all rows, as the store has them."""
    rows = homes.rows(home).get("subscribers", []) if (home / "digest.sqlite3").exists() else []
    return sorted((row[1], row[2], row[5]) for row in rows if digest in ("", row[1]))


def imported(home: Path, file: Path, digest: str = "daily", code: int = 0) -> dict[str, Any]:
    [said] = homes.objects(run(home, "import", digest, file, "--json", code=code))
    return said


# --- addresses ---


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("me@example.org", "me@example.org"),
        (" Me.Too+papers@Example.ORG ", "Me.Too+papers@example.org"),
        ("me@exämple.org", "me@xn--exmple-cua.org"),
        ("me@EXÄMPLE.org", "me@xn--exmple-cua.org"),
        ("me@例え.テスト", "me@xn--r8jz45g.xn--zckzah"),
        ("me@xn--exmple-cua.org", "me@xn--exmple-cua.org"),
        ("root@localhost", "root@localhost"),
        ("o'hara=x/y{z}@example.org", "o'hara=x/y{z}@example.org"),
    ],
)
def test_an_address_is_taken_as_it_is_written_to(text: str, written: str) -> None:
    found = addresses.parse(text)
    assert (found.written, found.folded) == (written, written.lower())
    assert found.domain == written.rpartition("@")[2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a name, one @ and a domain"),
        ("me", "a name, one @ and a domain"),
        ("@example.org", "a name, one @ and a domain"),
        ("me@", "a name, one @ and a domain"),
        ("a@b@example.org", "cannot stand before the @"),
        ("Me <me@example.org>", "spaces"),
        ("me@example.org\r\nBcc: x@example.org", "spaces or control"),
        ("me@example.org\0", "spaces or control"),
        ("mé@example.org", "SMTPUTF8"),
        (".me@example.org", "cannot stand before the @"),
        ("m..e@example.org", "cannot stand before the @"),
        ('"me too"@example.org', "spaces"),
        ('"me"@example.org', "cannot stand before the @"),
        ("<me@example.org>", "cannot stand before the @"),
        ("me,you@example.org", "cannot stand before the @"),
        ("me@example", "no domain"),
        ("me@example.org.", "no domain"),
        ("me@exa_mple.org", "no domain"),
        ("me@-example.org", "no domain"),
        ("me@[127.0.0.1]", "no domain"),
        ("me@127.0.0.1", "no domain"),
        ("me@exam\u200bple.org", "control"),
        ("me@xn--zzzzzzzz.org", "no domain"),
        ("m" * 65 + "@example.org", "more than 64"),
        ("me@" + "a." * 130 + "org", "longer than 254"),
    ],
)
def test_what_cannot_be_written_to_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        addresses.parse(text)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_whatever_is_taken_is_one_ascii_word(text: str) -> None:
    try:
        found = addresses.parse(f"{text}@example.org")
    except ValueError:
        return
    assert found.written.isascii()
    assert found.written.isprintable()
    assert not set(found.written) & set(' <>,;:"()[]\\')


# --- add, remove, erase ---


def test_a_subscriber_is_added_once_however_often(home: Path) -> None:
    said = run(home, "add", "daily", "me@example.org", "ME@example.org", "you@exämple.org").stdout
    assert said == "daily: 2 added, 1 said twice\n"
    assert run(home, "add", "daily", "Me@Example.org").stdout == "daily: 0 added, 1 there already\n"
    run(home, "add", "weekly", "me@example.org")
    assert listed(home) == [
        ("daily", "me@example.org", "confirmed"),
        ("daily", "you@xn--exmple-cua.org", "confirmed"),
        ("weekly", "me@example.org", "confirmed"),
    ]


def test_hour_and_zone_are_kept_until_others_are_said(home: Path) -> None:
    run(home, "add", "daily", "me@example.org", "--zone", "Asia/Tokyo", "--hour", "7")
    assert run(home, "add", "daily", "me@example.org").stdout == "daily: 0 added, 1 there already\n"
    assert "me@example.org, 7:00, Asia/Tokyo" in run(home, "list", "daily").stdout
    assert "1 changed" in run(home, "add", "daily", "me@example.org", "--hour", "0").stdout
    assert "me@example.org, 0:00, Asia/Tokyo" in run(home, "list", "daily").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("you",), "'you' is no address"),
        (("me@example.org", "Berlin"), "did you mean Europe/Berlin"),
        (("me@example.org", "", "24"), "0 to 23"),
        (("me@example.org", "", "²"), "0 to 23"),
        (("me@example.org", "", "", "gone"), "no status is named 'gone'; known: pending"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused(words: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        subscribing.wish(*words)


def test_nothing_is_added_where_something_is_wrong(home: Path) -> None:
    assert "'you' is no address" in run(home, "add", "daily", "me@example.org", "you", code=2).stderr
    assert "did you mean" in run(home, "add", "dayly", "me@example.org", code=2).stderr
    assert listed(home) == []


def test_who_left_comes_back_by_their_own_wish_alone(home: Path) -> None:
    run(home, "add", "daily", "me@example.org")
    run(home, "add", "weekly", "me@example.org")
    run(home, "remove", "daily", "ME@example.org")
    assert listed(home, "daily") == [("daily", "me@example.org", "unsubscribed")]
    assert listed(home, "weekly") == [("weekly", "me@example.org", "confirmed")]
    assert "unsubscribed" in run(home, "add", "daily", "me@example.org", "x@example.org", code=2).stderr
    assert len(listed(home)) == 2, "nobody is added where somebody is refused"
    run(home, "add", "daily", "me@example.org", "--again", "--how", "wrote to us")
    assert listed(home, "daily") == [("daily", "me@example.org", "confirmed")]
    record = json.loads(run(home, "history", "me@example.org", "--json").stdout)["record"]
    assert [(each["event"], each["how"]) for each in record if each["digest"] == "daily"] == [
        ("added", "by hand"),
        ("unsubscribed", "by hand"),
        ("requested", "wrote to us"),
        ("added", "wrote to us"),
    ]


def test_who_is_on_no_list_cannot_be_removed(home: Path) -> None:
    assert "is not on the list" in run(home, "remove", "daily", "me@example.org", code=2).stderr


def test_nothing_of_an_erased_address_is_left_but_a_hidden_word(home: Path) -> None:
    run(home, "add", "daily", "Very.Rare@example.org", "--how", "at the fair")
    run(home, "add", "weekly", "very.rare@example.org")
    assert "daily, weekly" in run(home, "erase", "VERY.rare@example.org").stdout
    assert listed(home) == []
    assert not [each for each in home.glob("digest.sqlite3*") if b"rare" in each.read_bytes().lower()]
    assert "rare" not in repr(homes.rows(home)).lower()
    file = home / "again.csv"
    file.write_text("email\nvery.rare@example.org\nnew@example.org\n")
    assert imported(home, file)["kept_out"] == {"erased": 1}
    assert imported(home, file, "weekly")["kept_out"] == {"erased": 1}
    assert listed(home, "daily") == [("daily", "new@example.org", "confirmed")]
    history = run(home, "history", "very.rare@example.org").stdout
    assert "added, at the fair" in history
    assert "erased, asked to be forgotten" in history


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_digest_that_nobody_has_heard_of_has_no_list(home: Path, command: str) -> None:
    run(home, command, "daily")
    assert "did you mean" in run(home, command, "dayly", code=2).stderr
    run(home, "add", "weekly", "me@example.org")
    (home / "schedules" / "weekly.toml").unlink()
    assert "me@example.org" in run(home, command, "weekly").stdout, "its readers outlive a schedule"


def test_nobody_is_erased_where_an_address_cannot_be_meant(home: Path) -> None:
    run(home, "add", "daily", "me@example.org")
    assert "is no address" in run(home, "erase", "me@example.org", "you", code=2).stderr
    assert listed(home) == [("daily", "me@example.org", "confirmed")]


def test_the_number_of_an_erased_subscriber_is_never_anothers(store: Store) -> None:
    with store.writing() as db:
        enrolling.enrol(db, "daily", [subscribing.wish("one@example.org")], "test", NOW)
        [one] = subscribers.every(db)
        enrolling.erase(db, addresses.parse("one@example.org"), NOW)
        enrolling.enrol(db, "daily", [subscribing.wish("two@example.org")], "test", NOW)
        [two] = subscribers.every(db)
    assert two.id > one.id


# --- lists ---

CSV = """\ufeffE-Mail;Name;Time Zone;Hour
Ada@example.org;Ada;Europe/Berlin;7

ada@EXAMPLE.org;Ada again;;
mé@example.org;Mé;;
"bo@example.org";"Bo; who
has two lines";;
chi@example.org;Chi;Mars/Olympus;
di@example.org;Di;;7:00
"""


def test_a_list_is_read_and_what_is_wrong_is_told_by_line(home: Path) -> None:
    file = home / "readers.csv"
    file.write_text(CSV)
    said = imported(home, file, code=3)
    assert (said["added"], said["twice"]) == (2, 1)
    assert [(each["line"], why) for each in said["refused"] for why in WHY if why in each["why"]] == [
        (5, "SMTPUTF8"),
        (8, "no time zone"),
        (9, "no hour"),
    ]
    assert listed(home) == [
        ("daily", "Ada@example.org", "confirmed"),
        ("daily", "bo@example.org", "confirmed"),
    ]
    done = run(home, "import", "daily", file, code=3)
    assert done.stdout == "daily: 0 added, 2 there already, 1 said twice\n"
    assert done.stderr.startswith("line 5: ")


WHY = ("SMTPUTF8", "no time zone", "no hour")


def test_an_import_never_brings_back_who_left(home: Path) -> None:
    addresses_ = [f"reader{n}@example.org" for n in range(4)]
    run(home, "add", "daily", *addresses_)
    run(home, "remove", "daily", addresses_[0])
    run(home, "erase", addresses_[1])
    file = home / "readers.csv"
    file.write_text("address,status\n" + "".join(f"{each},confirmed\n" for each in addresses_))
    said = imported(home, file)
    assert said["kept_out"] == {"unsubscribed": 1, "erased": 1}
    assert said["already"] == 2
    assert [status for _, _, status in listed(home)] == ["unsubscribed", "confirmed", "confirmed"]
    told = run(home, "import", "daily", file).stdout
    assert "2 kept out (1 erased, 1 unsubscribed): no import brings back who has left" in told


def test_a_list_may_name_those_who_left_elsewhere(home: Path) -> None:
    run(home, "add", "daily", "b@example.org")
    run(home, "add", "weekly", "b@example.org")
    file = home / "left.csv"
    file.write_text(
        "email,status\na@example.org,unsubscribed\nb@example.org,bounced\nc@example.org,pending\n"
    )
    said = imported(home, file)
    assert (said["added"], said["changed"], said["left"]) == (1, 0, 2)
    assert listed(home) == [
        ("daily", "a@example.org", "unsubscribed"),
        ("daily", "b@example.org", "bounced"),
        ("daily", "c@example.org", "pending"),
        ("weekly", "b@example.org", "bounced"),
    ]
    run(home, "add", "daily", "b@example.org", code=2)
    run(home, "add", "weekly", "b@example.org", code=2)
    run(home, "add", "weekly", "a@example.org")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"address": "a@example.org", "hour": 7}, {"email": "b@example.org", "x": [1]}, 7]'),
        ("a.jsonl", '{"address": "a@example.org", "hour": 7}\n\n{"email": "b@example.org"}\n"x"\n'),
        ("a.csv", "a@example.org\nb@example.org\nx\n"),
        ("a.txt", "a@example.org,7\r\nb@example.org,8\r\nx,9\r\n"),
        ("a.csv", "hour\taddress\n7\ta@example.org\n\tb@example.org\n\t\n"),
        ("a.csv", "\n\r\n;\nName;E-Mail\nA, b;a@example.org\nB, c;b@example.org\nX;x\n"),
        ("a.json", '[{"Email": "a@example.org"}, {"E-mail ": "b@example.org"}, {"Name": "x"}]'),
    ],
)
def test_lists_are_read_as_programs_write_them(name: str, text: str) -> None:
    found = lists.read(text.encode(), "json" if "json" in name else "csv", name)
    assert [wish.address.written for wish in found.wishes] == ["a@example.org", "b@example.org"]
    assert len(found.refused) == (0 if "\t" in text else 1)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", b"name,phone\nAda,7\n", "no column is called"),
        ("a.csv", b"address\n\xff@example.org\n", "not UTF-8 (byte 9)"),
        ("a.csv", b'address\n"a@example.org\n', "no CSV"),
        ("a.json", b"{", "neither a JSON list"),
        ("a.json", b"[1", "neither a JSON list"),
    ],
)
def test_what_is_no_list_is_refused_whole(name: str, data: bytes, why: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(why)):
        lists.read(data, "json" if "json" in name else "csv", name)


@pytest.mark.parametrize("name", ["list.csv", "list.json"])
def test_what_is_exported_can_be_imported_to_the_same(home: Path, tmp_path: Path, name: str) -> None:
    run(home, "add", "daily", "=1+1@example.org", "+a@example.org", "'=b@example.org", "c@exämple.org")
    run(home, "add", "daily", "d@example.org", "--zone", "Asia/Tokyo", "--hour", "0")
    run(home, "remove", "daily", "c@exämple.org")
    file = tmp_path / name
    file.write_text("an older one, longer than what comes now\n" * 100)
    run(home, "export", "daily", file)
    assert file.stat().st_mode & 0o077 == 0
    other = homes.make(tmp_path / "other")
    assert imported(other, file)["left"] == 1
    again = tmp_path / f"again-{name}"
    run(other, "export", "daily", again)
    assert again.read_bytes() == file.read_bytes()
    if name.endswith("csv"):
        cells = [cell for row in csv.reader(file.read_text().splitlines()) for cell in row]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
    assert run(
        home, "export", "daily", *(["--json"] if "json" in name else [])
    ).stdout.encode() == file.read_bytes().replace(b"\r\n", b"\n")


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=5))
def test_a_list_of_anything_is_read_or_refused(cells: list[str]) -> None:
    for kind in ("csv", "json"):
        text = "address\n" + ",".join(cells) if kind == "csv" else json.dumps(cells)
        try:
            found = lists.read(text.encode("utf-8", "surrogatepass"), kind, "x")
        except ConfigError:
            continue
        assert len(found.wishes) + len(found.refused) <= max(1, len(text.splitlines()), len(cells))


# --- the small form, keys, the whole ---


def test_addresses_of_a_schedule_come_and_go_with_it(store: Store) -> None:
    def statuses() -> dict[str, str]:
        with store.reading() as db:
            return {one.address: one.status for one in subscribers.every(db, "daily")}

    def take_up(*named: str) -> None:
        with store.writing() as db:
            enrolling.take_up(db, "daily", named, NOW)

    take_up("a@example.org", "b@example.org", "B@example.org")
    assert statuses() == {"a@example.org": "confirmed", "B@example.org": "confirmed"}
    take_up("a@example.org")
    assert statuses() == {"a@example.org": "confirmed", "B@example.org": "unsubscribed"}
    take_up("b@example.org")
    assert statuses() == {"a@example.org": "unsubscribed", "b@example.org": "confirmed"}
    with store.writing() as db:
        [b] = subscribers.among_folded(db, ["b@example.org"])
        enrolling.leave(db, b, "unsubscribed", "by a link", NOW)
        enrolling.enrol(db, "daily", [subscribing.wish("c@example.org")], "by hand", NOW)
    take_up("b@example.org")
    assert statuses()["b@example.org"] == "unsubscribed", "who leaves has left, whatever a schedule says"
    take_up()
    assert statuses()["c@example.org"] == "confirmed", "who is on the list does not need the schedule"


Step = Callable[[Connection, str, str], object]


def test_no_suppressed_address_is_ever_confirmed(store: Store) -> None:
    """Sending looks at the status alone."""

    def enrol(status: str) -> Step:
        return lambda db, digest, address: enrolling.enrol(
            db, digest, [subscribing.wish(address, status=status)], "test", NOW
        )

    def leave(reason: Left) -> Step:
        return lambda db, digest, address: [
            enrolling.leave(db, one, reason, "test", NOW)
            for one in subscribers.among_folded(db, [address], digest)
        ]

    steps: list[Step] = [
        *map(enrol, ("confirmed", "complained")),
        leave("bounced"),
        leave("unsubscribed"),
        lambda db, digest, address: enrolling.take_up(db, digest, [address], NOW),
        lambda db, digest, address: enrolling.erase(db, addresses.parse(address), NOW),
        lambda db, digest, address: enrolling.again(db, digest, [addresses.parse(address)], "test", NOW),
    ]
    many = random.Random(7).sample(list(product(steps, repeat=3)), 100)
    with store.writing() as db:
        for number, trial in enumerate(many):
            address = f"reader{number}@example.org"
            for place, step in enumerate(trial):
                step(db, ("daily", "weekly")[place % 2], address)
                found = subscribers.among_folded(db, [address])
                for digest in ("daily", "weekly"):
                    out = dict(enrolling.kept_out(db, digest, [addresses.parse(address)], NOW))
                    confirmed = [one for one in found if one.digest == digest and one.status == "confirmed"]
                    assert not (out and confirmed), trial


def test_keys_are_made_once_and_rotate(home: Path, store: Store) -> None:
    with store.writing() as db:
        first = subscribers.keys(db, NOW)
        assert subscribers.keys(db, NOW + timedelta(days=1)) == first
        subscribers.add_key(db, NOW, distrust=False)
        second = subscribers.keys(db, NOW)
        subscribers.add_key(db, NOW, distrust=True)
        third = subscribers.keys(db, NOW)
    assert first.addresses == second.addresses == third.addresses
    assert [secret.believed for secret in second.tokens] == [True, True]
    assert [secret.believed for secret in third.tokens] == [True, False, False]
    assert third.tokens[1:] == tuple(secret._replace(believed=False) for secret in second.tokens)
    assert "no older one is believed" in run(home, "rotate", "--distrust").stdout
    assert len(homes.rows(home)["secrets"]) == 3


def test_a_token_leaves_once_and_as_often_as_it_is_clicked(home: Path) -> None:
    run(home, "add", "daily", "me@example.org")
    run(home, "add", "weekly", "me@example.org")
    with closing(open_store(home / "digest.sqlite3")) as store, store.writing() as db:
        token = tokens.make(subscribers.keys(db, NOW).newest, "leave", 1)
    assert (
        "no subscriber" in run(home, "leave", token[:-1] + ("b" if token[-1] == "a" else "a"), code=1).stderr
    )
    run(home, "rotate")
    for _ in range(2):
        assert run(home, "leave", token.upper()).stdout == "me@example.org gets no more of daily\n"
        assert listed(home) == [
            ("daily", "me@example.org", "unsubscribed"),
            ("weekly", "me@example.org", "confirmed"),
        ]
    run(home, "rotate", "--distrust")
    assert "no subscriber" in run(home, "leave", token, code=1).stderr


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('bounces = "b"', "bounces: 'b' is not one mail address"),
        (f'bounces = "{"b" * 25}@example.org"', "a token is put into it"),
        ('unsubscribe = "http://example.org/u"', "unsubscribe: 'http://example.org/u' is not an address"),
        (f'unsubscribe = "https://{"long." * 9}example.org"', "longer than 49"),
        ('unsubscribe = "https://example.org/u\\r\\nBcc: x"', "unsubscribe: "),
        ('operator = ["mé@example.org"]', "SMTPUTF8"),
    ],
)
def test_settings_of_letters_are_checked(tmp_path: Path, settings: str, why: str) -> None:
    home = homes.make(tmp_path / "home", settings)
    with pytest.raises(ConfigError, match=re.escape(why)):
        config.load(home)
