"""Documents that nobody would write, through every reader: the golden documents, mutated.

    python -m benchmarks.fuzz [--seed N] [--inputs 20000] [FORMAT…]
    python -m benchmarks.fuzz --large [FORMAT…]

What has to hold of each input: nothing is raised but DumpError; every paper satisfies tests/test_formats.py and can be
stored; reading it costs less than a second a megabyte and less than 200 MB; a fifth of a second is always allowed,
and a fifth of a millisecond for each record. A megabyte of one pattern (`--large`) may cost 20 seconds: feedparser
takes 30 microseconds for a tag, a page of text ten for a line, and what is not linear takes a thousand. Prints a table;
each kind of failure leaves one input in a file, and the run ends with 1. An input is a function of the seed, the
format, its golden documents and its number, so any of them can be had again.
"""

import argparse
import bz2
import gc
import gzip
import io
import json
import multiprocessing
import random
import re
import resource
import signal
import sys
import tarfile
import tempfile
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from time import perf_counter, process_time
from types import FrameType, MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from digest import formats, plugins
from digest.containers.limits import BUFFER
from digest.errors import DumpError
from digest.papers import Paper, Reject
from digest.preparing import prepared
from digest.reading import Begun, records
from tests import golden
from tests.test_formats import check

PROCESSES = 2
AT_ONCE = 500  # inputs of a task
SECONDS_PER_MB, SECONDS = 1.0, 0.2  # of the processor; the second is allowed to any input
SECONDS_OF_PATTERN = 20.0  # for a megabyte that says the same again and again
SECONDS_PER_RECORD = 2e-4  # where records have a few bytes each: of these a megabyte holds a hundred thousand
MEGABYTES = 200
HELD = 2_000  # records of an input that are looked at
PATIENCE = 60  # seconds until an input counts as one that never ends
LARGE = 1 << 20

Chance = random.Random
T = TypeVar("T")

# --- what is done to a document ---

TOKENS = [
    *(sign.encode() for sign in "{}[]()<>&\\\"'|@%$#*_=:;,.-~^`!?/ \t\n\r\0\v\f\x1b\x7f"),
    *(b"\r\n", b"\n\n", b"\n---\n", b"\n===\n"),
    *(b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbb\xbf", b"\xfe\xff"),
    *(b"<a>", b"</a>", b"<a ", b"<!--", b"-->"),
    *(b"<![CDATA[", b"]]>", b"<?xml version='1.0'?>", b"<!DOCTYPE x [", b"/>"),
    *(b'<!ENTITY a "b">', b"&a;", b"&amp;", b"&amp;amp;lt;"),
    *(b"&#0;", b"&#xD800;", b"&#1114112;", b"&#x202E;", b"&nbsp"),
    *(b"<script>", b"<style>", b"<math>", b"<mml:math"),
    *(b"<tex-math>", b"<table>", b"<tr><td>", b"<p>", b"<br/>"),
    *(b"null", b"true", b"1e999", b"-0", b"NaN", b"\\u0000"),
    *(b"\\ud800", b"\\n", b'"":', b"{}", b"[]", b"[[", b"{{"),
    *(b"\nER  - \n", b"\nTY  - ", b"\n%0 ", b"\nPT J\n"),
    *(b"\nRT ", b"\n@article{", b"@string{a=", b'" # "', b"\nPMID- "),
    *(b"\\\\", b"------", b"arXiv:2401.00001", b"[x](http://", b"]("),
    *(b"![", b"| --- |", b"\n| ", b"\n- ", b"\n# ", b"```"),
    "\u200b\u202e\u00ad\u2028\u0085\u0301\ufdfa\u0958\u0130\u00b2\u0663\ufffe\U0001f600\u3000\ufb01".encode(),
    b"\\'{",
]  # fmt: skip
ODD = [
    *("", " ", "0", "-1", "1", "1e400", "9" * 30, "9" * 5000),
    *("0" * 400, "²", "٣", "१२३", "½", "Ⅷ", "1_000", "+5", "0x1f"),
    *("\0", "\u200b", "\ud800", "e\u0301", "\u0958", "\ufdfa", "\u202eabc"),
    *("İ", "ﬁ", "\u2028", "\x85", "\x1c", "…", "."),
    *("http://[", "https://[::1", "http://a b", "https://"),
    *("HTTP://X/%zz", "//x", "javascript:x", "http://x:99999999/"),
    *("http://arxiv.org/abs/", "10.1/", "10.1101/²"),
    *("10.48550/arXiv.2401.00001v9999", "2401.00001v0", "0000.00000"),
    *("arXiv:٢٤٠١.٠٠٠٠١", "PMC²", "hep-th/9999999v1"),
    *("W", "conf/", "https://openreview.net/forum?id=", "10.1234/\ud800"),
    *("2024-99-99", "0000-00-00", "31 Feb 2024", "2024-02-30"),
    *("99999", "٢٠٢٤-٠١-٠١", "20240132", "Thu, 99 Foo 2024", "1e3"),
    *("2024-01-01T00:00:00+99:99", "-2024-01", "253402300800", "Infinity", "NaN"),
    *("null", "true", "[]", "{}", '"', "'"),
    *("<b>", "a<b>c", "&#xD800;", "&amp;amp;lt;b&amp;gt;", "]]>", "<!--"),
    *("\\'", "\\v{", "\\textbf{", "$", "{{{", "}}}", "%"),
    *("and", "and and", ",", ",,", ", ,", ";", "et al."),
    *("others", "a and others", "A, B, C, D, E", "-", "--", "|", "\\|"),
]  # fmt: skip
ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 0.5),
    *(-0.0, 1e300, 1e15, 10**18, 10**30, -(10**30), float("nan"), float("inf")),
    *([], {}, [None], [[]], [{}]),
    *({"": None}, [1, "a", None, [], {}], {"name": 5}, {"value": [None]}, [[["x"]], "y"]),
    *(["", " "], ["\ud800"], "\ud800\udc00", {"a": {"b": {"c": []}}}),
    *([0] * 200, ["a"] * 500, 253402300800, 2**63, 2**62),
]  # fmt: skip
# What a field says, in most of the formats: between tags, in quotes, after a colon or dash, in braces, in a table.
_FIELD = re.compile(
    rb'(?<=>)[^<>]+(?=<)|(?<==")[^"]*(?=")|(?<=: )[^\n]+|(?<=- )[^\n]+|(?<=\{)[^{}]*(?=\})|(?<=[\t,|])[^\t,|\n]*'
)
_CHARSETS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "latin-1",
    "cp1252",
    "gbk",
    "shift_jis",
    "utf-8-sig",
    "cp037",
)


