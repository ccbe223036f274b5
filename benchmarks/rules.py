"""What matching costs: our engine beside what else one would take, on the same papers and rules, in the same run.

    python -m benchmarks.rules --dumps FOLDER [--seed 2026] [--runs 5]

FOLDER (or the variable DIGEST_DUMPS) has real dumps, one subfolder a format. 5,000 papers are made of the sentences of
their abstracts, and rules of their word sequences. The rivals: one `re` alternation with word boundaries on the text as
it is, SQLite FTS5 and tantivy with a query for each rule. Each has a process of its own; the least of a few runs, which
take some seconds together, counts, in seconds of the processor. An index is built before the clock starts; our reading
of a text is inside it.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

from digest import rules
from digest.errors import DumpError
from digest.papers import Paper
from digest.reading import records
from digest.rules.engine import Engine

PAPERS, CHARACTERS = 5_000, 1_400
LONG_ENOUGH = 5.0  # seconds: a machine may be slow for one, and all runs of the quickest would fall into it
FEW, MANY, MOST = 20, 10_000, 100_000
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
CLAUSE = re.compile(r"[.,;:!?()\[\]\"“”]")
# No phrase that a person asks for begins or ends with one of these.
_STOP_WORDS = """a an and are as at be been both but by can do each for from has have how in into is it its more most
not of on only or other our such than that the their then there these they this those to two under use used using via
was we were when where which while will with within without"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

Text = tuple[str, str]  # title, abstract
Phrases = list[list[str]]  # of each rule


# --- papers and rules ---


def abstracts(folder: Path) -> dict[str, str]:
    """Title → abstract of all papers in the dumps of a folder."""
    found: dict[str, str] = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            with file.open("rb") as dump:
                for one in records(dump, file.stat().st_size, file.name, datetime(2026, 11, 21, tzinfo=UTC)):
                    if isinstance(one, Paper) and len(one.abstract) > 300:
                        found[one.title] = one.abstract
        except DumpError:
            continue  # a note of where the dumps are from
    return found


def resampled(real: dict[str, str], chance: random.Random) -> list[Text]:
    """Papers of real titles and real sentences, in an order that no paper had."""
    titles = list(real)
    sentences = [one for text in real.values() for one in re.split(r"(?<=[.!?])\s+", text) if one]
    made = []
    for _ in range(PAPERS):
        said: list[str] = []
        while sum(map(len, said)) < CHARACTERS - 80:
            said.append(chance.choice(sentences))
        made.append((chance.choice(titles), " ".join(said)))
    return made


