"""Dumps as they are packed, mailed and archived: what is in them is read, in order, and nothing blows up on the way."""

import bz2
import codecs
import gzip
import io
import json
import lzma
import mailbox
import socket
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest
import zstandard

from digest.containers import limits, mail
from digest.containers.limits import BUFFER, MAX_DEPTH, MAX_WINDOW
from digest.errors import DumpError
from digest.formats import _json, _text
from digest.papers import Paper, Reject
from digest.reading import Begun, records

RECEIVED = datetime(2026, 11, 21, 6, tzinfo=UTC)


# --- records that nobody wrote ---


def title(number: int) -> str:
    return f"Pebbles Sorted by Patient Networks: Study No. {number}"


def jsonl(*numbers: int) -> bytes:
    """Lines as in arXiv's snapshot."""
    lines = (
        {
            "id": f"2401.{number:05}",
            "title": title(number),
            "abstract": "We sort pebbles.",
            "authors_parsed": [["Example", "Ada", ""]],
            "update_date": "2024-01-02",
        }
        for number in numbers
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def ris(*numbers: int) -> bytes:
    return "".join(
        f"TY  - JOUR\r\nTI  - {title(number)}\r\nAU  - Example, Ada\r\nPY  - 2024\r\nER  - \r\n\r\n"
        for number in numbers
    ).encode()


def bib(*numbers: int) -> bytes:
    return "".join(
        f"@article{{key{number},\n  title = {{{title(number)}}},\n  author = {{Example, Ada}},\n  year = {{2024}}\n}}\n"
        for number in numbers
    ).encode()


# --- containers ---


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(data)


def zipped(*members: tuple[str, bytes]) -> bytes:
    with io.BytesIO() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        return target.getvalue()


def tarred(*members: tuple[str, bytes], mode: str = "w") -> bytes:
    with io.BytesIO() as target:
        with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return target.getvalue()


def letter(text: str = "", html: str = "", charset: str = "utf-8", cte: str | None = None) -> EmailMessage:
    """A mail; with both a text and a page that says the same, these are alternatives."""
    made = EmailMessage()
    made["From"] = "Ada Example <ada@example.org>"
    made["To"] = "papers@example.org"
    made["Subject"] = "Papers"
    made["Date"] = "Fri, 20 Nov 2026 07:00:00 +0000"
    made["Message-ID"] = "<1@example.org>"
    if text:
        made.set_content(text, charset=charset, cte=cte)
    if html:
        made.add_alternative(html, subtype="html")
    return made


# --- reading ---


class Found(NamedTuple):
    """What came out of a dump."""

    titles: list[str]
    where: list[str]
    rejects: list[Reject]
    formats: list[str]


Read = Callable[[bytes], Found]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What is in a file of these bytes."""

    def reader(data: bytes) -> Found:
        path = tmp_path / "dump"
        path.write_bytes(data)
        with path.open("rb", buffering=BUFFER) as file:
            found = list(records(file, len(data), path.name, RECEIVED))
        papers = [one for one in found if isinstance(one, Paper)]
        return Found(
            [one.title for one in papers],
            [one.where for one in papers],
            [one for one in found if isinstance(one, Reject)],
            [one.format for one in found if isinstance(one, Begun)],
        )

    return reader


def titles(*numbers: int) -> list[str]:
    return [title(number) for number in numbers]


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_a_packed_stream(pack: Callable[[bytes], bytes], read: Read) -> None:
    found = read(pack(jsonl(1, 2, 3)))
    assert found == Found(titles(1, 2, 3), ["line 1", "line 2", "line 3"], [], ["arxiv_kaggle"])


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_a_stream_of_several_packed_ones(pack: Callable[[bytes], bytes], read: Read) -> None:
    """As `cat a.gz b.gz`, bgzip, pbzip2 and `zstd -T` leave them."""
    assert read(pack(jsonl(1)) + pack(jsonl(2)) + pack(b"") + pack(jsonl(3))).titles == titles(1, 2, 3)


def test_zeros_behind_a_packed_stream_are_padding(read: Read) -> None:
    for pack in (gzip.compress, lzma.compress):
        assert read(pack(jsonl(1)) + bytes(1024)) == Found(titles(1), ["record 1"], [], ["arxiv_kaggle"])


MEMBERS = (("one.jsonl", jsonl(1, 2)), ("two/three.ris", ris(3)), ("four.txt", bib(4)))
ARCHIVES = {
    "tar": tarred(*MEMBERS),
    "tar.gz": tarred(*MEMBERS, mode="w:gz"),
    "tar.xz": tarred(*MEMBERS, mode="w:xz"),
    "tar.zst": zstd(tarred(*MEMBERS)),
    "zip": zipped(*MEMBERS),
    "zip.gz": gzip.compress(zipped(*MEMBERS)),
}


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_of_several_formats(data: bytes, read: Read) -> None:
    found = read(data)
    assert found.titles == titles(1, 2, 3, 4)
    assert found.where[:3] == ["one.jsonl, line 1", "one.jsonl, line 2", "two/three.ris, line 1"]
    assert found.where[3].startswith("four.txt, ")
    assert found.rejects == []
    assert found.formats == ["arxiv_kaggle", "ris", "bibtex"]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_what_an_operating_system_leaves_is_nothing(make: Callable[..., bytes], read: Read) -> None:
    hidden = [
        ("__MACOSX/._one.ris", b"\0\5\x16\7"),
        ("in/.DS_Store", b"\0\0\0\1"),
        ("Thumbs.db", b"\xd0\xcf"),
    ]
    found = read(make(*hidden, ("in/one.ris", ris(1)), ("in/desktop.ini", b"[.ShellClassInfo]")))
    assert (found.titles, found.rejects) == (titles(1), [])


def test_an_encrypted_member_is_a_reject(read: Read) -> None:
    data = bytearray(zipped(("one.ris", ris(1)), ("two.ris", ris(2)), ("three.ris", ris(3))))
    for mark, flags in (
        (b"PK\x03\x04", 6),
        (b"PK\x01\x02", 8),
    ):  # the second member, and its line in the directory
        data[data.index(mark, data.index(mark) + 1) + flags] |= 1
    found = read(bytes(data))
    assert found.titles == titles(1, 3)
    assert [(one.where, one.reason) for one in found.rejects] == [
        ("two.ris", "it is encrypted: unpack it, and give what is in it")
    ]


def test_a_member_that_nobody_knows_is_a_reject(read: Read) -> None:
    found = read(zipped(("one.ris", ris(1)), ("photo.jpg", b"\xff\xd8\xff\xe0\0\1" * 9), ("two.bib", bib(2))))
    assert found.titles == titles(1, 2)
    assert [one.where for one in found.rejects] == ["photo.jpg"]
    assert found.rejects[0].reason.startswith("it looks like binary data, which none of the formats can read")


def test_an_archive_of_which_nobody_knows_anything_is_refused(read: Read) -> None:
    with pytest.raises(DumpError, match=r"^photo\.jpg: it looks like binary data"):
        read(zipped(("photo.jpg", b"\xff\xd8\xff\xe0\0\1" * 9), ("more.bin", bytes(9))))


@pytest.mark.parametrize("data", [zipped(), gzip.compress(b""), zstd(b"\n")], ids=["zip", "gzip", "zstd"])
def test_an_empty_container_is_refused(data: bytes, read: Read) -> None:
    with pytest.raises(DumpError, match=r"it is empty|there is nothing in it"):
        read(data)


def test_a_document_of_an_office_program_is_refused(read: Read) -> None:
    data = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
    with pytest.raises(
        DumpError, match="a document or spreadsheet of an office program: save it as text or CSV"
    ):
        read(data)


# --- mail ---


def test_a_mailbox_of_two_mails(tmp_path: Path, read: Read) -> None:
    """As Python's own mailbox writes it: a line that begins with `From ` inside a mail is told from one between two."""
    box = mailbox.mbox(tmp_path / "box")
    for number in (1, 2):
        box.add(
            letter(f"From here on it is RIS.\n\nFrom me.\n\n{ris(number).decode()}".replace("\r\n", "\n"))
        )
    box.close()
    data = (tmp_path / "box").read_bytes()
    assert data.count(b"\n>From ") == 4
    found = read(data)
    assert found.titles == titles(1, 2)
    assert [where.partition(", ")[0] for where in found.where] == ["mail 1", "mail 2"]
    assert found.rejects == []


def test_what_the_mailbox_put_before_from_is_taken_off(tmp_path: Path, read: Read) -> None:
    box = mailbox.mbox(tmp_path / "box")
    box.add(letter("TY  - JOUR\nTI  - Pebbles\nFrom the Northern Sea\nPY  - 2024\nER  - \n"))
    box.close()
    data = (tmp_path / "box").read_bytes()
    assert b"\n>From the Northern" in data
    assert read(data).titles == ["Pebbles From the Northern Sea"]


def test_a_mail_in_a_mailbox_that_nobody_knows_is_a_reject(tmp_path: Path, read: Read) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for one in (letter(ris(1).decode()), letter("See you at lunch."), letter(ris(3).decode())):
        box.add(one)
    box.close()
    found = read((tmp_path / "box").read_bytes())
    assert found.titles == titles(1, 3)
    assert [one.where for one in found.rejects] == ["mail 2"]


FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Pebbles</title>'
    f"<item><title>{title(1)}</title><link>https://example.org/1</link></item></channel></rss>"
)


