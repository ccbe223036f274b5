"""Every way out keeps the same promises: a letter arrives whole, and not before its dot is allowed."""

import os
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from digest import config, plugins
from digest.config import Home
from digest.deliveries import Dot, Outcome, delivery
from digest.errors import DeliveryError
from digest.sending.letters import Letter
from tests import homes, smtp_server
from tests.smtp_server import Fault, Server, Servers

WAYS = plugins.names("deliveries")
FROM = '[smtp]\nfrom = "Papers <papers@example.org>"\n'
# What is hard to carry: lines of dots, a line as long as may be, no line break at its end.
BODY = b"Subject: dots\r\n\r\n.\r\n..\r\n.begin\r\nmid.dle\r\n" + b"x" * 998 + b"\r\n\r\n.\r\nthe end"

# Keeps what it is given, under a name that tells how it was called, and not before all of it is there.
PROGRAM = """\
#!{python}
import os, sys, tempfile
data = sys.stdin.buffer.read()
if os.path.exists({folder!r} + "/ends with"):
    sys.exit(int(open({folder!r} + "/ends with").read()))
handle, name = tempfile.mkstemp(dir={folder!r})
os.write(handle, data)
open({folder!r} + "/session", "w").write(str(os.getsid(0)))
os.rename(name, {folder!r} + "/" + " ".join(sys.argv[1:]).replace("/", "-"))
"""


@dataclass
class Way:
    """A way out, and a look at what came through it."""

    home: Home
    came: Callable[[], list[bytes]]  # each letter with CRLF, in no order
    shut: Callable[[], None]


def home(folder: Path, settings: str) -> Home:
    return config.load(homes.make(folder / "home", FROM + settings))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path, servers: Servers) -> Way:
    make: dict[str, Callable[[Path, Servers], Way]] = {
        "smtp": by_smtp,
        "maildir": into_maildir,
        "folder": into_folder,
        "sendmail": by_program,
    }
    return make[request.param](tmp_path, servers)


def by_smtp(folder: Path, servers: Servers) -> Way:
    server = servers.begin(folder / "server")
    return Way(
        home(folder, f"port = {server.port}\n"),
        lambda: [one.data for one in server.letters()],
        lambda: servers.end(server),
    )


def into_maildir(folder: Path, _: Servers) -> Way:
    made = home(folder, '[delivery]\nkind = "maildir"\npath = "mail"\n')

    def came() -> list[bytes]:
        heads = (b"Return-Path: <papers@example.org>\n", b"Delivered-To: ")
        found = [file.read_bytes() for file in (made.path / "mail" / "new").glob("*")]
        assert all(data.startswith(heads[0]) and heads[1] in data for data in found)
        return [data.split(b"\n", 2)[2].replace(b"\n", b"\r\n") for data in found]

    return Way(made, came, lambda: stand_in_the_way(made.path / "mail"))


def into_folder(folder: Path, _: Servers) -> Way:
    made = home(folder, '[delivery]\nkind = "folder"\npath = "mail"\n')
    return Way(
        made,
        lambda: [file.read_bytes() for file in (made.path / "mail").glob("*.eml")],
        lambda: stand_in_the_way(made.path / "mail"),
    )


def stand_in_the_way(path: Path) -> None:
    path.write_text("a file where a folder should be")


def by_program(folder: Path, _: Servers) -> Way:
    program, kept = folder / "program", folder / "kept"
    kept.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, folder=str(kept)))
    program.chmod(stat.S_IRWXU)

    def came() -> list[bytes]:
        found = list(kept.glob("-i*"))
        assert all(file.name.startswith("-i -f papers@example.org -- reader") for file in found)
        return [file.read_bytes().replace(b"\n", b"\r\n") for file in found]

    made = home(folder, f'[delivery]\nkind = "sendmail"\npath = "{program}"\n')
    return Way(made, came, program.unlink)


def letter(number: int = 1) -> Letter:
    data = f"Message-ID: <m{number}@example.org>\r\n".encode() + BODY
    return Letter("papers@example.org", f"reader{number}@example.org", data, f"<m{number}@example.org>")


def sent(home: Home, *letters: Letter, dot: Dot = lambda: True) -> list[Outcome]:
    with delivery(home.delivery.kind).opened(home) as channel:
        return [channel.deliver(one, dot) for one in letters]


def whole(data: bytes) -> bytes:
    """A letter as it may arrive: its last line is ended, if it was not."""
    return data.removesuffix(b"\r\n")


@pytest.mark.parametrize("name", WAYS)
def test_a_way_is_called_as_its_file(name: str) -> None:
    assert name == plugins.load("deliveries", name).KIND


def test_letters_arrive_whole(way: Way) -> None:
    letters = [letter(number) for number in range(3)]
    assert [one.kind for one in sent(way.home, *letters)] == ["accepted"] * 3
    assert sorted(map(whole, way.came())) == sorted(one.data for one in letters)


def test_nothing_has_come_when_the_dot_is_asked_for(way: Way) -> None:
    asked: list[int] = []

    def dot() -> bool:
        asked.append(len(way.came()))
        return True

    sent(way.home, letter(1), letter(2), dot=dot)
    assert asked == [0, 1]


def test_nothing_comes_where_the_dot_is_forbidden(way: Way) -> None:
    answers = iter([False, True])
    outcomes = sent(way.home, letter(1), letter(2), dot=lambda: next(answers))
    assert [one.kind for one in outcomes] == ["lost", "accepted"]
    assert [whole(data) for data in way.came()] == [letter(2).data]


