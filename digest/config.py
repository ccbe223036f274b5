"""Settings and schedules: TOML → values that are right, or every mistake with its file, its key and what is allowed."""

import os
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from digest import delivery_tables, plugins, rules, slots, values
from digest.delivery_tables import Delivery as Delivery
from digest.delivery_tables import Smtp as Smtp
from digest.errors import ConfigError, RuleError
from digest.source_tables import HAND as HAND
from digest.source_tables import Source as Source
from digest.source_tables import source_of
from digest.tables import Tables, meant
from digest.theme import Theme

T = TypeVar("T")

SETTINGS = "digest.toml"
SCHEDULES = "schedules"
DROP = "dumps"  # the folder that is a source of its own where digest.toml names none
DEFAULT_OUTPUTS = ("markdown", "html", "text", "mail", "bibtex", "ris", "atom", "rss", "jsonfeed")
ALWAYS = ("index", "search")  # the renderers that no schedule names: every digest has an index with a search

LONGEST_HOLD = timedelta(days=2)  # an issue older than three days is not sent unless it is named
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """digest.toml as it is written: what all digests of a home share; all of it optional."""

    store: str = "sqlite:///digest.sqlite3"
    public: str = ""
    operator: tuple[str, ...] = ()
    bounces: str = ""
    unsubscribe: str = ""
    contact: str = ""
    keep: str = "90 days"
    smtp: Smtp = Smtp()
    delivery: Delivery = Delivery()
    theme: Theme = Theme()
    sources: dict[str, dict[str, Any]] | None = None


Order = Literal["relevance", "date", "upvotes"]


class GroupTable(msgspec.Struct, frozen=True, kw_only=True):
    """[[groups]] as it is written."""

    heading: str
    match: str
    limit: AtLeastOne | None = None
    order: Order = "relevance"


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """schedules/NAME.toml as it is written."""

    title: str
    cron: str
    timezone: str = "UTC"
    sources: tuple[str, ...] = ()
    empty: Literal["skip", "send"] = "skip"
    minimum: AtLeastOne = 1
    wait: str = "7 days"
    catch_up: Literal["latest", "skip"] = "latest"
    revised: Literal["skip", "show"] = "skip"
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS
    to: tuple[str, ...] = ()
    hold: str = "0 min"
    note: str = ""
    groups: tuple[dict[str, Any], ...]