def test_a_text_that_comes_twice_is_read_once(read: Read) -> None:
    found = read(letter(ris(1).decode(), FEED).as_bytes())
    assert (found.titles, found.rejects, found.formats) == (titles(1), [], ["ris"])


def test_the_page_is_read_where_nobody_knows_the_text(read: Read) -> None:
    found = read(letter("This mail is a page.", FEED).as_bytes())
    assert (found.titles, found.rejects) == (titles(1), [])


@pytest.mark.parametrize("cte", ["7bit", "quoted-printable", "base64"])
def test_how_a_body_is_written_does_not_matter(cte: str, read: Read) -> None:
    assert read(letter(ris(1, 2).decode(), cte=cte).as_bytes()).titles == titles(1, 2)


def test_a_body_is_read_in_the_character_set_that_the_mail_names(read: Read) -> None:
    text = ris(1).decode().replace("Pebbles", "Galets triés à la crème")
    for charset in ("iso-8859-1", "windows-1252", "utf-16"):
        data = letter(text, charset=charset, cte="base64").as_bytes()
        assert read(data).titles == [title(1).replace("Pebbles", "Galets triés à la crème")]


def test_what_is_attached_is_read_and_the_covering_note_is_nothing(read: Read) -> None:
    made = letter("Dear all, attached are my exports. Yours, Ada")
    for number, (name, data) in enumerate((("a.bib", bib(1)), ("b.ris", ris(2)), ("c.json", jsonl(3))), 1):
        kind = "json" if number == 3 else "octet-stream"
        made.add_attachment(data, maintype="application", subtype=kind, filename=name)
    made.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="me.png")
    found = read(made.as_bytes())
    assert (found.titles, found.rejects) == (titles(1, 2, 3), [])
    assert [where.partition(", ")[0] for where in found.where] == ["a.bib", "b.ris", "c.json"]