def sequences(papers: Sequence[Text]) -> Counter[str]:
    """Sequences of one to three words → in how many papers they stand."""
    counted: Counter[str] = Counter()
    for title, abstract in papers:
        of_one = set[str]()
        for clause in CLAUSE.split(f"{title}. {abstract}"):
            words = WORD.findall(clause)
            for size in (1, 2, 3):
                of_one.update(" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
        counted.update(of_one)
    return counted


def drawn(papers: Sequence[Text], chance: random.Random) -> dict[str, Phrases]:
    """Rules: a few that every tenth paper is about, many of what is rare, most of which nothing is about."""
    counted = sequences(papers)
    good = sorted(one for one in counted if len(one) > 3 and not STOP_WORDS & {w.lower() for w in _ends(one)})
    few = [one for one in good if PAPERS // 200 <= counted[one] <= PAPERS // 20]
    many = [one for one in good if 2 <= counted[one] <= PAPERS // 50]
    words = sorted({word for one in many for word in one.split()})
    nobody = [" ".join(chance.sample(words, chance.randint(2, 3))) for _ in range(2 * MOST)]
    ours = _rules(many, MANY, 1.4, chance)
    others = _rules([one for one in nobody if one not in counted], MOST - MANY, 1.4, chance)
    return {str(FEW): _rules(few, FEW, 2.5, chance), str(MANY): ours, str(MOST): ours + others}


def _ends(phrase: str) -> tuple[str, str]:
    words = phrase.split()
    return words[0], words[-1]


def _rules(phrases: Sequence[str], count: int, each: float, chance: random.Random) -> Phrases:
    chosen = chance.sample(phrases, round(count * each))
    made = [[chosen.pop()] for _ in range(count)]
    for phrase in chosen:
        chance.choice(made).append(phrase)
    return made


# --- contestants: rules and papers → seconds of preparing, and what matches and counts the hits ---

Prepared = Callable[[], int]


def ours(papers: list[Text], asked: Phrases) -> tuple[float, Prepared]:
    """The engine, from parsed rules and unread papers."""
    parsed = [rules.parse(" OR ".join(f'"{phrase}"' for phrase in phrases)) for phrases in asked]
    began = process_time()
    engine = Engine(parsed)
    seconds = process_time() - began
    return seconds, lambda: sum(map(len, engine.matches(rules.read(*paper) for paper in papers)))


def alternation(papers: list[Text], asked: Phrases) -> tuple[float, Prepared]:
    """One compiled alternation; a rule matches where one of its phrases was found."""
    rule_of = {phrase.lower(): number for number, phrases in enumerate(asked) for phrase in phrases}
    began = process_time()
    find = re.compile(rf"\b(?:{'|'.join(map(re.escape, rule_of))})\b", re.IGNORECASE).findall
    seconds = process_time() - began
    texts = [f"{title}\n{abstract}" for title, abstract in papers]
    return seconds, lambda: sum(len({rule_of[one.lower()] for one in find(text)}) for text in texts)


def fts5(papers: list[Text], asked: Phrases) -> tuple[float, Prepared]:
    """SQLite's full-text index in memory, a query for each rule."""
    db = sqlite3.connect(":memory:")
    began = process_time()
    db.execute("CREATE VIRTUAL TABLE papers USING fts5 (title, abstract)")
    db.executemany("INSERT INTO papers VALUES (?, ?)", papers)
    seconds = process_time() - began
    queries = [" OR ".join(f'"{phrase}"' for phrase in phrases) for phrases in asked]
    find = "SELECT rowid FROM papers WHERE papers MATCH ?"
    return seconds, lambda: sum(len(db.execute(find, (query,)).fetchall()) for query in queries)


def tantivy(papers: list[Text], asked: Phrases) -> tuple[float, Prepared]:
    """An index of tantivy in memory, a query for each rule."""
    import tantivy as engine  # type: ignore[import-not-found, import-untyped, unused-ignore]

    fields = engine.SchemaBuilder().add_text_field("title").add_text_field("abstract").build()
    index = engine.Index(fields)
    began = process_time()
    writer = index.writer(num_threads=1)
    for title, abstract in papers:
        writer.add_document(engine.Document(title=title, abstract=abstract))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    seconds = process_time() - began
    searcher = index.searcher()
    queries = [" OR ".join(f'"{phrase}"' for phrase in phrases) for phrases in asked]

    def matched() -> int:
        parsed = (index.parse_query(query, ["title", "abstract"]) for query in queries)
        return sum(len(searcher.search(query, limit=PAPERS).hits) for query in parsed)

    return seconds, matched


CONTESTANTS = {"ours": ours, "re": alternation, "fts5": fts5, "tantivy": tantivy}


class Measured(NamedTuple):
    """What one contestant took."""

    prepare: float  # seconds
    first: float  # of the first run: nothing is known of the texts
    match: float  # of the quickest
    hits: int
    megabytes: float  # the greatest, with Python, papers and rules


def measure(name: str, size: str, runs: int, data: Path) -> Measured:
    """One contestant, in this process."""
    given: dict[str, Any] = json.loads(data.read_text(encoding="utf-8"))
    papers, asked = [tuple(paper) for paper in given["papers"]], given["rules"][size]
    del given
    prepare, matched = CONTESTANTS[name](papers, asked)
    seconds, hits = list[float](), 0
    while len(seconds) < runs or sum(seconds) < LONG_ENOUGH:
        began = process_time()
        hits = matched()
        seconds.append(process_time() - began)
    # Not getrusage: its peak counts that of the process that began this one.
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    peak = int(line.split()[1]) / 1024
    return Measured(prepare, seconds[0], min(seconds), hits, peak)


# --- the table ---

ROWS = ((FEW, "ours"), (FEW, "re"), (MANY, "ours"), (MANY, "fts5"), (MANY, "tantivy"), (MOST, "ours"))


def table(data: Path, seed: int, runs: int) -> Iterator[tuple[int, str, Measured | str]]:
    """Each contestant in a process of its own; or why it did not run."""
    for size, name in ROWS:
        command = [sys.executable, "-m", "benchmarks.rules", "--measure", name, str(size), str(data)]
        done = subprocess.run(
            [*command, "--seed", str(seed), "--runs", str(runs)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield size, name, done.stderr.strip().splitlines()[-1]
        else:
            yield size, name, Measured(*json.loads(done.stdout))


def show(rows: Iterator[tuple[int, str, Measured | str]]) -> None:
    """Print the rows as they come, and what they are to each other."""
    print(f"{'rules':>8} {'':8} {'prepare s':>10} {'first s':>9} {'match s':>9} {'hits':>9} {'peak MB':>8}")
    got: dict[tuple[int, str], Measured] = {}
    for size, name, row in rows:
        if isinstance(row, str):
            print(f"{size:8,} {name:8} not run: {row}")
            continue
        got[size, name] = row
        figures = f"{row.prepare:10.3f} {row.first:9.3f} {row.match:9.3f} {row.hits:9,} {row.megabytes:8.0f}"
        print(f"{size:8,} {name:8} {figures}", flush=True)
    for above, below in (((FEW, "re"), (FEW, "ours")), ((MANY, "fts5"), (MANY, "ours")),
                         ((MANY, "tantivy"), (MANY, "ours")), ((MOST, "ours"), (MANY, "ours"))):  # fmt: skip
        if above in got and below in got:
            ratio = got[above].match / got[below].match
            print(f"{above[1]} at {above[0]:,} / {below[1]} at {below[0]:,}: {ratio:.1f} x")


def main() -> None:
    """Draw papers and rules, and let everybody match them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dumps", type=Path, default=os.environ.get("DIGEST_DUMPS"))
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    said = asked.parse_args()
    if said.measure:
        name, size, data = said.measure
        print(json.dumps(measure(name, size, said.runs, Path(data))))
        return
    if not said.dumps or not Path(said.dumps).is_dir():
        raise SystemExit(
            "real text is needed: --dumps FOLDER, or the variable DIGEST_DUMPS, with dumps in it"
        )
    chance = random.Random(said.seed)
    papers = resampled(abstracts(Path(said.dumps)), chance)
    with TemporaryDirectory() as folder:
        data = Path(folder, "papers-and-rules.json")
        data.write_text(json.dumps({"papers": papers, "rules": drawn(papers, chance)}), encoding="utf-8")
        print(f"{PAPERS:,} papers, {sum(map(len, map(''.join, papers))) / 1e6:.1f} MB; seed {said.seed}")
        show(table(data, said.seed, said.runs))


if __name__ == "__main__":
    main()