# In place of keys that are missing or wrong: what else is wrong in the schedule is still found.
_INSTEAD = {"title": "-", "cron": "0 0 * * *", "groups": ({"heading": "-", "match": "*"},)}


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with a rule."""

    heading: str
    rule: rules.Rule
    limit: int | None
    order: Order = "relevance"


@dataclass(frozen=True, slots=True)
class Digest:
    """A recurring publication."""

    name: str
    title: str
    cron: slots.Cron
    zone: ZoneInfo
    sources: tuple[str, ...]  # empty: all
    empty: Literal["skip", "send"]
    minimum: int
    wait: timedelta
    catch_up: Literal["latest", "skip"]
    revised: Literal["skip", "show"]
    outputs: tuple[str, ...]
    to: tuple[str, ...]
    note: Path | None
    groups: tuple[Group, ...]
    hold: timedelta = timedelta()  # nothing of an issue goes out sooner after it was made


@dataclass(frozen=True, slots=True)
class Home:
    """Everything of one installation, as its files say."""

    path: Path
    store: Path  # of the SQLite file
    outbox: Path  # where rendered issues lie
    kept: Path  # where dumps are kept that lie nowhere else
    public: str | None  # without a final slash
    operator: tuple[str, ...]
    bounces: str  # the mailbox that takes back letters, at NAME+TOKEN@…; empty: none
    unsubscribe: str  # the web address that answers /TOKEN by one click; empty: nobody does
    contact: str  # the mail address that fetched servers are told; empty: none
    keep: timedelta
    smtp: Smtp
    delivery: Delivery
    theme: Theme
    sources: tuple[Source, ...]
    digests: tuple[Digest, ...]
    names: tuple[str, ...] = ()  # of all digests that have a schedule
    mistakes: tuple[str, ...] = ()  # in schedules that were therefore left out

    @property
    def templates(self) -> Path:
        """Templates of this home, which take the place of the shipped ones file by file."""
        return self.path / "templates"

    def digest(self, name: str) -> Digest:
        """The digest of that name; ConfigError with the known ones if there is none."""
        known = {digest.name: digest for digest in self.digests}
        if name not in known:
            there = (
                ", ".join(self.names)
                or f"none; a digest is a file {SCHEDULES}/NAME.toml (digest init makes one)"
            )
            raise ConfigError(f"no digest is named {name!r}{meant(name, self.names)}; known: {there}")
        return known[name]


def load(path: Path, *, only: Collection[str] | None = None, strict: bool = True) -> Home:
    """The home in this folder, with all its digests or `only` these; ConfigError with every mistake in its files.

    Not `strict`: a digest whose schedule has mistakes is left out, and the mistakes stand in the home.
    """
    in_settings: list[str] = []
    in_schedules: list[str] = []
    files = _schedules(path, in_schedules if only is None else [])
    chosen = [file for file in files if only is None or file.stem in only]
    digests = tuple(digest for file in chosen if (digest := _digest(path, file, in_schedules)))
    home = _home(path, digests, in_settings)
    if home is None or in_settings or (strict and in_schedules):
        raise ConfigError(*in_settings, *in_schedules)
    return replace(home, names=tuple(file.stem for file in files), mistakes=tuple(in_schedules))


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when somebody changes the settings or a schedule of this home."""
    files = [path / SETTINGS, *(path / SCHEDULES).glob("*")]
    states = [(str(file), file.stat()) for file in files if file.is_file()]
    return tuple(sorted((name, state.st_size, state.st_mtime_ns) for name, state in states))


def _home(path: Path, digests: tuple[Digest, ...], mistakes: list[str]) -> Home | None:
    tables = Tables(SETTINGS, mistakes)
    table = tables.read(path / SETTINGS) if (path / SETTINGS).exists() else {}
    settings = tables.struct(Settings, table) if table is not None else None
    if settings is None:
        return None
    delivery_tables.check(settings.smtp, settings.delivery, tables)
    named = settings.sources
    if named is None:
        named = {"drop": {"folder": DROP}} if (path / DROP).is_dir() else {}
    return Home(
        path=path,
        store=path / (_made(values.sqlite_file, settings.store, "store", tables) or ""),
        outbox=path / "outbox",
        kept=path / "kept",
        public=_made(values.web_address, settings.public, "public", tables) or None,
        operator=_addresses(settings.operator, "operator", tables),
        bounces=_mailbox(settings.bounces, tables),
        unsubscribe=_made(values.answering, settings.unsubscribe, "unsubscribe", tables) or "",
        contact=_contact(settings, tables),
        keep=_made(values.duration, settings.keep, "keep", tables) or timedelta(),
        smtp=settings.smtp,
        delivery=settings.delivery,
        theme=settings.theme,
        sources=tuple(source for item in named.items() if (source := source_of(*item, tables))),
        digests=digests,
    )


def _mailbox(said: str, tables: Tables) -> str:
    return _made(values.tagged_mailbox, said, "bounces", tables) or "" if said else ""


def _contact(settings: Settings, tables: Tables) -> str:
    """Servers want to know whom to write to: DIGEST_CONTACT, `contact`, or the first operator."""
    said = os.environ.get("DIGEST_CONTACT", "") or settings.contact
    return (
        _made(values.mail_address, said, "contact", tables) or ""
        if said
        else next(iter(settings.operator), "")
    )