class Original(NamedTuple):
    """A golden document, taken apart once."""

    data: bytes
    values: list[Any]  # of its JSON, a line each if it has lines
    places: list[tuple[int, tuple[str | int, ...]]]  # in it: the line, and the path there


@cache
def originals(name: str) -> tuple[Original, ...]:
    """The golden documents of a format."""
    return tuple(_original(path.read_bytes()) for path in golden.documents() if path.parent.name == name)


def _original(data: bytes) -> Original:
    for parts in ([data], [line for line in data.splitlines() if line.strip()]):
        try:
            values = [json.loads(part) for part in parts]
        except ValueError:
            continue
        places = [(line, path) for line, value in enumerate(values) for path in _paths(value)]
        return Original(data, values, places)
    return Original(data, [], [])


def _paths(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield above
    some = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in some:
        yield from _paths(inside, (*above, key))


def mutated(name: str, number: int, seed: int) -> bytes:
    """Input `number` of a format."""
    chance = Chance(f"{seed}/{name}/{number}")
    original = chance.choice(originals(name))
    data = original.data
    if original.places and chance.random() < 0.6:
        data = _other_values(original, chance)
        if chance.random() < 0.6:
            return data
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = chance.choice(_MUTATIONS)(data or b"x", name, chance)
    return data[: 64 << 10]


def _other_values(original: Original, chance: Chance) -> bytes:
    """JSON with some of its values replaced by odd ones, or by others of its own."""
    values = list(original.values)
    for _ in range(chance.choice((1, 1, 2, 4))):
        line, path = chance.choice(original.places)
        values[line] = _replaced(values[line], path, _odd_value(original, chance))
    ascii_ = chance.random() < 0.5
    lines = [json.dumps(value, ensure_ascii=ascii_).encode("utf-8", "surrogatepass") for value in values]
    return b"\n".join(lines)


def _odd_value(original: Original, chance: Chance) -> Any:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(ODD_VALUES)
    if kind < 0.7:
        return chance.choice(ODD)
    if kind < 0.75:
        deep: Any = chance.choice(ODD)
        for _ in range(chance.choice((3, 60, 190, 210, 400))):
            deep = [deep] if chance.random() < 0.5 else {chance.choice(("a", "name", "title", "")): deep}
        return deep
    line, path = chance.choice(original.places)
    value = original.values[line]
    for step in path:
        value = value[step]
    return [value] if kind < 0.85 else {"x": value} if kind < 0.9 else value


def _replaced(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    """The value with another at this path; what stood there may be gone by now."""
    if not path:
        return by
    step, *rest = path
    if isinstance(value, dict) and step in value:
        return {**value, step: _replaced(value[step], tuple(rest), by)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], _replaced(value[step], tuple(rest), by), *value[step + 1 :]]
    return value


def _piece(data: bytes, chance: Chance) -> tuple[int, int]:
    """From where to where: a few bytes, a field, a line, or any."""
    at = chance.randrange(len(data))
    kind = chance.random()
    if kind < 0.4:
        return at, min(len(data), at + chance.randint(1, 12))
    if kind < 0.7:
        return data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at) + 1 or len(data)
    return at, chance.randint(at, len(data))


