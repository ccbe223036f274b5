"""What reading dumps into the store costs, beside other programs that read the same bytes in the same run.

    python -m benchmarks.ingest [--lines 500000]

An Atom page of 20,000 entries beside feedparser; a snapshot of arXiv as whole `digest ingest` commands beside typed
decoding of its lines with msgspec; then the next day's 5,000 records against that store. Prints a table.
"""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.cost import DIGEST, measured

ENTRIES = 20_000
NEXT_DAY, OF_THEM_KNOWN = 5_000, 1_000
NOW = datetime(2026, 11, 21, tzinfo=UTC)

DECODING = """\
import sys
import msgspec

class Version(msgspec.Struct):
    version: str
    created: str

class Record(msgspec.Struct, rename={"journal_ref": "journal-ref", "report_no": "report-no"}):
    id: str
    submitter: str | None
    authors: str
    title: str
    comments: str | None
    journal_ref: str | None
    doi: str | None
    report_no: str | None
    categories: str
    license: str | None
    abstract: str
    versions: list[Version]
    update_date: str
    authors_parsed: list[list[str]]

decode = msgspec.json.Decoder(Record).decode
with open(sys.argv[1], "rb") as file:
    for line in file:
        decode(line)
"""


def words(chance: random.Random) -> list[str]:
    """A vocabulary."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(30_000)]


def snapshot(path: Path, start: int, count: int) -> None:
    """Lines as arXiv's snapshot has them, 1.6 kB on average; those of one number are always the same."""
    chance = random.Random(1)
    known = words(chance)
    with path.open("w", encoding="utf-8") as file:
        for number in range(start, start + count):
            file.write(json.dumps(record(number, known)) + "\n")


def record(number: int, known: list[str]) -> dict[str, object]:
    """One record."""
    chance = random.Random(number)
    month, place = divmod(number, 20_000)
    names = [
        [chance.choice(known).title(), f"{chance.choice('ABCDEFGH')}.", ""]
        for _ in range(chance.randint(1, 8))
    ]
    text = chance.choices(known, k=150)
    lines = [" ".join(text[at : at + 11]) for at in range(0, len(text), 11)]
    versions = chance.choice((1, 1, 1, 2, 2, 3))
    return {
        "id": f"{15 + month // 12}{1 + month % 12:02}.{place:05}",
        "submitter": " ".join(names[0][:2]),
        "authors": ", ".join(f"{first} {last}" for last, first, _ in names),
        "title": "\n  ".join((" ".join(chance.choices(known, k=7)), chance.choice(known))),
        "comments": chance.choice((None, "12 pages, 3 figures", "accepted for publication; 31 pages")),
        "journal-ref": chance.choice((None, None, f"J. Kelp {month} (2020) {place}")),
        "doi": f"10.1000/kelp.{number}" if number % 3 == 0 else None,
        "report-no": None,
        "categories": chance.choice(("cs.LG cs.CL", "hep-ph", "math.ST stat.TH")),
        "license": "http://license.example.org/by/4.0/",
        "abstract": "  " + "\n".join(lines) + "\n",
        "versions": [
            {
                "version": f"v{one}",
                "created": f"{'Mon' if one == 1 else 'Tue'}, {one + 1} Apr 2024 19:18:42 GMT",
            }
            for one in range(1, versions + 1)
        ],
        "update_date": "2024-05-01",
        "authors_parsed": names,
    }


def atom(path: Path) -> None:
    """An answer of arXiv's API with ENTRIES entries."""
    known = words(random.Random(1))
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "<id>https://arxiv.org/api/benchmark</id><title>arXiv Query</title>"
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for number in range(ENTRIES):
            said = record(number, known)
            authors = "".join(
                f"<author><name>{name}</name></author>" for name in str(said["authors"]).split(", ")
            )
            file.write(
                f"<entry><id>http://arxiv.org/abs/{said['id']}v1</id><title>{said['title']}</title>"
                f"<updated>2024-04-02T19:18:42Z</updated><published>2024-04-02T19:18:42Z</published>"
                f"<summary>{said['abstract']}</summary>{authors}<arxiv:comment>12 pages</arxiv:comment>"
                f'<link href="http://arxiv.org/abs/{said["id"]}v1" rel="alternate" type="text/html"/>'
                '<arxiv:primary_category term="cs.LG"/><category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>'
                "</entry>\n"
            )
        file.write("</feed>")


def seconds(work: Callable[[], object], runs: int) -> float:
    """The shortest of some runs."""
    found = []
    for _ in range(runs):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return min(found)


def reading(folder: Path) -> Iterator[tuple[str, ...]]:
    """Only reading: our reader of Atom and feedparser, on the same file."""
    import feedparser  # type: ignore[import-untyped]

    from digest import formats

    path = folder / "page.xml"
    atom(path)

    def ours() -> None:
        with path.open("rb") as file:
            assert sum(1 for _ in formats.read("arxiv_api", file, NOW)) == ENTRIES

    mine = seconds(ours, 3)
    theirs = seconds(lambda: feedparser.parse(path.read_bytes()), 1)
    size = f"{path.stat().st_size / 1e6:.0f} MB"
    yield f"feedparser, {ENTRIES:,} entries of Atom, {size}", f"{theirs:.2f}", "", ""
    yield "the same with arxiv_api", f"{mine:.2f}", "", f"1/{theirs / mine:.1f} of feedparser (reach: 1/10)"


def storing(folder: Path, lines: int) -> Iterator[tuple[str, ...]]:
    """Snapshots into fresh homes, and the next day's records into the larger one."""
    for count in (lines // 5, lines):
        path, home = folder / f"snapshot-{count}.json", folder / f"home-{count}"
        snapshot(path, 0, count)
        subprocess.run([*DIGEST, "init", str(home)], check=True, stdout=subprocess.DEVNULL)
        alone = measured([sys.executable, "-c", DECODING, str(path)], runs=1)
        cost = measured_once([*DIGEST, "--home", str(home), "ingest", str(path)])
        size = f"{count:,} lines, {path.stat().st_size / 1e6:,.0f} MB"
        yield f"typed msgspec decoding, {size}", f"{alone.seconds:.2f}", f"{alone.megabytes:.0f}", ""
        ratio = f"{cost[0] / alone.seconds:.1f} x decoding (reach: 10)"
        yield "digest ingest, to the store", f"{cost[0]:.2f}", f"{cost[1]:.0f}", ratio
        path.unlink()
    path = folder / "next-day.json"
    snapshot(path, lines - OF_THEM_KNOWN, NEXT_DAY)
    cost = measured_once([*DIGEST, "--home", str(home), "ingest", str(path)])
    yield f"the next day's {NEXT_DAY:,} into that store", f"{cost[0]:.2f}", f"{cost[1]:.0f}", "(reach: 0.9 s)"


def measured_once(command: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of a command that can only run once, those of its reading process included."""
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _CHILDREN, *command], check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return perf_counter() - began, int(done.stdout.split()[-1]) / 1024


# Runs a command and prints the greatest resident memory of it and of the processes that it waited for.
_CHILDREN = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=500_000)
    lines = options.parse_args().lines
    print(f"{'work':58} {'s':>7} {'MB':>5}  ratio")
    with TemporaryDirectory() as folder:
        for rows in (reading(Path(folder)), storing(Path(folder), lines)):
            for row in rows:
                print(f"{row[0]:58} {row[1]:>7} {row[2]:>5}  {row[3]}", flush=True)


if __name__ == "__main__":
    main()