def test_containers_in_containers(read: Read) -> None:
    made = letter("A zip, with a gzip inside.")
    inside = zipped(("one.jsonl.gz", gzip.compress(jsonl(1))), ("two.ris", ris(2)))
    made.add_attachment(inside, maintype="application", subtype="zip", filename="all.zip")
    found = read(made.as_bytes())
    assert found.titles == titles(1, 2)
    assert found.where == ["all.zip/one.jsonl.gz, record 1", "all.zip/two.ris, line 1"]
    assert found.rejects == []


# --- character sets ---

WIDE = {
    "utf-16-le with a mark": codecs.BOM_UTF16_LE + ris(1).decode().encode("utf-16-le"),
    "utf-16-be with a mark": codecs.BOM_UTF16_BE + ris(1).decode().encode("utf-16-be"),
    "utf-32-le with a mark": codecs.BOM_UTF32_LE + ris(1).decode().encode("utf-32-le"),
    "utf-8 with a mark": codecs.BOM_UTF8 + ris(1),
    "utf-16-le": json.dumps([json.loads(jsonl(1))], indent=1).encode("utf-16-le"),
    "utf-16-be": json.dumps([json.loads(jsonl(1))], indent=1).encode("utf-16-be"),
    "utf-16-le of a line": jsonl(1).decode().encode("utf-16-le"),
}