def _flip(data: bytes, _name: str, chance: Chance) -> bytes:
    noisy = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 30))):
        noisy[chance.randrange(len(noisy))] ^= 1 << chance.randrange(8)
    return bytes(noisy)


def _delete(data: bytes, _name: str, chance: Chance) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + data[end:]


def _duplicate(data: bytes, _name: str, chance: Chance) -> bytes:
    start, end = _piece(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 20)) + data[end:]


def _swap(data: bytes, _name: str, chance: Chance) -> bytes:
    lines = data.splitlines(keepends=True)
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[here], lines[there] = lines[there], lines[here]
    return b"".join(lines)


def _truncate(data: bytes, _name: str, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.8 else data[at:]


def _splice(data: bytes, name: str, chance: Chance) -> bytes:
    other = chance.choice(originals(name)).data
    start, end = _piece(other, chance)
    at = chance.randrange(len(data))
    return data[:at] + other[start:end] + data[at:]


def _insert(data: bytes, _name: str, chance: Chance) -> bytes:
    at = chance.randint(0, len(data))
    run = chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 3, 40, 300, 2000))
    return data[:at] + run + data[at + chance.choice((0, 0, 1, 5)) :]


def _other_field(data: bytes, _name: str, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    found = _FIELD.search(data, at) or _FIELD.search(data)
    if not found:
        return data
    odd = chance.choice(ODD).encode("utf-8", "surrogatepass")
    return data[: found.start()] + odd + data[found.end() :]


def _recode(data: bytes, _name: str, chance: Chance) -> bytes:
    """Other line ends, or another character set, now and then only from somewhere on."""
    if chance.random() < 0.4:
        return data.replace(
            b"\n", chance.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b" ", b"\0", b"\xe2\x80\xa8"))
        )
    at = chance.choice((0, 0, chance.randrange(len(data))))
    return data[:at] + data[at:].decode("utf-8", "replace").encode(chance.choice(_CHARSETS), "replace")


def _pack(data: bytes, _name: str, chance: Chance) -> bytes:
    """In a container, which the mutations after this one break."""
    kind = chance.randrange(5)
    if kind == 0:
        return bytes(gzip.compress(data, 1, mtime=0))
    if kind == 1:
        return bz2.compress(data, 1)
    if kind == 2:
        return b"From: a@example.org\nSubject: b\nContent-Type: text/plain\n\n" + data
    packed = io.BytesIO()
    if kind == 3:
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("a", data)
            file.writestr("b", data[: chance.randrange(len(data))])
    else:
        with tarfile.open(fileobj=packed, mode="w") as tape:
            entry = tarfile.TarInfo("a")
            entry.size = len(data)
            tape.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


_OFTEN: list[Callable[[bytes, str, Chance], bytes]] = [
    *(_flip, _delete, _duplicate, _swap, _truncate, _splice, _splice),
    *(_insert, _insert, _insert, _other_field, _other_field, _other_field, _other_field, _recode),
]  # fmt: skip
_MUTATIONS = [*(_OFTEN * 4), _pack]


# --- what is asked of the readers ---


class Outcome(NamedTuple):
    """What became of an input."""

    papers: int
    rejects: int
    refused: bool  # as a whole
    seconds: float
    failure: str  # its kind, and the place; empty: none
    traceback: str


class _EndlessError(BaseException):
    """An input that is still read after PATIENCE; no reader may catch it."""


