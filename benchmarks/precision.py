"""How often the words that a rule finds in real papers are meant as its writer meant them.

    digest init HOME && digest --home HOME ingest DUMPS...
    python -m benchmarks.precision HOME        # the drawn hits of each rule, to be read by eye
    python -m benchmarks.precision             # what was judged, from precision.tsv

The sample is drawn by SEED from the keys of the hits, so the same dumps give the same papers to whoever judges again.
"""

import csv
import random
import sys
from collections import Counter
from pathlib import Path

from digest import rules
from digest.asking import search
from digest.identity import strongest
from digest.issue import as_read
from digest.store import open_store

SEED = 20261121
DRAWN = 30  # hits of each rule
AROUND = 70  # characters to either side of a word that was found
SHOWN = 2  # words of a paper

# What a rule says, and what its writer means by it.
RULES = {
    "SAM": "Segment Anything",
    "RAG": "retrieval-augmented generation",
    "LoRA": "low-rank adaptation",
    "prun*": "pruning of networks",
    "quantiz*": "quantization of networks or of what they compute",
    '"knowledge distillation"': "training a model from another",
    '"language agent"~4': "agents made of language models",
    "(hallucination OR factuality) -(image OR vision OR visual)": "language models that say what is not so",
    'title:survey ("large language model" OR LLM)': "surveys of language models",
    '"state space model" OR Mamba': "state space models as networks for sequences",
}
JUDGED = Path(__file__).with_suffix(".tsv")


def drawn(query: str, home: Path) -> list[search.Hit]:
    """The hits of a rule that are to be read."""
    store = open_store(home / "digest.sqlite3")
    hits = {strongest(hit.work.keys): hit for hit in search.matching(store, rules.parse(query))}
    store.close()
    chance = random.Random(f"{SEED} {query}")
    return [hits[key] for key in chance.sample(sorted(hits), min(DRAWN, len(hits)))]


def shown(query: str, hit: search.Hit) -> list[str]:
    """The title, and the first words that were found with what stands around them."""
    reading = as_read(hit.work, ())
    lines = [f"{strongest(hit.work.keys)}\t{', '.join(hit.matched)}\t{hit.work.title[:150]}"]
    for field, begin, end in [spot for spot in rules.match(rules.parse(query), reading) or () if spot.field][
        :SHOWN
    ]:
        around = reading.fields[field].text[max(begin - AROUND, 0) : end + AROUND]
        lines.append("    … " + " ".join(around.split()))
    return lines


def show(home: Path) -> None:
    print(f"seed {SEED}, {DRAWN} hits of each rule")
    for query, meant in RULES.items():
        print(f"\n# {query}   means: {meant}")
        for hit in drawn(query, home):
            print(*shown(query, hit), sep="\n")


def count() -> None:
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    verdicts = Counter((row["rule"], row["verdict"]) for row in rows)
    for query, meant in RULES.items():
        right, wrong = verdicts[query, "right"], verdicts[query, "wrong"]
        print(f"{right:3} right {wrong:3} wrong   {query}   ({meant})")
    print(f"{sum(row['verdict'] == 'right' for row in rows):3} right of {len(rows)}")


if __name__ == "__main__":
    show(Path(sys.argv[1])) if len(sys.argv) > 1 else count()
