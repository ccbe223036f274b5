"""What is done with a home as a whole: make, check, try out, say where a digest begins, show an issue again."""

import dataclasses
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory, mkdtemp

from jinja2 import Environment

from digest import outbox, ranking, rehearsal, templating
from digest.config import SCHEDULES, SETTINGS, Digest, Home
from digest.errors import ConfigError, DigestError
from digest.freezing import sources_of
from digest.issue import Issue
from digest.pipeline import Run, strange_sources, waiting_for_start
from digest.renderers import html, text
from digest.reporting import count
from digest.store import Store, issues, log, open_store
from digest.store import copy as copy_store
from digest.store.issues import Stored

_SETTINGS_TEXT = """\
# What all digests of this home share. All of it is optional.

# public = "https://digest.example.org"    # the address that outbox/ is served under, if any

[sources.drop]        # the name is the source's identity
folder = "dumps"      # drop saved pages here

# [sources.hf]                           # fetched by itself: Hugging Face's daily papers
# hf_daily = "1 week"

# [sources.arxiv]                        # fetched by itself: arXiv's announcements
# arxiv_rss = ["cs.LG", "cs.CL"]

# [theme.light]         # colours of page, archive and mail; [theme.dark] has those of dark screens
# link = "#0b57a4"      # also: paper, ink, quiet, rule, bad, wash, lit
"""


def make(path: Path, *, with_templates: bool = False) -> Iterator[str]:
    """Make a home in this folder; what is there already stays. What was done, line by line."""
    try:
        for folder in (SCHEDULES, "dumps", "outbox"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        yield from _put(path / SETTINGS, _SETTINGS_TEXT)
        for sample in sorted(templating.shipped(SCHEDULES).glob("*.toml")):
            yield from _put(path / SCHEDULES / sample.name, sample.read_text(encoding="utf-8"))
        if with_templates:
            yield from _copied_templates(path / "templates")
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}: no home can be made here") from error
    yield f"Drop a saved page into {path / 'dumps'} and run: digest --home {path} build"


def _copied_templates(folder: Path) -> Iterator[str]:
    shipped = templating.shipped("templates")
    for file in sorted(shipped.glob("**/*.j2")):
        target = folder / file.relative_to(shipped)
        target.parent.mkdir(parents=True, exist_ok=True)
        yield from _put(target, file.read_text(encoding="utf-8"))
    yield "A template that you do not change is better deleted: then it is always the one of your version"


def _put(file: Path, words: str) -> Iterator[str]:
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(words)
    except FileExistsError:
        yield f"{file} is there already and stays as it is"
    else:
        yield f"{file} made"


def templates(home: Home) -> Environment:
    """The templates in force; ConfigError with every mistake in those that are the home's own."""
    return rehearsal.in_force(home)


def check(home: Home, now: datetime) -> Iterator[str]:
    """What is in a home without mistakes, and what may be meant otherwise."""
    if home.templates.is_dir():  # those that ship are tried by the tests
        rehearsal.refuse_mistakes(rehearsal.templates(home))
    for digest in home.digests:
        for group in digest.groups:
            yield from (f"{digest.name}, {group.heading}: {warning}" for warning in group.rule.warnings)
    brought: list[str] = []
    if home.store.exists():
        with closing(open_store(home.store)) as store:
            yield from waiting_for_start(home, store, home.digests, now).values()
            with store.reading() as db:
                brought = log.sources(db)
    yield from strange_sources(home, brought, home.digests)
    if not home.digests:
        yield f"{home.path / SCHEDULES} has no schedule: digest init makes a sample"
    yield f"no mistakes in {count(len(home.digests), 'digest')} and {count(len(home.sources), 'source')}"


@contextmanager
def copy(home: Home) -> Iterator[Home]:
    """The same home over a copy of its store and with an outbox of its own, both gone afterwards."""
    with TemporaryDirectory(prefix="digest-") as folder:
        tried = dataclasses.replace(
            home,
            store=Path(folder, "digest.sqlite3"),
            outbox=Path(folder, "outbox"),
            kept=Path(folder, "kept"),
        )
        if home.store.exists():
            copy_store(home.store, tried.store)
        try:
            yield tried
        except DigestError as error:  # it is the home's own store that cannot be used, not its copy
            error.args = (str(error).replace(str(tried.store), str(home.store)),)
            raise


def forget(store: Store, digest: Digest, since: datetime) -> None:
    """In a copy: as if the digest had made no issue since then, to see what its rules of today would have brought."""
    with store.writing() as db:
        made = [one.id for one in issues.of_digest(db, digest.name) if one.head.made >= since]
        issues.uncarry(db, digest.name, made)


def texts(home: Home, run: Run) -> Iterator[str]:
    """The issues of a run as text."""
    with closing(open_store(home.store)) as store:
        for made in run.made:
            if made.issue:
                yield "".join(shown(home, store, made.issue.name, frozen=False))


def look_at(home: Home, run: Run) -> Iterator[str]:
    """Open the issues of a dry run in the browser, from a folder that outlives it; where they lie, line by line."""
    made = [one.issue for one in run.made if one.issue]
    if not made:
        return
    folder = Path(mkdtemp(prefix="digest-dry-run-"))
    copytree(home.outbox, folder, dirs_exist_ok=True)
    for head in made:
        paths = outbox.paths(head)
        page = folder / next((path for path in paths if path.endswith(html.FILE)), paths[0])
        done = webbrowser.open(page.as_uri())
        yield f"{page}: {'opened in the browser' if done else 'no browser opens here: open this file yourself'}"


def start(
    home: Home, store: Store, digest: Digest, begin: str, moment: datetime | None, now: datetime
) -> str:
    """Let a digest go on from the log's end, from its beginning, or from a moment; what that leaves unread."""
    with store.writing() as db:
        names = sources_of(db, home, digest)
        seq = log.before(db, moment) if moment else log.end(db) if begin == "now" else 0
        log.begin(db, digest.name, now)
        log.set_cursors(db, digest.name, names, seq)
        unread = log.count_unread(db, log.spans(db, digest.name, names))
    return f"{digest.name} begins {'at ' if moment else 'with '}{begin}: {unread:,} works are unread"


def stored(store: Store, names: Sequence[str]) -> list[Stored]:
    """The issues of these names or of digests of these names, or all; ConfigError if there is no such issue."""
    with store.reading() as db:
        if not names:
            return issues.of_digest(db)
        found: dict[int, Stored] = {}
        for name in names:
            issue = issues.named(db, name)
            some = [issue] if issue else issues.of_digest(db, name)
            if not some:
                raise ConfigError(
                    f"there is no issue {name!r}, and no digest of that name has one; see: digest issues"
                )
            found |= {one.id: one for one in some}
    return list(found.values())


def ranked(store: Store, name: str) -> Iterator[str]:
    """The papers of an issue, or of the newest of a digest, and what put each where it stands."""
    one = stored(store, [name])[0]
    cards = issues.cards_of(store, one.id)
    for place, group in enumerate(one.head.groups):
        if group.papers:
            yield f"{group.heading}, {group.papers:,}"
            for number, card in enumerate(cards(place), start=1):
                yield f"  {number}. {card.title}"
                yield f"     {ranking.why(card)}"


def shown(home: Home, store: Store, name: str, *, frozen: bool) -> Iterator[str]:
    """An issue, or the newest of a digest: as text, or as it was frozen."""
    one = stored(store, [name])[0]
    issue = Issue(one.head, issues.cards_of(store, one.id))
    return outbox.frozen(issue) if frozen else map(bytes.decode, text.render(issue, templates(home)))