def judged(name: str, data: bytes, *, alone: bool = False) -> Outcome:
    """Read an input as a dump, and, if that finds none of it, as a document of this format; `alone`: only so."""
    found: list[Paper | Reject] = []
    failure = trace = ""
    refused, seconds, before = False, 0.0, _memory()
    try:
        known, seconds = (set[str](), 0.0) if alone else _timed(lambda: _as_dump(data, found))
        refused = not known
        if name and name not in known:
            is_read, others = _timed(lambda: _as_document(name, data, found))
            refused, seconds = refused and not is_read, max(seconds, others)
        for one in found[:HELD]:
            hold(one)
    except (Exception, _EndlessError) as error:
        failure, trace = _kind(error), traceback.format_exc()
    per_mb = SECONDS_OF_PATTERN if len(data) >= LARGE else SECONDS_PER_MB
    allowed = max(SECONDS, per_mb * len(data) / 1e6, SECONDS_PER_RECORD * len(found))
    if not failure and seconds > allowed:
        failure = f"slow: {seconds:.2f} s for {len(data):,} bytes"
    if not failure and _memory() - before > MEGABYTES:
        failure = f"memory: {_memory() - before:.0f} MB for {len(data):,} bytes"
    papers = sum(isinstance(one, Paper) for one in found)
    return Outcome(papers, len(found) - papers, refused, seconds, failure, trace)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = process_time()
    return work(), process_time() - began


def _as_dump(data: bytes, found: list[Paper | Reject]) -> set[str]:
    """The formats that knew something of it."""
    known = set[str]()
    try:
        for one in records(_stream(data), len(data), "dump", golden.RECEIVED):
            if isinstance(one, Begun):
                known.add(one.format)
            else:
                found.append(one)
    except DumpError as error:
        _told(error)
    return known


def _as_document(name: str, data: bytes, found: list[Paper | Reject]) -> bool:
    """Whether the format reads it."""
    try:
        found.extend(formats.read(name, _stream(data), golden.RECEIVED))
    except DumpError as error:
        _told(error)
        return False
    return True


def _told(error: DumpError) -> None:
    assert str(error), "a refusal without a reason"


def _stream(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, io.BytesIO(data)), BUFFER)


def hold(one: Paper | Reject) -> None:
    """What has to hold of a record."""
    assert one.where
    if isinstance(one, Reject):
        assert one.reason
        msgspec.msgpack.encode(one)
    else:
        check(one)
        assert prepared(one).paper == one


def _kind(error: BaseException) -> str:
    """The exception and the deepest place of ours in its traceback."""
    ours = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename
    ]
    place = next(
        (frame for frame in reversed(ours) if "/digest/" in Path(frame.filename).as_posix()), ours[-1]
    )
    deepest = ours[-1] if isinstance(error, AssertionError) else place
    return f"{type(error).__name__} at {Path(deepest.filename).name}:{deepest.lineno}"


def _memory() -> float:
    """The greatest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- many of them ---


class Tally(NamedTuple):
    """What became of the inputs of one task, or of one format."""

    inputs: int = 0
    papers: int = 0
    rejects: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: Mapping[str, list[tuple[int, str]]] = MappingProxyType(
        {}
    )  # kind → numbers of the inputs, and their tracebacks

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        kinds = self.failures.keys() | other.failures.keys()
        return Tally(
            self.inputs + other.inputs,
            self.papers + other.papers,
            self.rejects + other.rejects,
            self.refused + other.refused,
            self.seconds + other.seconds,
            max(self.slowest, other.slowest),
            {kind: [*self.failures.get(kind, []), *other.failures.get(kind, [])] for kind in kinds},
        )


def _task(task: tuple[str, int, int, int]) -> tuple[str, Tally]:
    name, seed, first, end = task
    papers = rejects = refused = 0
    slowest, failures = 0.0, dict[str, list[tuple[int, str]]]()
    began = perf_counter()
    for number in range(first, end):
        outcome = _patiently(name, mutated(name, number, seed))
        papers, rejects = papers + outcome.papers, rejects + outcome.rejects
        refused, slowest = refused + outcome.refused, max(slowest, outcome.seconds)
        if outcome.failure:
            failures.setdefault(
                outcome.failure.split(":")[0] if not outcome.traceback else outcome.failure, []
            ).append((number, outcome.traceback or outcome.failure))
    return name, Tally(end - first, papers, rejects, refused, perf_counter() - began, slowest, failures)


def _patiently(name: str, data: bytes, *, alone: bool = False) -> Outcome:
    """Judged; what was slow once is tried twice more, because other processes also want the processor."""
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        outcome = judged(name, data, alone=alone)
        for _ in range(2):
            if outcome.failure.startswith("slow"):
                outcome = judged(name, data, alone=alone)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return outcome


def _ready() -> None:
    """A process that has imported what the readers import, and that gives up on an endless input."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise _EndlessError

    signal.signal(signal.SIGALRM, give_up)
    warnings.simplefilter("error")
    for path in golden.documents():
        data = path.read_bytes()
        judged(path.parent.name, data)
    gc.freeze()
    judged("ris", b"TY  - JOUR\nTI  - " + "Größe und Maß ".encode("latin-1") * 60)


