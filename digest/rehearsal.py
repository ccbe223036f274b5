"""The templates of a home, tried on invented issues before a real one is frozen.

What a template asks of a value, `row.card.titel`, nobody knows before it is rendered; then half of an issue would be
written. So templates that are somebody's own are rendered first with all that an issue can have, and with nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from types import ModuleType

from jinja2 import Environment
from msgspec.structs import replace

from digest import plugins, templating
from digest.config import Home
from digest.errors import ConfigError
from digest.issue import (
    Account,
    Archive,
    Card,
    DumpRead,
    Entry,
    Feed,
    GroupHead,
    Head,
    Issue,
    Link,
    Titled,
    entries,
)


def templates(home: Home) -> Environment:
    """The templates of a home in its colours, as they are."""
    return templating.environment(home.templates, home.theme)


def in_force(home: Home) -> Environment:
    """The same; ConfigError with every mistake, before anything is read, if some are the home's own."""
    found = templates(home)
    if home.templates.is_dir() and home.templates.resolve() != templating.shipped("templates").resolve():
        refuse_mistakes(found)
    return found


def refuse_mistakes(found: Environment) -> None:
    """ConfigError with every mistake of every template."""
    if mistakes := templating.check(found) or tuple(dict.fromkeys(_tried(found))):
        raise ConfigError(*mistakes)


def _tried(found: Environment) -> Iterator[str]:
    """What goes wrong when every renderer makes its file of each of the invented issues."""
    for name in plugins.names("renderers"):
        renderer = plugins.load("renderers", name)
        for read in _READ[renderer.READS]():
            yield from _rendered(renderer, read, found)


def _rendered(renderer: ModuleType, read: object, found: Environment) -> Iterator[str]:
    try:
        for _ in renderer.render(read, found):
            pass
    except ConfigError as error:
        yield from error.mistakes
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        if not (told := templating.blamed(found, error)):  # not the template's doing
            raise
        yield told


# ---- the invented issues

_THEN = datetime(2026, 11, 21, 6, tzinfo=UTC)
_FULL = Card(
    entry="urn:uuid:00000000-0000-5000-8000-000000000001",
    work=1,
    kind="revised",
    title="Forgetting on Purpose: Pruning with a Patient Teacher",
    abstract="A network that keeps every weight is slow to answer. We remove what nobody misses.",
    authors=tuple(f"Author {number}" for number in range(1, 13)),
    n_authors=400,
    org="Institute of Examples",
    published="2026-11-20",
    comments=3,
    upvotes=0,
    links=(Link("arXiv", "https://example.org/abs/1"), Link("PDF", "https://example.org/pdf/1")),
    matched=("Pruning",),
    found=1,
    in_title=((23, 30),),
    also=("Everything else",),
    sources=("arxiv",),
    arrived=_THEN,
)
_BARE = Card(
    entry="urn:uuid:00000000-0000-5000-8000-000000000002",
    work=2,
    title="Untold",
    links=(Link("Search by title", "https://example.org/search?q=Untold"),),
    arrived=_THEN,
)
_CARDS = ((_FULL, _BARE, _FULL), (), (_BARE,))
_DUMPS = (
    DumpRead(origin="monday.txt", source="hand", format="hf_text", records=3, papers=2, rejects=1, new=2),
    DumpRead(origin="odd.bin", source="drop", problem="it looks like binary data"),
)
_HEAD = Head(
    digest="example",
    title="Example Papers",
    name="example-2026-11-21",
    number=2,
    date="2026-11-21",
    made=_THEN,
    slot=_THEN,
    since="2026-11-01",
    timezone="Europe/Berlin",
    groups=(GroupHead("Compression", 3, 1), GroupHead("Nobody’s", 0), GroupHead("Everything else", 1)),
    account=Account(9, 2, 1, 5, 1, 2),
    dumps=_DUMPS,
    sources={"hand": "complete", "drop": "broken", "arxiv": "stale"},
    reasons={"arxiv": "no news for a week"},
    note="A *quiet* week.",
    note_html="<p>A <em>quiet</em> week.</p>",
    outputs=tuple(plugins.names("renderers")),
    public="https://digest.example.org",
)
_EMPTY = replace(
    _HEAD,
    name="example-2026-11-20",
    number=1,
    date="2026-11-20",
    slot=None,
    since=None,
    groups=(GroupHead("Everything else", 0),),
    account=Account(),
    dumps=(),
    sources={},
    reasons={},
    note="",
    note_html="",
    public=None,
)


def _issues() -> tuple[Issue, ...]:
    return Issue(_HEAD, lambda group: iter(_CARDS[group]), _EMPTY), Issue(_EMPTY, lambda _: iter(()))


def _archives() -> Iterator[Archive]:
    def titles(head: Head) -> Iterator[Titled]:
        return (Titled(card.title, card.authors) for cards in _CARDS for card in cards if head is _HEAD)

    for heads in ((_HEAD, _EMPTY), ()):
        yield Archive("example", _HEAD.title, _HEAD.public if heads else None, heads, titles)


def _feeds() -> Iterator[Feed]:
    for public, volume in ((_HEAD.public, 0), (None, 1)):
        yield Feed("example", _HEAD.title, _THEN, public, (_HEAD,), _entries, volume, volumes=2)


def _entries() -> Iterator[Entry]:
    return entries(_issues()[0])


_READ: dict[str, Callable[[], Iterable[object]]] = {
    "issue": _issues,
    "archive": _archives,
    "feed": _feeds,
}