@pytest.mark.parametrize("data", WIDE.values(), ids=WIDE)
def test_text_of_wide_characters(data: bytes, read: Read) -> None:
    found = read(data)
    assert (found.titles, found.rejects) == (titles(1), [])


def test_wide_text_inside_a_packed_stream(read: Read) -> None:
    assert read(gzip.compress(codecs.BOM_UTF16_LE + bib(1).decode().encode("utf-16-le"))).titles == titles(1)


# --- what is cut off or broken ---

LONG = jsonl(
    *range(1, 8001)
)  # more than one block of bzip2 and zstd, so that something came before the break


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_a_stream_that_is_cut_off_loses_its_end_only(pack: Callable[[bytes], bytes], read: Read) -> None:
    data = pack(LONG)
    found = read(data[: len(data) * 7 // 8])
    assert found.titles == titles(*range(1, len(found.titles) + 1))
    assert len(found.titles) > 500
    assert found.rejects
    assert found.rejects[-1].where == "the rest"
    assert "data is cut off or broken after" in found.rejects[-1].reason
    assert len(found.rejects) <= 2  # the record that the end was cut from


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_a_cut_between_two_records_is_no_end(pack: Callable[[bytes], bytes], read: Read) -> None:
    """zstd's own reader says nothing of it."""
    blocks = b"".join(jsonl(number).ljust(1 << 17, b" ") + b"\n" for number in range(1, 30))
    data = pack(blocks)
    for cut in range(1, 30):
        try:
            found = read(data[:-cut])
        except DumpError:  # the end of its only block is missing
            continue
        assert found.rejects
        assert "data is cut off or broken" in found.rejects[-1].reason


@pytest.mark.parametrize("make", [tarred, zipped])
def test_an_archive_with_a_broken_member_keeps_the_others(make: Callable[..., bytes], read: Read) -> None:
    data = make(("one.ris", ris(1)), ("two.jsonl.gz", gzip.compress(jsonl(2))[:-12]), ("three.ris", ris(3)))
    found = read(data)
    assert found.titles[0] == title(1)
    assert any("cut off or broken" in one.reason for one in found.rejects)


def test_a_zip_whose_bytes_have_changed(read: Read) -> None:
    data = bytearray(zipped(("one.ris", ris(1)), ("two.ris", ris(2))))
    place = data.rindex(b"two.ris", 0, data.index(b"PK\x01\x02")) + len(b"two.ris") + 20
    data[place] ^= 0xFF
    found = read(bytes(data))
    assert found.titles[:1] == titles(1)
    assert any("zip data is cut off or broken" in one.reason for one in found.rejects)


def test_a_zip_without_its_directory_is_refused(read: Read) -> None:
    data = zipped(("one.ris", ris(1)))
    with pytest.raises(DumpError, match="its zip directory is missing or broken"):
        read(data[: data.index(b"PK\x01\x02")])


def test_a_tar_that_is_cut_off(read: Read) -> None:
    data = tarred(("one.ris", ris(1)), ("two.jsonl", LONG))
    found = read(data[: len(data) // 2])
    assert found.titles[:2] == titles(1, 1)
    assert found.rejects
    assert all("cut off" in one.reason or "not JSON" in one.reason for one in found.rejects)


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
@pytest.mark.parametrize("every", [1, 7])
def test_a_packed_stream_with_noise_never_fails_otherwise(
    pack: Callable[[bytes], bytes], every: int, read: Read
) -> None:
    whole = pack(jsonl(1, 2, 3))
    for place in range(0, len(whole), every * 5):
        data = bytearray(whole)
        data[place] ^= 0x55
        try:
            found = read(bytes(data))
        except DumpError:
            continue
        assert len(found.titles) <= 3


# --- bombs: each behind a record that is read ---

MORE = 40 << 20  # bytes: more than `FREE` and the ratio allow


def padded(number: int, size: int) -> bytes:
    """Lines of a megabyte, of this size in all: one paper."""
    line = jsonl(number).replace(b"}\n", b', "pad": "' + b"x" * (1 << 20) + b'"}\n')
    return line * (size >> 20)


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
def test_a_bomb_of_records(pack: Callable[[bytes], bytes], read: Read) -> None:
    found = read(pack(jsonl(1) + padded(2, MORE)))
    assert found.titles[:2] == titles(1, 2)
    assert 20 < len(found.titles) < MORE >> 20
    assert [one.where for one in found.rejects] == ["the rest"]
    assert "more than 100 times its size (MAX_RATIO)" in found.rejects[0].reason


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
@pytest.mark.parametrize("first", [jsonl(1), jsonl(1, 1), ris(1)], ids=["a line", "lines", "ris"])
def test_a_bomb_of_blank_lines(pack: Callable[[bytes], bytes], first: bytes, read: Read) -> None:
    found = read(pack(first + b"\n" * (3 << 20)))
    assert set(found.titles) == {title(1)}
    assert [one.where for one in found.rejects] == ["the rest"]
    assert "(MAX_BLANK)" in found.rejects[0].reason


def test_a_document_of_nothing_between_records(read: Read) -> None:
    found = read(b"[" + jsonl(1) + b" " * (3 << 20) + b"," + jsonl(2) + b"]")
    assert found.titles == titles(1)
    assert [one.where for one in found.rejects] == ["the rest"]
    assert "(MAX_BLANK)" in found.rejects[0].reason


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
@pytest.mark.parametrize("first", [jsonl(1), ris(1), bib(1)], ids=["json", "ris", "bibtex"])
def test_a_bomb_of_zeros(pack: Callable[[bytes], bytes], first: bytes, read: Read) -> None:
    found = read(pack(first + bytes(MORE)))
    assert found.titles == titles(1)
    assert len(found.rejects) == 1
    assert any(name in found.rejects[0].reason for name in ("MAX_RATIO", "MAX_LINE", "MAX_RECORD", "16 MiB"))


def test_a_zip_with_a_bomb(read: Read) -> None:
    """What is in it beside the bomb and what is behind it are each told."""
    found = read(zipped(("one.ris", ris(1)), ("two.jsonl", padded(2, MORE)), ("three.ris", ris(3))))
    assert found.titles[:2] == titles(1, 2)
    assert [one.where for one in found.rejects] == ["two.jsonl, the rest", "the rest"]
    assert all("(MAX_RATIO)" in one.reason for one in found.rejects)


def test_zeros_alone_are_refused(read: Read) -> None:
    with pytest.raises(DumpError):
        read(gzip.compress(bytes(MORE)))


def test_an_honest_ratio_is_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FREE", 0)
    assert len(read(gzip.compress(LONG)).titles) == 8000


def test_the_largest_output_is_named(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_OUTPUT", 2 << 20)
    found = read(gzip.compress(jsonl(1) + padded(2, 4 << 20)))
    assert found.titles[:1] == titles(1)
    assert "(MAX_OUTPUT)" in found.rejects[0].reason


def test_containers_without_end(read: Read) -> None:
    data = ris(1)
    for _ in range(MAX_DEPTH):
        data = gzip.compress(data)
    assert read(data).titles == titles(1)
    with pytest.raises(DumpError, match=r"more than 4 deep \(MAX_DEPTH\)"):
        read(gzip.compress(data))


def test_zips_in_zips_behind_a_record(read: Read) -> None:
    data = zipped(("end.ris", ris(2)))
    for _ in range(6):
        data = zipped(("next.zip", data), ("again.zip", data))
    found = read(zipped(("one.ris", ris(1)), ("next.zip", data)))
    assert found.titles == titles(1)
    assert len(found.rejects) == 1
    assert "(MAX_DEPTH)" in found.rejects[0].reason


def test_a_header_that_asks_for_memory(read: Read) -> None:
    """60 bytes that ask for 1.5 GiB: a dictionary of xz, a window of zstd."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1536 << 20, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3}]
    small = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]
    block = lzma.compress(jsonl(1), filters=small, check=lzma.CHECK_NONE)
    with pytest.raises(DumpError, match=r"xz data is cut off or broken after 0 bytes.*[Mm]emory"):
        read(_with_dictionary(block))
    assert filters[0]["dict_size"] > MAX_WINDOW
    with pytest.raises(DumpError, match=r"zstd data is cut off or broken"):
        read(_with_window(zstd(jsonl(1))))


def _with_dictionary(data: bytes) -> bytes:
    """An xz stream whose block header asks for the largest dictionary (.xz format 5.3.1: one byte, 40 = 4 GiB)."""
    import binascii

    header = bytearray(data[12 : 12 + (data[12] + 1) * 4 - 4])
    place = header.index(bytes((0x21, 1))) + 2
    header[place] = 40
    return data[:12] + header + binascii.crc32(header).to_bytes(4, "little") + data[12 + len(header) + 4 :]


def _with_window(data: bytes) -> bytes:
    """A zstd frame that has a window of 1.75 GiB instead of a size (RFC 8878 3.1.1)."""
    assert data[4] & 0b0010_0000  # a single segment: its size stands where the window would
    return data[:4] + bytes((0, (21 << 3) | 6)) + bytes((1, 0, 0))


def test_a_zip_of_too_many_members(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 50)
    found = read(zipped(("one.ris", ris(1)), *((f"{number}.ris", b"") for number in range(60))))
    assert found.titles == titles(1)
    assert "more than 50 files or mails (MAX_MEMBERS)" in found.rejects[-1].reason


def test_a_zip_of_60_000_members(read: Read) -> None:
    with io.BytesIO() as target:
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("one.ris", ris(1))
            for number in range(60_000):
                archive.writestr(f".{number}", b"")
        found = read(target.getvalue())
    assert found.titles == titles(1)
    assert [one.where for one in found.rejects] == ["the rest"]
    assert "more than 50,000 files or mails (MAX_MEMBERS)" in found.rejects[0].reason


def test_a_mailbox_of_too_many_mails(tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 20)
    box = mailbox.mbox(tmp_path / "box")
    for number in range(1, 31):
        box.add(letter(ris(number).decode()))
    box.close()
    found = read((tmp_path / "box").read_bytes())
    assert found.titles[0] == title(1)
    assert "(MAX_MEMBERS)" in found.rejects[-1].reason


def test_a_container_that_can_only_be_read_whole(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (limits, mail):
        monkeypatch.setattr(module, "MAX_IN_MEMORY", 1 << 20)
    large = b"x" * (2 << 20)
    for data in (
        gzip.compress(zipped(("one.ris", ris(1)), ("two", large)) + large),
        letter(large.decode()).as_bytes(),
    ):
        with pytest.raises(DumpError, match=r"\(MAX_IN_MEMORY\)"):
            read(data)


# --- documents that are bombs themselves ---

DBLP = "<dblp>{}</dblp>"
ARTICLE = (
    "<article key='journals/x/{0}'><author>Ada Example</author><title>{1}</title><year>2024</year></article>"
)


@pytest.mark.parametrize("where", ["file:///etc/hostname", "file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_an_external_entity_is_never_read(where: str, read: Read) -> None:
    text = f'<?xml version="1.0"?>\n<!DOCTYPE dblp [<!ENTITY me SYSTEM "{where}">]>\n'
    with pytest.raises(DumpError, match="it declares XML entities of its own") as refused:
        read((text + DBLP.format(ARTICLE.format(1, f"{title(1)} &me;"))).encode())
    assert socket.gethostname() not in str(refused.value)


def test_entities_that_expand_a_billion_times(read: Read) -> None:
    declared = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE dblp [<!ENTITY a0 "ha">{declared}]>'
    with pytest.raises(DumpError, match="it declares XML entities of its own"):
        read((text + DBLP.format(ARTICLE.format(1, f"{title(1)} &a9;"))).encode())


def test_entities_that_a_second_document_declares(read: Read) -> None:
    """Also behind a document that is read, and in a DOCTYPE that stands far behind its declaration."""
    first = '<?xml version="1.0"?>' + DBLP.format(ARTICLE.format(1, title(1)))
    second = (
        f'<?xml version="1.0"?>{" " * 300_000}<!DOCTYPE dblp [<!ENTITY me SYSTEM "file:///etc/hostname">]>'
    )
    for text in (first + "\n" + second, second):
        data = (text + DBLP.format(ARTICLE.format(2, f"{title(2)} &me;"))).encode()
        try:
            found = read(data)
        except DumpError:
            continue
        assert found.titles[:1] in ([], titles(1), titles(2))
        name = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "no such name"
        assert not any(name in one for one in [*found.titles, *map(str, found.rejects)])


def test_a_doctype_without_entities_is_read(read: Read) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n'
    assert read((text + DBLP.format(ARTICLE.format(1, title(1)))).encode()).titles == titles(1)


@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_json_nested_without_end(sign: str, read: Read) -> None:
    deep = b'{"id": "2401.00002", "title": ' + sign.encode() * 100_000
    found = read(jsonl(1) + deep + b"\n" + jsonl(3))
    assert found.titles == titles(1, 3)
    assert [one.where for one in found.rejects] == ["line 2"]


@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_a_json_document_nested_without_end(sign: str, read: Read) -> None:
    whole = b"[" + jsonl(1).strip() + b',{"id": "2401.00002", "title": ' + sign.encode() * 100_000
    found = read(whole)
    assert found.titles == titles(1)
    assert len(found.rejects) == 1
    assert "(MAX_DEPTH)" in found.rejects[0].reason
    with pytest.raises(DumpError):
        read(sign.encode() * 100_000)


def test_a_very_long_line(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json, "MAX_RECORD", 1 << 20)
    monkeypatch.setattr(_text, "MAX_LINE", 1 << 20)
    for first, limit in ((jsonl(1), "MAX_RECORD"), (jsonl(1, 1), "MAX_RECORD"), (ris(1), "MAX_LINE")):
        found = read(first + b"x" * (3 << 20))
        assert set(found.titles) == {title(1)}
        assert len(found.rejects) == 1
        assert f"({limit})" in found.rejects[0].reason


def test_a_very_long_record(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json, "MAX_RECORD", 1 << 20)
    found = read(b"[" + jsonl(1).strip() + b',{"id": "2401.00002", "title": "' + b"x" * (4 << 20))
    assert found.titles == titles(1)
    assert "(MAX_RECORD)" in found.rejects[0].reason