def fuzz(names: list[str], seed: int, inputs: int) -> int:
    """Mutate, read, print the table; how many inputs failed."""
    print(
        f"seed {seed}\n{'format':22} {'inputs':>8} {'per s':>6} {'papers':>9} {'rejects':>9} {'refused':>8}"
        f" {'slowest ms':>10} {'failures':>8}"
    )
    total, left = Tally(), Counter(dict.fromkeys(names, inputs))
    tallies = dict.fromkeys(names, Tally())
    tasks = [
        (name, seed, at, min(at + AT_ONCE, inputs)) for name in names for at in range(0, inputs, AT_ONCE)
    ]
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _ready) as pool:
        for name, tally in pool.imap_unordered(_task, tasks):
            tallies[name] = tallies[name].plus(tally)
            left[name] -= tally.inputs
            if not left[name]:
                total = total.plus(tallies[name])
                _row(name, tallies[name])
                _save(name, seed, tallies[name])
    _row(f"{len(names)} formats", total)
    return sum(map(len, total.failures.values()))


def _row(name: str, tally: Tally) -> None:
    rate = tally.inputs / tally.seconds if tally.seconds else 0
    failures = sum(map(len, tally.failures.values()))
    print(
        f"{name:22} {tally.inputs:8,} {rate:6,.0f} {tally.papers:9,} {tally.rejects:9,} {tally.refused:8,}"
        f" {tally.slowest * 1000:10.1f} {failures:8,}",
        flush=True,
    )


def _save(name: str, seed: int, tally: Tally) -> None:
    """One input of each kind of failure."""
    for kind, some in tally.failures.items():
        number, trace = some[0]
        kept = _kept(name, mutated(name, number, seed))
        print(f"  {kind}: {len(some):,} inputs; number {number} of seed {seed}: {kept}")
        print("    " + "\n    ".join(trace.strip().splitlines()[-8:]))


def _kept(name: str, data: bytes) -> str:
    with tempfile.NamedTemporaryFile(prefix=f"fuzz-{name}-", delete=False) as file:
        file.write(data)
    return file.name


# --- large documents ---

RUNS = [
    *(b"{", b"[", b"(", b"<", b"<a>", b"<a ", b"<!--", b"&", b"&amp;"),
    *(b"&a", b"\\", b'"', b"'", b"@", b"|", b"*", b"_", b"`"),
    *(b"%0 ", b"\n%0 a\n", b"TY  - ", b"\nTY  - JOUR\nER  - \n", b"\nTI  - a", b"$"),
    *(b"~", b"#", b"\n# ", b"\n- ", b"\n| a ", b"--"),
    *(b"a", b"a ", b"1", b"1.", b"\n", b"\r", b"\r\n", b" "),
    *(b"\t", b"\0", b"\xff", b"\xe9 ", b"\xed\xa0\x80", b",", b";", b":", b"="),
    *(b'{"a":', b'["', b'{"title":"', b'[{"a":[', b"[](", b"!["),
    *(b"](http://a", b"http://", b"10.1/", b"arXiv:", b" and ", b"\\'"),
    *(b"<![CDATA[", b"<?xml version='1.0'?>", b"<b>", b"</a>", b"<td>"),
    *(b"<tr><td>", b"<p>", b"<script>", b"&lt;b&gt;", b"\n\n"),
    *(b"@article{a,", b"\n@article{a,title={b}}", b"{\\'e}", b"$\\", b"\\textbf{"),
    *(b"a:", b"a: b\n", b"A. ", b"A, B, ", b"a,b\n"),
    *("\u0301".encode(), "é".encode(), "\u200b".encode(), b"\n2401.00001\n"),
    *(b"\nx x x\n", b"-\n", b"\nPMID- 1\n", b"\nPT J\nTI a\nER\n"),
]  # fmt: skip