def test_a_way_that_is_shut_says_so_before_anything_is_begun(way: Way) -> None:
    way.shut()
    with pytest.raises(DeliveryError):
        sent(way.home, letter(), dot=lambda: pytest.fail("nothing may be begun"))


def test_lanes_do_not_mix_letters_up(way: Way) -> None:
    letters = [[letter(10 * lane + number) for number in range(4)] for lane in range(4)]
    threads = [threading.Thread(target=sent, args=(way.home, *some)) for some in letters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(whole, way.came())) == sorted(one.data for some in letters for one in some)


# ---- a file that is there already is this letter


@pytest.mark.parametrize("kind", ["maildir", "folder"])
def test_the_same_letter_again_is_not_delivered_twice(kind: str, tmp_path: Path, servers: Servers) -> None:
    way = {"maildir": into_maildir, "folder": into_folder}[kind](tmp_path, servers)
    assert [one.kind for one in sent(way.home, letter(), letter())] == ["accepted", "accepted"]
    assert len(way.came()) == 1


def test_a_letter_that_was_read_is_not_delivered_anew(tmp_path: Path, servers: Servers) -> None:
    way = into_maildir(tmp_path, servers)
    sent(way.home, letter())
    [file] = (way.home.path / "mail" / "new").iterdir()
    file.rename(way.home.path / "mail" / "cur" / f"{file.name}:2,S")
    assert sent(way.home, letter())[0].kind == "accepted"
    assert way.came() == []


# ---- a program's answers


@pytest.mark.parametrize(("code", "kind"), [(67, "rejected"), (75, "later"), (1, "later")])
def test_a_program_answers_by_its_exit_code(code: int, kind: str, tmp_path: Path, servers: Servers) -> None:
    way = by_program(tmp_path, servers)
    (tmp_path / "kept" / "ends with").write_text(str(code))
    assert sent(way.home, letter())[0][:2] == (kind, code)


def test_a_program_is_beyond_the_ctrl_c_that_ends_us(tmp_path: Path, servers: Servers) -> None:
    sent(by_program(tmp_path, servers).home, letter())
    assert int((tmp_path / "kept" / "session").read_text()) != os.getsid(0)


# ---- SMTP's answers

FAULTS = [
    (Fault("mail", "451"), "later"),
    (Fault("mail", "550"), "rejected"),
    (Fault("mail", "drop"), "lost"),
    (Fault("rcpt", "450"), "later"),
    (Fault("rcpt", "550"), "rejected"),
    (Fault("rcpt", "421"), "later"),
    (Fault("rcpt", "half"), "lost"),
    (Fault("data", "451"), "later"),
    (Fault("data", "554"), "rejected"),
    (Fault("body", "drop"), "lost"),
    (Fault("before storing", "452"), "later"),
    (Fault("before storing", "554"), "rejected"),
    (Fault("before storing", "drop"), "unknown"),
    (Fault("after storing", "drop"), "unknown"),
    (Fault("after storing", "half"), "unknown"),
    (Fault("quit", "drop"), "accepted"),
    (Fault("quit", "500"), "accepted"),
]


@pytest.mark.parametrize("offers", [smtp_server.OFFERS, ()], ids=["pipelining", "plain"])
@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=[f"{f.at} {f.does}" for f, _ in FAULTS])
def test_what_a_server_does_is_told_as_it_is(
    fault: Fault, kind: str, offers: tuple[str, ...], tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", [fault], offers=offers)
    marked: list[int] = []

    def dot() -> bool:
        marked.append(1)
        return True

    [outcome] = sent(home(tmp_path, f"port = {server.port}\n"), letter(), dot=dot)
    if fault == Fault("body", "drop") and outcome.kind == "unknown":
        assert marked  # the server was slower with its drop than we with the body: the mark was set
    else:
        assert outcome.kind == kind
    assert outcome.whole_domain == (outcome.code == 421)
    assert len(server.letters()) == (kind == "accepted" or fault.at == "after storing")
    # The channel goes on after each of them.
    assert [one.kind for one in sent(home(tmp_path / "again", f"port = {server.port}\n"), letter(2))] == [
        "accepted"
    ]


def a_channel(server: Server, folder: Path) -> Home:
    return home(folder, f"port = {server.port}\n")


@pytest.mark.parametrize("fault", [f for f, _ in FAULTS if f.at != "quit"], ids=lambda f: f"{f.at} {f.does}")
def test_a_channel_goes_on_behind_a_letter_that_failed(
    fault: Fault, tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", [fault])
    outcomes = sent(a_channel(server, tmp_path), letter(1), letter(2), letter(3))
    assert [one.kind for one in outcomes[1:]] == ["accepted", "accepted"]


def test_a_connection_that_was_closed_while_idle_is_found_before_a_letter_is_begun(
    tmp_path: Path, servers: Servers
) -> None:
    server = servers.begin(tmp_path / "server", idle=0.2)
    made = a_channel(server, tmp_path)
    waits = threading.Event()
    with delivery("smtp").opened(made) as channel:
        outcomes = []
        for number in range(3):
            outcomes.append(channel.deliver(letter(number), lambda: True))
            waits.wait(0.5 if number else 1.2)  # shorter and longer than the time after which we ask
    assert [one.kind for one in outcomes] == ["accepted"] * 3
    assert len(server.letters()) == 3
