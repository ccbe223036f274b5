"""Nothing disappears: of n good and m broken records, in any order and any container, come n papers and m rejects."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.containers.limits import BUFFER
from digest.errors import DumpError
from digest.papers import Paper, Reject
from digest.reading import records
from tests import homes

RECEIVED = datetime(2026, 11, 21, 6, tzinfo=UTC)


class Kind(NamedTuple):
    """How a document of one format is written: a good record, its broken ones, and what stands around all."""

    good: Callable[[int], str]
    broken: tuple[str, ...]
    before: str = ""
    between: str = ""
    after: str = ""
    # How many of the broken ones may stand first, where not all: a format is known by its beginning
    first: int = 0
    where: str = "record {}"  # the place of the n-th record, where the format counts records


def title(number: int) -> str:
    return f"Pebbles Sorted by Patient Networks: Study No. {number}"


def kaggle(number: int) -> str:
    return json.dumps(
        {
            "id": f"2401.{number:05}",
            "title": title(number),
            "authors_parsed": [["Example", "Ada", ""]],
            "update_date": "2024-01-02",
        }
    )


def crossref(number: int) -> str:
    item = {"DOI": f"10.5555/p.{number}", "type": "journal-article", "title": [title(number)]}
    return json.dumps(item | {"container-title": ["Pebbles"], "is-referenced-by-count": 0, "member": "1"})


def csl(number: int) -> str:
    item = {"id": f"p{number}", "type": "article-journal", "title": title(number)}
    return json.dumps(item | {"container-title": "Pebbles", "issued": {"date-parts": [[2024]]}})


def dblp(number: int) -> str:
    return (
        f'<article key="journals/x/P{number}"><author>Ada Example</author><title>{title(number)}.</title>'
        "<year>2024</year></article>\n"
    )


def ris(number: int) -> str:
    return f"TY  - JOUR\nTI  - {title(number)}\nAU  - Example, Ada\nPY  - 2024\nER  - \n\n"


def bibtex(number: int) -> str:
    return f"@article{{p{number},\n  title = {{{title(number)}}},\n  year = {{2024}}\n}}\n"


KINDS = {
    "json lines": Kind(
        kaggle,
        (
            '{"id": "none of arXiv\'s", "title": "x"}',
            '{"id": "2401.00001", oops}',
            "null",
            "oops",
            '"{"',
            "}{",
        ),
        between="\n",
        first=2,
        where="line {}",
    ),
    "json list": Kind(
        kaggle,
        ('{"id": "none of arXiv\'s", "title": "x"}', '{"id": "2401.00001", oops}', '{"id": {"a": []}}'),
        before="[\n",
        between=",\n",
        after="\n]\n",
    ),
    "json envelope": Kind(
        crossref,
        (
            '{"DOI": "10.5555/x", "type": "journal-article", "member": "1"}',
            '{"DOI" "10.5555/x"}',
            '{"DOI": oops}',
        ),
        before='{"status": "ok", "message-type": "work-list", "message": {"items": [\n',
        between=",",
        after="]}}",
    ),
    "csl": Kind(
        csl,
        ('{"type": "article-journal", "title": 1, "x": {"y": oops}}', '{"id": "x", "type": "book"}'),
        before="[",
        between=", ",
        after="]",
    ),
    "xml": Kind(
        dblp,
        (
            '<article key="journals/x/B"><author>Ada Example</author><year>2024</year></article>\n',
            '<inproceedings key="conf/x/B"><title> . </title></inproceedings>\n',
        ),
        before='<?xml version="1.0"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp>\n',
        after="</dblp>\n",
    ),
    "ris": Kind(
        ris, ("TY  - JOUR\nAU  - Example, Ada\nPY  - 2024\nER  - \n\n", "TY  - BOOK\nTI  - ...\nER  - \n\n")
    ),
    "bibtex": Kind(bibtex, ("@article{b,\n  author = {Ada Example}\n}\n", "@misc{b2,\n  year = {2024}\n}\n")),
    "csv": Kind(
        lambda number: f'"{title(number)}",Ada Example,2024,10.5555/p.{number}\n',
        (",Ada Example,2024,10.5555/x\n", '"...","Ada\nExample",2024,\n'),
        before="Title,Authors,Year,DOI\n",
    ),
}


def zipped(data: bytes) -> bytes:
    with io.BytesIO() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("papers", data)
        return target.getvalue()


def tarred(data: bytes) -> bytes:
    with io.BytesIO() as target:
        with tarfile.open(fileobj=target, mode="w") as archive:
            info = tarfile.TarInfo("papers")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        return target.getvalue()


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda data: gzip.compress(tarred(data)),
    "two gzips": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    "utf-16": lambda data: data.decode().encode("utf-16"),
}


def document(kind: Kind, order: list[int | None], chosen: list[int]) -> tuple[str, list[int]]:
    """A document with a good record for each number and a broken one for each None; the lines that records begin on."""
    text, starts, broken = kind.before, [], iter(chosen)
    for place, number in enumerate(order):
        text += kind.between if place else ""
        starts.append(text.count("\n") + 1)
        many = kind.first if place == 0 and kind.first else len(kind.broken)
        text += kind.good(number) if number is not None else kind.broken[next(broken) % many]
    return text + kind.after, starts


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[int | None], list[int]]:
    """Which records stand in a document, one good one at least: it is what tells the format."""
    good = draw(st.lists(st.booleans(), min_size=1, max_size=15).filter(any))
    order = [place if one else None for place, one in enumerate(good, start=1)]
    return order, draw(st.lists(st.integers(0, 9), min_size=15, max_size=15))


def read(path: Path, data: bytes) -> tuple[list[Paper], list[Reject]]:
    path.write_bytes(data)
    with path.open("rb", buffering=BUFFER) as file:
        found = list(records(file, len(data), path.name, RECEIVED))
    return [one for one in found if isinstance(one, Paper)], [one for one in found if isinstance(one, Reject)]


@pytest.mark.parametrize("name", KINDS)
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=orders(), container=st.sampled_from(sorted(CONTAINERS)))
def test_records_are_papers_and_rejects(
    name: str, drawn: tuple[list[int | None], list[int]], container: str, tmp_path: Path
) -> None:
    kind, (order, chosen) = KINDS[name], drawn
    text, starts = document(kind, order, chosen)
    papers, rejects = read(tmp_path / "dump", CONTAINERS[container](text.encode()))
    assert [one.title for one in papers] == [title(number) for number in order if number is not None]
    assert len(rejects) == order.count(None)
    inside = "papers, " if container in {"zip", "tar", "tar.gz"} else ""
    if name in {"ris", "bibtex", "csv"}:
        places = [f"{inside}line {line}" for line in starts]
    elif name == "json lines" and len(order) == 1:
        places = [f"{inside}record 1"]
    else:
        places = [inside + kind.where.format(count) for count in range(1, len(order) + 1)]
    told = dict(zip(places, order, strict=True))
    assert {one.where: one.title for one in papers} == {
        where: title(number) for where, number in told.items() if number is not None
    }
    assert sorted(one.where for one in rejects) == sorted(where for where in told if told[where] is None)
    assert all(one.reason for one in rejects)


@pytest.mark.parametrize("name", KINDS)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=orders(), cut=st.floats(0, 1))
def test_a_document_that_breaks_off_loses_its_end_only(
    name: str, drawn: tuple[list[int | None], list[int]], cut: float, tmp_path: Path
) -> None:
    """Whole records before the cut are there, in order, and the one that was cut is a paper, a reject, or nothing."""
    text, _ = document(KINDS[name], *drawn)
    data = text.encode()[: int(len(text) * cut)]
    whole = [number for number in drawn[0] if number and KINDS[name].good(number).strip() in data.decode()]
    try:
        papers, rejects = read(tmp_path / "dump", data)
    except DumpError:
        assert not whole or KINDS[name].before not in data.decode() or len(data) < len(KINDS[name].good(1))
        return
    assert [one.title for one in papers][: len(whole)] == [title(number) for number in whole]
    assert len(papers) <= len(whole) + 1
    assert len(rejects) <= drawn[0].count(None) + 1


def test_the_command_counts_them_all(tmp_path: Path) -> None:
    """What the program says of each, and what it has in its store, is what was in them."""
    home = homes.make(tmp_path / "home")
    order: list[int | None] = [1, None, 2, None, None, 3, 4, None]
    paths = []
    for number, (kind, container) in enumerate(
        zip(KINDS.values(), list(CONTAINERS.values())[1:], strict=False)
    ):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_bytes(container(document(kind, order, list(range(8)))[0].encode()))
    (said,) = homes.objects(homes.run(home, "ingest", *paths, "--json", code=3))
    assert len(said["dumps"]) == len(KINDS)
    for dump in said["dumps"]:
        assert (dump["records"], dump["papers"], dump["rejects"]) == (8, 4, 4), dump
        assert len(dump["rejected"]) == 4
    assert len(homes.rows(home)["rejects"]) == 4 * len(KINDS)