def large(name: str) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """What to make of any size: each document again and again; the longest with a field that does not end; runs,
    which no name of a format makes others for the sniffing.
    """
    if name:
        for number, original in enumerate(originals(name)):
            yield f"document {number}, again and again", partial(_repeated, original)
        longest = max(originals(name), key=lambda one: len(one.data)).data
        field = _FIELD.search(longest, len(longest) // 3)
        start, end = field.span() if field else (len(longest) // 2, len(longest) // 2)
        for run in RUNS:
            yield f"a field of {run!r}", partial(_filled, longest[:start], run, longest[end:])
    for run in RUNS:
        yield f"{run!r}", partial(_filled, b"", run, b"")


def _filled(before: bytes, run: bytes, after: bytes, size: int) -> bytes:
    return before + run * (size // len(run) + 1) + after


def _repeated(original: Original, size: int) -> bytes:
    """As long as that: lists of JSON grow, what else there is comes one after the other."""
    values = original.values
    if len(values) == 1:
        longest = max(
            (
                path
                for _, path in original.places
                if isinstance(_at(values[0], path), list) and _at(values[0], path)
            ),
            key=lambda path: len(json.dumps(_at(values[0], path))),
            default=None,
        )
        if longest is not None:
            some = _at(values[0], longest)
            times = size // len(json.dumps(some)) + 1
            return json.dumps(_replaced(values[0], longest, some * times), ensure_ascii=False).encode()
    return (original.data + b"\n") * (size // len(original.data) + 1)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


class Size(NamedTuple):
    """What a large input costs."""

    name: str
    what: str
    per_megabyte: float  # seconds
    megabytes: float  # of memory, above what the process had
    failure: str


def _large_task(task: tuple[str, int]) -> list[Size]:
    """One part of the large inputs of a format. What is quick and small at an eighth of the size is left at that."""
    name, part = task
    sizes = []
    for number, (what, make) in enumerate(large(name)):
        if number % PARTS == part:
            size = _measured(name, what, make(LARGE // 8))
            if " again" in what or size.per_megabyte > SECONDS_PER_MB / 8 or size.megabytes > MEGABYTES / 16:
                size = _measured(name, what, data := make(LARGE))
                size = size._replace(failure=f"{size.failure} {_kept(name, data)}" if size.failure else "")
            sizes.append(size)
    return sizes


def _measured(name: str, what: str, data: bytes) -> Size:
    _forget_peak()
    before = _peak()
    outcome = _patiently(name, data, alone=bool(name) and what.startswith("b"))
    grown = _peak() - before
    failure = outcome.failure or (f"memory: {grown:.0f} MB" if grown > MEGABYTES else "")
    return Size(name, what, outcome.seconds / (len(data) / 1e6), grown, failure)


PARTS = 4


def _forget_peak() -> None:
    """Linux: the peak begins again at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float:
    """MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def enlarge(names: list[str]) -> int:
    """Read the large inputs, print the worst of each format; how many failed."""
    print(f"{'format':22} {'inputs':>6} {'s/MB':>6} {'MB':>5} failures; the slowest, the greatest")
    failed = 0
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _ready) as pool:
        tasks = [(name, part) for name in ["", *names] for part in range(PARTS)]
        done: dict[str, list[Size]] = {name: [] for name in ["", *names]}
        parts = Counter[str]()
        for sizes in pool.imap_unordered(_large_task, tasks):
            name = sizes[0].name
            done[name] += sizes
            parts[name] += 1
            if parts[name] == PARTS:
                failed += _worst(name, done[name])
    return failed


def _worst(name: str, sizes: list[Size]) -> int:
    slow = max(sizes, key=lambda size: size.per_megabyte)
    great = max(sizes, key=lambda size: size.megabytes)
    failures = [size for size in sizes if size.failure]
    costs = f"{len(sizes):6} {slow.per_megabyte:6.2f} {great.megabytes:5.0f} {len(failures):8}"
    print(f"{name or 'any dump':22} {costs}; {slow.what}; {great.what}", flush=True)
    for size in failures:
        print(f"    {size.what}: {size.failure}", flush=True)
    return len(failures)


def main() -> None:
    """Run it."""
    known = plugins.names("formats")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=20_000, help="of each format")
    parser.add_argument("--large", action="store_true", help="a megabyte of each pattern instead")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help="all, if none is named")
    given = parser.parse_args()
    if strange := set(given.formats) - set(known):
        parser.error(f"no format is named {', '.join(sorted(strange))}")
    names = given.formats or known
    sys.exit(1 if (enlarge(names) if given.large else fuzz(names, given.seed, given.inputs)) else 0)


if __name__ == "__main__":
    main()