def _schedules(home: Path, mistakes: list[str]) -> list[Path]:
    """The schedule files, one a name."""
    by_name: dict[str, Path] = {}
    for file in sorted((home / SCHEDULES).glob("*")):
        if file.suffix.lower() != ".toml" or file.name.startswith("."):
            continue
        tables = Tables(file.relative_to(home).as_posix(), mistakes)
        first = by_name.setdefault(unicodedata.normalize("NFC", file.stem).casefold(), file)
        if first is not file:
            tables.wrong(
                "", f"{first.name} has the same name: a digest is named by its file; rename one of the two"
            )
        elif not values.is_name(file.stem):
            tables.wrong("", f"{file.stem!r} cannot be a digest's name: {values.NAME_RULE}; rename the file")
    return [file for file in by_name.values() if values.is_name(file.stem)]


def _digest(home: Path, file: Path, mistakes: list[str]) -> Digest | None:
    before = len(mistakes)
    tables = Tables(file.relative_to(home).as_posix(), mistakes)
    table = tables.read(file)
    if table is None:
        return None
    written = tables.struct(Schedule, table, instead=_INSTEAD)
    if written is None:
        return None
    cron = _made(slots.parse, written.cron, "cron", tables)
    zone = _made(slots.zone, written.timezone, "timezone", tables)
    wait = _made(values.duration, written.wait, "wait", tables)
    hold = _made(values.duration, written.hold, "hold", tables)
    if hold and hold > LONGEST_HOLD:
        tables.wrong(
            "hold", f"{written.hold!r} is over {LONGEST_HOLD.days} days: an issue would be too old to send"
        )
    groups = [_group(group, number, tables) for number, group in enumerate(written.groups, start=1)]
    note = _note(home, written.note, tables)
    _addresses(written.to, "to", tables)
    _check_names(written, tables)
    if len(mistakes) > before or cron is None or zone is None or wait is None or hold is None:
        return None
    return Digest(
        name=file.stem,
        title=written.title,
        cron=cron,
        zone=zone,
        sources=written.sources,
        empty=written.empty,
        minimum=written.minimum,
        wait=wait,
        catch_up=written.catch_up,
        revised=written.revised,
        outputs=tuple(dict.fromkeys(written.outputs)),
        to=written.to,
        hold=hold,
        note=note,
        groups=tuple(group for group in groups if group),
    )


def _made(make: Callable[[str], T], text: str, where: str, tables: Tables) -> T | None:
    """What `make` makes of the text; None and a mistake if it refuses."""
    try:
        return make(text)
    except ValueError as error:
        tables.wrong(where, str(error))
        return None


def _group(table: dict[str, Any], number: int, tables: Tables) -> Group | None:
    written = tables.struct(GroupTable, table, f"[[groups]] {number}")
    if written is None:
        return None
    where = f"[[groups]] {number} {written.heading!r}"
    if not written.heading.strip():
        tables.wrong(where, "a group needs a heading")
    try:
        return Group(written.heading.strip(), rules.parse(written.match), written.limit, written.order)
    except RuleError as error:
        tables.wrong(f"{where} match", str(error))
        return None


def _check_names(written: Schedule, tables: Tables) -> None:
    known = [name for name in plugins.names("renderers") if name not in ALWAYS]
    for name in written.outputs:
        if name not in known:
            tables.wrong(
                "outputs", f"no renderer is named {name!r}{meant(name, known)}; known: {', '.join(known)}"
            )
    for name in written.sources:
        if not values.is_name(name):
            tables.wrong("sources", f"{name!r} cannot be a source's name: {values.NAME_RULE}")
    if not written.title.strip():
        tables.wrong("title", "a digest needs a title")
    if not written.groups:
        tables.wrong("groups", 'at least one group is needed; match = "*" takes every paper')
    headings = [group.get("heading") for group in written.groups]
    for heading in sorted({str(heading) for heading in headings if headings.count(heading) > 1}):
        tables.wrong("groups", f"two groups have the heading {heading!r}")


def _note(home: Path, note: str, tables: Tables) -> Path | None:
    if not note:
        return None
    if not (home / note).is_file():
        tables.wrong("note", f"there is no file {note!r} in the home; write it, or take the key out")
    return home / note


def _addresses(addresses: tuple[str, ...], where: str, tables: Tables) -> tuple[str, ...]:
    return tuple(filter(None, (_made(values.mail_address, address, where, tables) for address in addresses)))
